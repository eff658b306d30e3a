"""Being named: who is, how many times unread, and where it is found again."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app import conversation, limits
from app.actions import accounts, invites, members, messages
from app.errors import Invalid
from app.extensions import db
from app.models import Mention, Role
from tests.conftest import person
from tests.databases import on_both
from tests.everything import nonce
from tests.people import Person


@pytest.fixture
def inside(app) -> Iterator[None]:
    """Inside of the application, for tests that only act."""
    with app.app_context():
        yield


def say(who: Person, room_id: str, text: str) -> str:
    """Say it; the message's id."""
    return messages.post(who.user(), room_id, nonce=nonce(), text=text)[0].id


def named(message_id: str) -> set[str]:
    """The ids of those whom a message names."""
    return set(db.session.scalars(sa.select(Mention.user_id).where(Mention.message_id == message_id)))


def counts(who: Person, room_id: str) -> tuple[int, int]:
    """Unread messages and mentions in a room, by `sync`."""
    [room] = [
        each["room"]
        for each in who.ask("sync", {"rooms": {}})["data"]["rooms"]
        if each["room"]["id"] == room_id
    ]
    return room["unread"], room["mentions"]


@on_both
def test_members_are_named_by_their_whole_name_and_nobody_else(inside, garden, ada, bob, mallory) -> None:
    assert named(say(ada, garden.id, "@bob @BOB. @mallory @nobody @bobby")) == {bob.id}
    assert named(say(ada, garden.id, "`@bob` bob @b0b @вob")) == set()
    assert named(say(ada, garden.id, "@ada, that is me")) == set()


def test_a_name_that_ends_in_punctuation_is_taken_whole_first(inside, app, garden, ada, bob) -> None:
    other = person(app, "bob_")
    invites.accept(other.user(), garden.token)
    assert named(say(ada, garden.id, "It was @bob_.")) == {other.id}
    assert named(say(ada, garden.id, "It was @bob.")) == {bob.id}


@on_both
def test_everybody_is_named_by_a_moderator_and_by_no_member(inside, app, garden, ada, bob) -> None:
    carol = person(app, "carol")
    invites.accept(carol.user(), garden.token)
    assert named(say(ada, garden.id, "@room look")) == {bob.id, carol.id}
    assert named(say(bob, garden.id, "@room look")) == set()
    members.set_role(ada.user(), garden.id, bob.id, Role.MODERATOR)
    assert named(say(bob, garden.id, "@room look")) == {ada.id, carol.id}
    members.leave(carol.user(), garden.id)
    assert named(say(bob, garden.id, "@room @carol look")) == {ada.id}


def test_nobody_is_called_as_everybody_is(inside) -> None:
    for name in ("room", "Room", "r00m"):
        with pytest.raises(Invalid):
            accounts.create(name, "a long enough password")
    assert accounts.create("roomy", "a long enough password")


@on_both
def test_unread_mentions_are_exact_after_everything_that_changes_them(app, garden, ada, bob, mallory) -> None:
    def ask(who: Person, event: str, **data: object) -> dict:
        answer = who.ask(event, data)
        assert answer["ok"], answer
        return answer["data"]

    def post(text: str) -> dict:
        return ask(ada, "post_message", room_id=garden.id, nonce=nonce(), text=text)["message"]

    first, second = post("@bob one"), post("two")
    assert counts(bob, garden.id) == (2, 1)
    ask(ada, "edit_message", message_id=second["id"], text="@bob two")
    assert counts(bob, garden.id) == (2, 2)
    ask(ada, "edit_message", message_id=first["id"], text="one")
    assert counts(bob, garden.id) == (2, 1)
    third = post("@room three")
    assert counts(bob, garden.id) == (3, 2)
    ask(ada, "delete_message", message_id=second["id"])
    assert counts(bob, garden.id) == (2, 1)
    read = ask(bob, "set_read", room_id=garden.id, seq=third["seq"])
    assert read == {"read_seq": third["seq"], "unread": 0, "mentions": 0, "last_seq": 8}

    tablet = bob.connect()
    bob.heard(), ada.heard()
    back = ask(bob, "set_read", room_id=garden.id, seq=first["seq"], back=True)
    assert back == {"read_seq": first["seq"], "unread": 1, "mentions": 1, "last_seq": 8}
    told = {"room_id": garden.id, "seq": first["seq"], "unread": 1, "mentions": 1, "last_seq": 8}
    assert tablet.heard() == [("read_changed", told)]
    assert ada.heard() == []
    assert counts(ada, garden.id) == (0, 0)

    with app.app_context():
        members.leave(bob.user(), garden.id)
        invites.accept(bob.user(), garden.token)
    assert counts(bob, garden.id) == (0, 0)


def test_my_mentions_of_all_my_rooms_are_found_newest_first(
    app, garden, ada, bob, mallory, make_room
) -> None:
    orchard = make_room(ada, bob)
    with app.app_context():
        texts = [f"@bob {number}" for number in range(5)]
        for number, text in enumerate(texts):
            say(ada, (garden.id, orchard)[number % 2], text)
        say(ada, garden.id, "not bob")

    def page(who: Person, **query: object) -> tuple[list[str], str | None]:
        answer = who.api("GET", "/mentions", query_string=query)
        assert answer.status_code == 200, answer.data
        return [each["text"] for each in answer.get_json()["items"]], answer.get_json()["next"]

    assert page(bob) == (texts[::-1], None)
    shown, cursor = page(bob, limit=2)
    rest, end = page(bob, limit=3, cursor=cursor)
    assert (shown + rest, end) == (texts[::-1], None)
    assert page(ada) == page(mallory) == ([], None)
    ada.api("DELETE", f"/rooms/{orchard}/members/{bob.id}")
    assert page(bob)[0] == [text for number, text in reversed(list(enumerate(texts))) if number % 2 == 0]
    assert bob.api("GET", "/mentions?limit=0").status_code == 422


def test_names_after_so_many_others_are_not_looked_up(inside, garden, ada, bob) -> None:
    others = " ".join(f"@user{number}" for number in range(limits.NAMES_PER_MESSAGE))
    assert named(say(ada, garden.id, f"@bob {others}")) == {bob.id}
    assert named(say(ada, garden.id, f"{others} @bob")) == set()


def test_what_names_nobody_asks_the_database_nothing_more(inside, garden, ada, bob) -> None:
    asked: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda _c, _k, text, *_: asked.append(text))
    say(ada, garden.id, "hello")
    plain = len(asked)
    assert not any("mentions" in text for text in asked)
    say(ada, garden.id, "@nobody")
    assert len(asked) == 2 * plain + 1
    assert conversation.unread([]) == {}
