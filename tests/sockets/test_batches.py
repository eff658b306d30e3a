"""What the entrance for a whole turn takes, and what it leaves to be asked one by one."""

import pytest

from app import presence
from app.actions import batches as action
from app.actions import rooms
from app.extensions import db, limiter
from app.models import Credential, Entry
from app.sockets import batches
from tests.conftest import person
from tests.everything import nonce


@pytest.fixture
def listening(garden, ada, bob, mallory):
    for who in (ada, bob, mallory):
        assert who.socket.connected
    return garden


def ask(who, room_id: str, **sent) -> tuple[str, object]:
    return who.socket.sid, {"room_id": room_id, "nonce": nonce(), "text": "hello", **sent}


def answered(app, *asks) -> list[bool]:
    with app.app_context():
        return [answer is not None for answer in batches.post_message(list(asks))]


def stored(app, room_id: str) -> int:
    with app.app_context():
        return db.session.query(Entry).filter_by(room_id=room_id).count()


def test_what_a_socket_says_after_something_unreadable_is_asked_one_by_one(app, listening, ada, bob) -> None:
    with app.app_context():
        answers = batches.post_message(
            [
                ask(ada, listening.id),
                ask(bob, listening.id, text=""),
                ask(bob, listening.id),
                ask(ada, listening.id),
                ("unknown", {"room_id": listening.id}),
                ask(ada, listening.id, more=1),
            ]
        )
        assert [answer is not None for answer in answers] == [True, False, False, True, False, False]
        assert answers[0]["data"]["duplicate"] is False
    assert stored(app, listening.id) == 4


def test_what_is_more_than_plain_text_is_asked_one_by_one_and_its_neighbours_are_not(
    app, listening, ada, bob
) -> None:
    plain = {"reply_to": None, "file_ids": []}
    assert answered(app, ask(ada, listening.id, **plain), ask(bob, listening.id)) == [True, True]
    first = ada.say(listening.id)["data"]["message"]["id"]
    answering = ask(ada, listening.id, reply_to=first)
    assert answered(app, answering, ask(bob, listening.id)) == [False, True]
    assert answered(app, ask(ada, listening.id, text="@bob, look"), ask(bob, listening.id)) == [False, True]
    assert answered(app, ask(ada, listening.id)) == [True]


def test_only_sockets_whose_credential_holds_and_may_write_are_answered(app, listening, ada, bob) -> None:
    reader = bob.connect(token=bob.make_token("read"))
    ended = bob.connect(token=bob.make_token("read", "write"))
    with app.app_context():
        db.begin_write()
        db.session.get_one(Credential, presence.socket(ended.sid).credential_id).end("revoked")
        db.session.commit()
        by = action.behind([ada.socket.sid, bob.socket.sid, reader.sid, ended.sid, "unknown"])
        assert {sid: each.user_id for sid, each in by.items()} == {
            ada.socket.sid: ada.id,
            bob.socket.sid: bob.id,
            reader.sid: bob.id,
            ended.sid: bob.id,
        }
    _, sent = ask(bob, listening.id)
    assert answered(app, (reader.sid, sent), (ended.sid, sent), ask(ada, listening.id)) == [
        False,
        False,
        True,
    ]


def test_who_is_disabled_or_renamed_is_known_so_in_the_next_turn(app, listening, ada, bob) -> None:
    assert answered(app, ask(ada, listening.id), ask(bob, listening.id)) == [True, True]
    with app.app_context():
        db.begin_write()
        ada.user().display_name = "Ada L."
        bob.user().disabled_at = bob.user().created_at
        db.session.commit()
        answers = batches.post_message([ask(ada, listening.id), ask(bob, listening.id)])
    assert answers[0]["data"]["message"]["author"]["display_name"] == "Ada L."
    assert answers[1] is None


def test_a_request_is_counted_once_whether_a_turn_answers_it_or_not(make_app) -> None:
    app = make_app(rate_limits="on")
    ada = person(app, "ada")
    with app.app_context():
        room_id = rooms.create(ada.user(), "The garden")[0].room_id
    assert ada.socket.connected
    name, amount, seconds, shared = batches.limits.SOCKET_BURST

    def left() -> int:
        return sum(
            limiter.allows(name, amount, seconds, shared, ada.socket.sid, times=times)
            for times in range(1, amount + 1)
        )

    before = left()
    assert answered(app, ask(ada, room_id), ask(ada, room_id, text="")) == [True, False]
    assert left() == before - 1
