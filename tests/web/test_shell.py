"""What every page draws."""

import json
import re
import subprocess
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.web import shell
from tests.web.visiting import Visitor

NAMES = [
    "ada",
    "Ada Lovelace",
    "Jean-Luc de la Tour",
    "éric",
    "李 小龍",
    "🎈 balloon",
    "  two   spaces ",
    "ß",
]


class Page(HTMLParser):
    """Reads a page for what must and must not be in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.inputs: list[dict[str, str | None]] = []
        self.headings: list[str] = []
        self.forms: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if (
            "style" in found
            or tag == "style"
            or (tag == "script" and not found.get("src") and found.get("type") != "application/json")
        ):
            self.problems.append(f"inline {tag}")
        self.problems += [f"{tag} {name}" for name in found if name.startswith("on")]
        for name in ("src", "href", "action"):
            if re.match(r"(https?:)?//", found.get(name) or ""):
                self.problems.append(f"{tag} {found[name]}")
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "label":
            self.labelled.add(str(found.get("for")))
        if tag in {"input", "select", "textarea"} and found.get("type") != "hidden":
            self.inputs.append(found)
        if tag == "h1":
            self.headings.append(tag)
        if tag == "form":
            self.forms.append(found)


def pages_of(ada, garden) -> list[str]:
    return [
        "/",
        "/rooms/new",
        "/account",
        garden.path,
        f"{garden.path}/settings",
        f"{garden.path}/invites",
        "/nothing",
    ]


def read_all(app, ada, mallory, garden) -> dict[str, str]:
    """The HTML of every page, in every state that a visit can bring about."""
    stranger = Visitor(app.test_client())
    read = {path: ada.http.get(path).text for path in pages_of(ada, garden)}
    for path in ("/", "/login", "/register", "/join/nothing", f"/join/{garden.token}"):
        read[f"stranger {path}"] = stranger.open(path).text
    read["refused login"] = stranger.log_in("nobody", "wrong").text
    read["refused register"] = stranger.register("x", "y").text
    read["mallory home"] = mallory.http.get("/").text
    read["mallory join"] = mallory.http.get(f"/join/{garden.token}").text
    return read


def test_every_page_keeps_to_the_rules(app, ada, mallory, garden):
    for name, text in read_all(app, ada, mallory, garden).items():
        page = Page(text)
        assert page.problems == [], name
        assert len(page.ids) == len(set(page.ids)), name
        assert page.headings == ["h1"], name
        assert '<html lang="en"' in text
        unnamed = [
            each
            for each in page.inputs
            if each.get("id") not in page.labelled
            and not each.get("aria-label")
            and "aria-hidden" not in each
            and each.get("name") != "theme"
        ]
        assert unnamed == [], name


def test_every_form_that_sends_has_its_csrf_token(app, ada, mallory, garden):
    for name, text in read_all(app, ada, mallory, garden).items():
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
            assert 'name="csrf_token"' in form, name


def test_described_by_names_only_what_is_there(app, ada, mallory, garden):
    for name, text in read_all(app, ada, mallory, garden).items():
        ids = Page(text).ids
        for described in re.findall(r'aria-(?:describedby|labelledby|controls)="([^"]+)"', text):
            assert set(described.split()) <= set(ids), name


@pytest.mark.parametrize(
    ("path", "field", "hint"),
    [
        ("/register", "username", "username"),
        ("/register", "password", "new-password"),
        ("/login", "username", "username"),
        ("/login", "password", "current-password"),
    ],
)
def test_browsers_are_told_what_a_field_is_for(visitor, path, field, hint):
    page = Page(visitor.open(path).text)
    (found,) = [each for each in page.inputs if each.get("name") == field]
    assert found["autocomplete"] == hint
    assert found["autocapitalize"] == "none"


def test_people_are_drawn_alike_by_the_server_and_by_the_browser(tmp_path):
    script = tmp_path / "draw.mjs"
    module = (Path(shell.__file__).parents[2] / "static/js/avatar.js").as_uri()
    script.write_text(
        f'import {{initials, hue}} from "{module}";'
        "console.log(JSON.stringify(JSON.parse(process.argv[2]).map((name) => [initials(name), hue(name)])));"
    )
    drawn = subprocess.run(
        ["node", script, json.dumps(NAMES)], capture_output=True, text=True, check=True
    ).stdout
    people = [SimpleNamespace(id=name, display_name=name) for name in NAMES]
    assert json.loads(drawn) == [[shell.initials(person), shell.hue(person)] for person in people]


def test_a_time_is_readable_without_javascript():
    assert shell.utc(datetime(2026, 11, 3, 9, 5, tzinfo=UTC)) == "3 Nov 2026, 09:05 UTC"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
            "Safari on an iPhone",
        ),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_has_the_name_that_its_person_would_use(agent, name):
    assert shell.browser(agent) == name
