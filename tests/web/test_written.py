"""Whatever people call themselves, their rooms and their things, every page shows it letter by letter: nothing of it is
markup, and no template reads it.
"""

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.models import Credential, Invite, Message, Report, Room, User
from tests.attacks import PAGES, TEMPLATES
from tests.conftest import Garden
from tests.people import Person
from tests.requests import Ids
from tests.standing import all_there
from tests.web.test_every_route import RULES

# Every column that a person fills in with words of theirs, and a page shows.
NAMES = (Room.title, User.display_name, Invite.label, Report.reason, Credential.name)
NO_PAGE = re.compile(r"^/(static|styles|docs|healthz|readyz|metrics|socket.io)|\.svg$|^/api/")
HARMLESS = "harmless words"


@pytest.fixture
def pages(app: Flask, garden: Garden, ada: Person, bob: Person) -> Iterator[dict[str, str]]:
    """The path of every page, by its rule, to a room in which there is one of everything."""
    ids = all_there(app, garden, ada, bob)
    rules = [rule for rule in RULES if "GET" in (rule.methods or ()) and not NO_PAGE.search(rule.rule)]
    yield {rule.rule: filled(rule.rule, ids) for rule in rules}


def filled(rule: str, ids: Ids) -> str:
    """A path of this rule."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(getattr(ids, found[1], "x")), rule)


class Skeleton(HTMLParser):
    """What a page is made of: its elements, each with the names of its attributes, in their order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[tuple[str, ...]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, *sorted(name for name, _ in attrs)))


def write(app: Flask, text: str, *more: sa.orm.InstrumentedAttribute[str]) -> None:
    """Everybody and everything is called this, as if nothing had been checked when it was sent; and so are `more`."""
    with app.app_context():
        for column in (*NAMES, *more):
            db.session.execute(sa.update(column.class_).values({column: text}))
        db.session.commit()


def words(page: str) -> str:
    """What is read on a page; not the data in it that its JavaScript reads."""
    visible = re.sub(r"<script.*?</script>|<[^>]*>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(visible).split())


def test_nothing_that_is_written_becomes_a_part_of_a_page(app, ada: Person, pages: dict[str, str]) -> None:
    write(app, HARMLESS, Message.text)
    sound = {rule: ada.http.get(path) for rule, path in pages.items()}
    shown = {rule: Skeleton(page.text).parts for rule, page in sound.items() if page.mimetype == "text/html"}
    assert len([page for page in sound.values() if HARMLESS in page.text]) > 8
    for first in range(0, len(PAGES), 8):  # some at a time: there are many pages
        some = PAGES[first : first + 8]
        write(app, " ".join(some), Message.text)
        for rule, parts in shown.items():
            assert Skeleton(ada.http.get(pages[rule]).text).parts == parts, (rule, some)


def test_what_looks_like_a_template_is_shown_as_it_is(app, ada: Person, pages: dict[str, str]) -> None:
    write(app, HARMLESS)
    times = {rule: words(ada.http.get(path).text).count(HARMLESS) for rule, path in pages.items()}
    assert sum(times.values()) > 10
    for text in TEMPLATES:
        write(app, text)
        seen = {rule: words(ada.http.get(path).text).count(text) for rule, path in pages.items()}
        assert seen == times, text
