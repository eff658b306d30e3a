"""What people write is text. Nothing of it runs, loads, or breaks out of its place; links lead where they say."""

from __future__ import annotations

import re
import time
import uuid

from tests.attacks import PAGES
from tests.browser.conftest import Sit
from tests.browser.stage import Seat, expect
from tests.clients.people import Account, Line, Room

# What a message may be made of. Whatever else there is has come to life.
ALIVE = (
    "*:not(p, ul, ol, li, blockquote, pre, code, em, strong, s, span, bdi, a[href^='http:'], a[href^='https:'],"
    " a[href^='mailto:'])"
)


def test_whatever_is_written_is_shown_as_it_was_written(
    url: str, sit: Sit, ada: Account, bob: Account
) -> None:
    """In messages, a room's title and a person's name; live and from history. The seat itself fails the test for a
    request to anywhere else, and for a report of the content security policy."""
    room = ada.make_room("<img src=x onerror=alert(1)>{{7*7}}")
    bob.join(room)
    assert bob.rest("PATCH", "/me", {"display_name": "<svg onload=alert(1)>"}).ok
    half = 40  # of history, within what comes with the page; the others live
    with bob.line() as line:
        for text in PAGES[:half]:
            say(line, room, text)
        seat = sit(url, ada).enter(room)
        for text in PAGES[half:]:
            say(line, room, text)
    expect(seat.page.locator("article.message:not(.message--waiting)")).to_have_count(len(PAGES))
    texts = seat.page.locator("article.message > .message__text")
    assert texts.locator(ALIVE).count() == 0
    handlers = """all => all.flatMap(each => [...each.attributes].map(one => one.name))
      .filter(name => /^on|^style$/.test(name))"""
    assert seat.page.locator("article.message *").evaluate_all(handlers) == []
    # Markup is shown letter by letter; only where a link leads, and a fence's language, stand behind the words.
    shown = texts.evaluate_all("all => all.map(each => each.textContent)")
    for text, seen in zip(PAGES, shown, strict=True):
        for tag in re.findall(r"<[a-z]+[ >]", re.sub(r"\]\(.*\)|<http.*>|^```.*", "", text)):
            assert tag in seen, (text, seen)
    # No template reads it; Markdown does, to which stars and underscores say something.
    [templates] = [each for each in shown if each.startswith("{{7")]
    assert templates == "{{77}} ${77} <%= 77 %> #{77} %s {0.class}"
    links_are_honest(seat)
    expect(seat.messages().first).to_contain_text("<svg onload=alert(1)>")
    expect(seat.page.get_by_role("heading", name="<img src=x onerror=alert(1)>{{7*7}}").first).to_be_visible()
    for path in ("/", f"/rooms/{room.id}/settings", f"/join/{room.invite}", f"/rooms/{room.id}"):
        seat.go(path)
        assert seat.page.locator("img[src=x], svg[onload], iframe, object, base").count() == 0
    assert seat.page.evaluate("window.ran") == []


def say(line: Line, room: Room, text: str) -> None:
    """Say it, again while the server is too busy to take it."""
    asked = {"room_id": room.id, "nonce": str(uuid.uuid4()), "text": text}
    while not (answer := line.ask("post_message", asked))["ok"]:
        assert answer["error"]["code"] == "unavailable", (text, answer)
        time.sleep(answer["error"]["retry_after"])


def links_are_honest(seat: Seat) -> None:
    """Links lead only where they say, and carry nothing along."""
    links = seat.page.locator("article.message .message__text a").evaluate_all(
        "all => all.map(each => [each.protocol, each.href, each.rel, each.target, each.textContent])"
    )
    assert len(links) > 10
    for protocol, href, rel, target, text in links:
        assert protocol in {"http:", "https:", "mailto:"}, href
        assert target == "_blank"
        assert {"noopener", "noreferrer", "nofollow"} <= set(rel.split())
        # Words may be any; words that look like an address must be the one, or be followed by it.
        said = re.search(r"(?:[\w-]+\.)+[a-z]{2,}", text)
        host = re.sub(r"^(?:https?://|mailto:)", "", href).split("/")[0]
        assert said is None or said[0] in href or f"({host})" in text, (text, href)
    assert "https://good.example/a_(b)?c=d#e" in [link[1] for link in links]


def test_what_turns_the_direction_of_a_text_turns_nothing_beside_it(
    url: str, sit: Sit, ada: Account, bob: Account, garden: Room
) -> None:
    """Each piece of somebody's is isolated from what stands beside it: a name, a text, a quote, and “(edited)”."""
    said = bob.say(garden, "Open cod\u202egpj.exe")
    assert bob.rest("PATCH", f"/messages/{said['id']}", {"text": "Look at cod\u202egpj.exe"}).ok
    answer = {"text": "No.", "nonce": str(uuid.uuid4()), "reply_to": said["id"]}
    assert ada.rest("POST", f"/rooms/{garden.id}/messages", answer).ok
    seat = sit(url, ada).enter(garden)
    seat.sees("Look at cod\u202egpj.exe (edited)", "No.")
    for piece in (".message__author", ".message__text", ".message__edited", ".quote__author", ".quote__text"):
        found = seat.page.locator(f"article.message {piece}:visible").first
        assert found.evaluate("it => getComputedStyle(it).unicodeBidi").startswith("isolate"), piece


def test_after_logging_out_the_back_button_shows_nothing(
    url: str, sit: Sit, ada: Account, garden: Room
) -> None:
    ada.say(garden, "between us")
    seat = sit(url, ada).enter(garden)
    seat.sees("between us")
    seat.go("/account")
    seat.page.go_back()
    seat.sees("between us")
    seat.go("/").get_by_role("button", name="Log out").click()
    expect(seat.page.get_by_role("link", name="Log in").first).to_be_visible()
    for _ in range(2):  # the front page, and the room
        seat.page.go_back()
        expect(
            seat.page.get_by_role("link", name="Log in")
            .or_(seat.page.get_by_role("button", name="Log in"))
            .first
        ).to_be_visible()
        for private in ("between us", "The garden", "Account of"):
            assert private not in seat.page.content()


def test_no_page_is_shown_inside_of_another_site(url: str, sit: Sit, ada: Account) -> None:
    """Under two names the same server is two sites. A frame with a text of its own shows that frames are shown."""
    seat = sit(url, ada)
    elsewhere = url.replace("127.0.0.1", "localhost")
    seat.page.route(
        f"{elsewhere}/frames",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f"<iframe name=inside src='{url}/'></iframe><iframe name=own srcdoc='shown'></iframe>",
        ),
    )
    seat.page.goto(f"{elsewhere}/frames")
    inside, own = seat.page.frame("inside"), seat.page.frame("own")
    assert inside is not None and own is not None
    assert own.evaluate("document.body.innerText") == "shown"
    seat.page.wait_for_timeout(500)
    assert inside.url.startswith("chrome-error:")
    seat.foreign.clear()
