"""Said once, whatever is retried; acknowledged means committed; told to the room and nobody else."""

import sqlite3
import threading

import pytest
import sqlalchemy as sa

from app.actions import members, messages, rooms
from app.errors import Conflict, NotFound, RateLimited, Unavailable
from app.extensions import db
from app.models import Entry, Message
from tests.databases import on_both, path_of
from tests.everything import nonce
from tests.together import run_together


def stored(app) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Message)) or 0


def test_the_room_hears_it_the_author_included_and_nobody_else(app, garden, ada, bob, mallory) -> None:
    for person in (ada, bob, mallory):
        assert person.socket.connected
        person.heard()
    message = ada.say(garden.id, "hello")["data"]["message"]
    [(name, fact)] = bob.heard()
    assert (name, fact["message"], fact["seq"]) == ("message_posted", message, message["seq"])
    assert [fact["message"]["id"] for _, fact in ada.heard()] == [message["id"]]
    assert mallory.heard() == []


def test_acknowledged_means_committed(app, garden, ada) -> None:
    message = ada.say(garden.id, "kept")["data"]["message"]
    with sqlite3.connect(path_of(app)) as another:
        assert another.execute("SELECT text, seq FROM messages").fetchall() == [("kept", message["seq"])]


def test_it_is_committed_before_anybody_hears_it(app, garden, ada, bob, monkeypatch) -> None:
    """I7: what is heard is what another connection can read."""
    from app.extensions import socketio

    stock, read = socketio.server.manager.emit, []

    def emit(event, *args, **options):
        if event == "message_posted":
            with sqlite3.connect(path_of(app)) as another:
                read.extend(another.execute("SELECT text FROM messages").fetchall())
        return stock(event, *args, **options)

    assert bob.socket.connected
    monkeypatch.setattr(socketio.server.manager, "emit", emit)
    ada.say(garden.id, "kept")
    assert read == [("kept",)]


@on_both
def test_a_retry_says_nothing_twice(app, garden, ada, bob) -> None:
    assert bob.socket.connected
    sent = nonce()
    first = ada.say(garden.id, "once", nonce=sent)["data"]
    again = ada.say(garden.id, "once", nonce=sent)["data"]
    assert (first["duplicate"], again["duplicate"]) == (False, True)
    assert first["message"] == again["message"]
    assert len(bob.heard("message_posted")) == 1
    assert stored(app) == 1


def test_a_nonce_for_another_text_or_another_room_is_a_conflict(app, garden, ada, make_room) -> None:
    orchard = make_room(ada)
    sent = nonce()
    assert ada.say(garden.id, "one", nonce=sent)["ok"]
    assert ada.say(garden.id, "two", nonce=sent)["error"]["code"] == "conflict"
    assert ada.say(orchard, "one", nonce=sent)["error"]["code"] == "conflict"
    assert stored(app) == 1


def test_two_people_may_make_the_same_nonce(app, garden, ada, bob) -> None:
    sent = nonce()
    assert ada.say(garden.id, nonce=sent)["data"]["duplicate"] is False
    assert bob.say(garden.id, nonce=sent)["data"]["duplicate"] is False


def test_a_nonce_is_one_however_it_is_written(app, garden, ada) -> None:
    sent = nonce()
    assert ada.say(garden.id, nonce=sent.upper())["ok"]
    assert ada.say(garden.id, nonce=sent)["data"]["duplicate"] is True


def test_a_retry_after_a_removal_is_still_answered_and_a_new_message_is_not(app, garden, ada, bob) -> None:
    sent = nonce()
    first = bob.say(garden.id, nonce=sent)["data"]["message"]
    with app.app_context():
        members.remove(ada.user(), garden.id, bob.id, ban=False)
    assert bob.say(garden.id, nonce=sent)["data"] == {"message": first, "duplicate": True}
    assert bob.say(garden.id)["error"]["code"] == "not_found"
    assert stored(app) == 1


def test_a_retry_after_an_erasure_is_answered_with_the_tombstone(app, garden, bob) -> None:
    sent = nonce()
    bob.say(garden.id, "regretted", nonce=sent)
    with app.app_context():
        messages.erase_all(bob.user())
    again = bob.say(garden.id, "regretted", nonce=sent)["data"]
    assert again["duplicate"] is True
    assert again["message"]["text"] == ""
    assert again["message"]["deleted_at"] is not None


def test_an_outsider_is_answered_as_if_there_were_no_room(app, garden, mallory) -> None:
    there, nowhere = mallory.say(garden.id), mallory.say("no-such-room")
    assert there == nowhere
    assert there["error"]["code"] == "not_found"
    assert stored(app) == 0


def test_a_deleted_room_takes_nothing_more(app, garden, ada) -> None:
    with app.app_context():
        rooms.delete(ada.user(), garden.id)
    assert ada.say(garden.id)["error"]["code"] == "not_found"


def test_ten_at_once_and_the_eleventh_waits(make_app, ada_in_a_limited_garden) -> None:
    ada, room_id = ada_in_a_limited_garden
    with ada.app.app_context():
        for _ in range(10):
            messages.post(ada.user(), room_id, nonce=nonce(), text="hello")
        again = nonce()
        with pytest.raises(RateLimited) as refused:
            messages.post(ada.user(), room_id, nonce=again, text="hello")
        assert 0 < refused.value.retry_after <= 5
    assert stored(ada.app) == 10


