"""How often an answer asks the database: as often for two hundred messages as for a few, whatever hangs on them."""

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa
from flask import Flask

from app import limits
from app.actions import invites, messages, pins, reactions
from app.extensions import db
from tests.conftest import Garden, person
from tests.databases import on_both
from tests.everything import nonce
from tests.people import Person


@contextlib.contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The questions that are asked inside. (When a token was last used is written now and then.)"""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, text: str, *_: object) -> None:
        if text.startswith("SELECT"):
            asked.append(text)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def talk(app: Flask, garden: Garden, who: Person, other: Person, times: int) -> None:
    """So many messages, each answering the one before, half of them with reactions, and edited or pinned."""
    with app.app_context():
        before: str | None = None
        for number in range(times):
            said, _ = messages.post(
                who.user(), garden.id, nonce=nonce(), text=f"{number} @{other.username}", reply_to=before
            )
            before = said.id
            if number % 2:
                reactions.put(other.user(), said.id, "👍", on=True)
                reactions.put(who.user(), said.id, "🎉", on=True)
            if number % 10 == 0:
                messages.edit(who.user(), said.id, text=f"{number} again")
            if number % 3 == 0:
                pins.put(who.user(), said.id, on=True)


def ask(app: Flask, who: Person, path: str) -> int:
    """How many statements this costs, once it is known who asks."""
    who.api("GET", path)
    with counted(app) as asked:
        assert who.api("GET", path).status_code == 200
    return len(asked)


@on_both
def test_pages_cost_no_more_statements_for_many_messages_than_for_few(
    app: Flask, garden: Garden, ada: Person, bob: Person, make_room
) -> None:
    paths = [
        f"/rooms/{garden.id}/messages?limit={limits.HISTORY_PAGE_MAX}",
        f"/rooms/{garden.id}/messages?after=0&limit={limits.HISTORY_PAGE_MAX}",
        f"/rooms/{garden.id}/messages?around=60&limit={limits.HISTORY_PAGE_MAX}",
        f"/rooms/{garden.id}/pins",
        "/mentions?limit=100",
    ]
    talk(app, garden, ada, bob, 6)
    few = [ask(app, bob, path) for path in paths]
    talk(app, garden, ada, bob, 60)
    many = [ask(app, bob, path) for path in paths]

    assert many == few
    assert max(many) <= 12


def test_a_catch_up_costs_no_more_statements_for_many_entries_than_for_few(
    app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    def cost(missed: int) -> int:
        head = bob.ask("heads", {"rooms": {garden.id: 0}})["data"]["behind"][garden.id]
        with counted(app) as asked:
            [room] = bob.ask("sync", {"rooms": {garden.id: head - missed}})["data"]["rooms"]
        assert len(room["entries"]) == missed
        return len(asked)

    talk(app, garden, ada, bob, 65)
    assert cost(150) == cost(10)
    assert cost(10) <= 16
    for number in range(30):
        ada.say(garden.id, f"answers nothing {number}")
    assert cost(30) == cost(3)
    with app.app_context():
        for number in range(30):
            invites.accept(person(app, f"carol{number}").user(), garden.token)
    assert cost(30) == cost(3)


def test_a_plain_message_costs_nothing_for_what_may_hang_on_one(
    app: Flask, garden: Garden, ada: Person, bob: Person
) -> None:
    assert bob.socket.connected
    ada.say(garden.id)
    with counted(app) as asked:
        ada.say(garden.id)
    assert not any(table in text for text in asked for table in ("reactions", "mentions", "earlier_versions"))


def test_what_is_around_a_place_years_back_is_found_by_the_index(
    app: Flask, garden: Garden, ada: Person
) -> None:
    """The same plan however long the room is: no scan and no sort of it."""
    with counted(app) as asked:
        ada.api("GET", f"/rooms/{garden.id}/messages?around=2")
    pages = [text for text in asked if "FROM messages" in text]
    assert len(pages) >= 2
    with app.app_context():
        for text in pages:
            bound = tuple(range(text.count("?")))
            plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", bound).all()
            steps = [row[-1] for row in plan]
            assert any(
                "uq_messages_room_id_seq" in step or "sqlite_autoindex_messages" in step for step in steps
            )
            assert not any("SCAN" in step or "TEMP B-TREE" in step for step in steps), steps