def test_a_retry_is_answered_even_over_the_limit(ada_in_a_limited_garden) -> None:
    ada, room_id = ada_in_a_limited_garden
    with ada.app.app_context():
        sent = nonce()
        for each in (sent, *(nonce() for _ in range(9))):
            messages.post(ada.user(), room_id, nonce=each, text="hello")
        assert messages.post(ada.user(), room_id, nonce=sent, text="hello")[1] is True


@pytest.fixture
def ada_in_a_limited_garden(make_app):
    """Ada, where limits are on, and the id of a room of hers."""
    from tests.conftest import person

    app = make_app(rate_limits="on")
    ada = person(app, "ada")
    with app.app_context():
        return ada, rooms.create(ada.user(), "The garden")[0].room_id


@on_both
def test_fifty_at_once_with_one_nonce_are_one_message(app, garden, ada) -> None:
    """BV9: one row, and every answer names it."""
    sent, answers, barrier = nonce(), [], threading.Barrier(10)

    def post() -> None:
        barrier.wait()
        for _ in range(5):
            with app.app_context():
                message, _ = messages.post(ada.user(), garden.id, nonce=sent, text="once")
                answers.append((message.id, message.seq))

    run_together([post] * 10)
    assert len(answers) == 50
    assert len(set(answers)) == 1
    assert stored(app) == 1


@on_both
def test_one_nonce_raced_into_two_rooms_is_one_message_and_one_conflict(app, garden, ada, make_room) -> None:
    orchard = make_room(ada)
    for _ in range(5):
        sent, answers, barrier = nonce(), [], threading.Barrier(2)

        def post(room_id: str, sent=sent, answers=answers, barrier=barrier) -> None:
            barrier.wait()
            with app.app_context():
                try:
                    answers.append(messages.post(ada.user(), room_id, nonce=sent, text="where?")[1])
                except (Conflict, Unavailable) as refused:
                    answers.append(type(refused))

        run_together([lambda: post(garden.id), lambda: post(orchard)])
        assert sorted(answers, key=str) == sorted([False, Conflict], key=str)
    assert stored(app) == 5
    with app.app_context():  # and the loser's room has no hole
        for room_id in (garden.id, orchard):
            found = list(db.session.scalars(sa.select(Entry.seq).where(Entry.room_id == room_id)))
            assert sorted(found) == list(range(1, len(found) + 1))


def test_a_failed_commit_tells_nobody_and_stores_nothing(app, garden, ada, bob) -> None:
    assert bob.socket.connected
    assert ada.socket.connected

    def fail(session) -> None:
        if session.new or session.dirty:
            raise OSError("disk full")

    sa.event.listen(db.session, "before_commit", fail)
    try:
        assert ada.say(garden.id)["error"]["code"] == "internal"
    finally:
        sa.event.remove(db.session, "before_commit", fail)
    assert bob.heard("message_posted") == []
    assert stored(app) == 0
    assert ada.say(garden.id)["data"]["message"]["seq"] == 3


def test_erasing_makes_tombstones_everywhere_and_tells_who_is_there(app, garden, ada, bob, make_room) -> None:
    cellar = make_room(ada, bob)
    for room_id in (garden.id, cellar):
        for text in ("one", "two"):
            assert bob.say(room_id, text)["ok"]
    ada.say(garden.id, "mine")
    with app.app_context():
        members.leave(bob.user(), cellar)
    ada.heard()
    with app.app_context():
        messages.erase_all(bob.user())
        texts = {said.text for said in db.session.scalars(sa.select(Message))}
    assert texts == {"", "mine"}
    told = [fact["message"] for _, fact in ada.heard("message_deleted")]
    assert len(told) == 4
    assert {(each["text"], each["version"]) for each in told} == {("", 2)}
    assert not any(each["deleted_at"] is None for each in told)


@pytest.mark.parametrize("looked_at", [2, 5, 2_000])
def test_erasing_more_than_one_transaction_holds_erases_all_and_nothing_else(
    app, garden, ada, bob, monkeypatch, looked_at: int
) -> None:
    monkeypatch.setattr(messages, "ERASED_AT_ONCE", 3)
    monkeypatch.setattr(messages, "LOOKED_AT_ONCE", looked_at)
    with app.app_context():
        for number in range(16):
            who, text = (ada, "kept") if 4 < number < 12 else (bob, "gone")
            messages.post(who.user(), garden.id, nonce=nonce(), text=text)
        messages.erase_all(bob.user())
        said = db.session.scalars(sa.select(Message).order_by(Message.seq)).all()
        assert [each.text for each in said] == [""] * 5 + ["kept"] * 7 + [""] * 4


def test_a_stranger_to_every_room_erases_nothing(app, garden, mallory) -> None:
    with app.app_context():
        messages.erase_all(mallory.user())
        with pytest.raises(NotFound):
            messages.post(mallory.user(), garden.id, nonce=nonce(), text="hello")
