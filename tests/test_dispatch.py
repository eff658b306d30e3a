"""One reader per room: every entry is told once, in the log's order, to exactly those who may hear it."""

import pytest
from flask import Flask

from app import dispatch, log
from app.actions import attendance, invites, members
from app.channels import NAMESPACE, room_channel
from app.extensions import db, socketio
from app.models import Kind
from tests.conftest import Garden
from tests.databases import on_both
from tests.logging_rooms import commit_untold
from tests.people import Person


def tell(app: Flask, entry) -> None:
    with app.app_context():
        dispatch.tell(entry)


def sweep(app: Flask) -> None:
    with app.app_context():
        dispatch.sweep()


def seqs(person: Person) -> list[int]:
    return [fact["seq"] for _, fact in person.heard() if "seq" in fact]


@pytest.fixture
def listening(ada: Person, bob: Person, garden: Garden) -> Garden:
    """Ada and Bob hear the garden; its log stands at 2."""
    assert ada.socket.connected
    assert bob.socket.connected
    ada.heard(), bob.heard()
    return garden


def test_an_entry_is_told_once_to_everyone_in_the_room(app, listening, ada, bob) -> None:
    entry = commit_untold(app, listening.id, ada.id)
    tell(app, entry)
    tell(app, entry)
    sweep(app)
    assert seqs(ada) == seqs(bob) == [3]


def test_entries_handed_over_in_the_wrong_order_are_told_in_the_logs_order(app, listening, ada, bob) -> None:
    third, fourth = (commit_untold(app, listening.id, ada.id) for _ in range(2))
    tell(app, fourth)
    tell(app, third)
    assert seqs(bob) == [3, 4]


def test_what_another_process_committed_before_is_told_first(app, listening, ada, bob) -> None:
    commit_untold(app, listening.id, ada.id)
    assert bob.say(listening.id)["ok"]
    assert seqs(bob) == [3, 4]


@on_both
def test_the_sweep_tells_what_nobody_hinted_at(app, listening, ada, bob) -> None:
    for _ in range(3):
        commit_untold(app, listening.id, ada.id)
    assert seqs(bob) == []
    sweep(app)
    assert seqs(bob) == [3, 4, 5]


def test_more_than_one_page_of_entries_is_told_whole(app, listening, ada, bob) -> None:
    with app.app_context():
        room = log.lock(listening.id)
        for _ in range(450):
            log.append(room, Kind.ROOM_CHANGED, subject_id=room.id, actor=ada.user())
        db.session.commit()
    sweep(app)
    assert seqs(bob) == list(range(3, 453))


def test_what_is_committed_while_the_reader_tells_comes_after_it(
    app, listening, ada, bob, monkeypatch
) -> None:
    stock, nested = socketio.server.manager.emit, []

    def emit(event, *args, **options):
        if event == "message_posted" and not nested:
            entry = commit_untold(app, listening.id, ada.id)
            nested.append(entry)
            tell(app, entry)
        return stock(event, *args, **options)

    monkeypatch.setattr(socketio.server.manager, "emit", emit)
    assert ada.say(listening.id)["ok"]
    assert nested
    assert seqs(bob) == [3, 4]


def test_in_a_hot_room_the_poster_is_answered_and_another_green_thread_goes_on(
    app, listening, ada, bob, monkeypatch
) -> None:
    others = []
    monkeypatch.setattr(socketio, "start_background_task", lambda act, *given: others.append((act, given)))
    for _ in range(2 * dispatch.TOLD_AT_ONCE):
        commit_untold(app, listening.id, ada.id)
    assert ada.say(listening.id)["ok"]
    told = seqs(bob)
    assert told == list(range(3, 3 + dispatch.TOLD_AT_ONCE))
    [(act, given)] = others
    act(*given)
    assert [*told, *seqs(bob)] == list(range(3, 3 + 2 * dispatch.TOLD_AT_ONCE + 1))
    assert len(others) == 1


def test_a_failure_to_tell_is_not_the_posters_and_the_sweep_heals_it(
    app, listening, ada, bob, monkeypatch
) -> None:
    stock, failures = socketio.server.manager.emit, [1, 2]

    def emit(event, *args, **options):
        if event == "message_posted" and failures:
            failures.pop()
            raise OSError("the line is down")
        return stock(event, *args, **options)

    monkeypatch.setattr(socketio.server.manager, "emit", emit)
    assert ada.say(listening.id, "one")["ok"]
    assert ada.say(listening.id, "two")["ok"]
    assert seqs(bob) == []
    sweep(app)
    assert seqs(bob) == [3, 4]


def test_nothing_is_told_of_what_was_rolled_back_and_its_number_is_used_again(
    app, listening, ada, bob
) -> None:
    with app.app_context():
        room = log.lock(listening.id)
        log.append(room, Kind.ROOM_CHANGED, subject_id=room.id, actor=ada.user())
        db.session.flush()
        db.session.rollback()
        dispatch.sweep()
    assert seqs(bob) == []
    assert ada.say(listening.id)["data"]["message"]["seq"] == 3
    assert seqs(bob) == [3]


def test_somebody_who_joins_hears_from_their_own_entry_on(app, listening, ada, mallory) -> None:
    assert mallory.socket.connected
    ada.say(listening.id, "before")
    with app.app_context():
        invites.accept(mallory.user(), listening.token)
    ada.say(listening.id, "after")
    assert [(name, fact.get("seq")) for name, fact in mallory.heard()] == [
        ("member_joined", 4),
        ("room_added", None),
        ("message_posted", 5),
    ]


def test_the_first_in_a_room_that_nobody_here_follows_hears_their_own_entry(app, garden, mallory) -> None:
    assert mallory.socket.connected
    with app.app_context():
        invites.accept(mallory.user(), garden.token)
    assert [name for name, _ in mallory.heard()] == ["member_joined", "room_added"]


@pytest.mark.parametrize("way", ["left", "removed", "banned"])
def test_who_goes_hears_nothing_later_and_who_stays_hears_all(app, listening, ada, bob, way) -> None:
    with app.app_context():
        if way == "left":
            members.leave(bob.user(), listening.id)
        else:
            members.remove(ada.user(), listening.id, bob.id, ban=way == "banned")
    ada.say(listening.id, "about bob")
    assert bob.heard() == [("room_removed", {"room_id": listening.id, "reason": way})]
    assert seqs(ada) == [3, 4]
    assert room_channel(listening.id) not in socketio.server.rooms(bob.socket.sid, NAMESPACE)


def test_a_removal_found_by_the_sweep_cuts_before_anything_later(app, listening, ada, bob) -> None:
    """I10: another process removed Bob and told more; this one reads all of it at once."""
    with app.app_context():
        room = log.lock(listening.id)
        room.member_count -= 1
        from app import access
        from app.models.columns import now

        access.membership(bob.user(), listening.id).ended_at = now()
        actor = ada.user()
        log.append(room, Kind.ROOM_CHANGED, subject_id=room.id, actor=actor)
        log.append(room, Kind.MEMBER_REMOVED, subject_id=bob.id, actor=actor)
        log.append(room, Kind.ROOM_CHANGED, subject_id=room.id, actor=actor)
        db.session.commit()
        dispatch.sweep()
    assert seqs(bob) == [3]
    assert seqs(ada) == [3, 4, 5]


def test_a_socket_may_not_listen_by_a_membership_older_than_what_was_told(
    app, listening, ada, mallory
) -> None:
    sid = mallory.socket.sid
    assert ada.say(listening.id)["ok"]  # told up to 3
    with app.app_context():
        assert dispatch.hear(sid, {listening.id: 2}) is False
        assert sid not in dispatch.listeners(listening.id)
        assert dispatch.hear(sid, {listening.id: 3}) is True
        assert sid in dispatch.listeners(listening.id)


def test_of_several_rooms_one_stale_head_refuses_them_all(app, listening, ada, mallory) -> None:
    assert ada.say(listening.id)["ok"]
    with app.app_context():
        assert dispatch.hear(mallory.socket.sid, {"another": 5, listening.id: 2}) is False
        assert not dispatch.listeners("another")


def test_a_removal_between_reading_membership_and_listening_is_still_exact(app, garden, ada, bob) -> None:
    """Nobody follows the garden here when Bob's membership is read; then another process removes him."""
    socket = bob.socket
    dispatch.forget(socket.sid)
    sweep(app)
    with app.app_context():
        heads = attendance.select_heads(bob.user())
        db.session.commit()
    dispatch.clear()
    with app.app_context():
        members.remove(ada.user(), garden.id, bob.id, ban=False)
        bob.heard()
        assert dispatch.hear(socket.sid, heads)
        dispatch.sweep()
    ada.say(garden.id, "later")
    sweep(app)
    assert bob.heard() == []


def test_a_room_that_nobody_listens_to_any_longer_is_not_followed(app, listening, ada, bob) -> None:
    ada.socket.client.disconnect(NAMESPACE)
    bob.socket.client.disconnect(NAMESPACE)
    sweep(app)
    assert not dispatch.listeners(listening.id)
    assert listening.id not in dispatch._readers


def test_a_reader_that_finds_a_hole_stops_instead_of_telling_over_it(
    app, listening, ada, bob, caplog
) -> None:
    with app.app_context():
        room = log.lock(listening.id)
        room.last_seq += 1  # a number that was given to nothing: what must never be
        log.append(room, Kind.ROOM_CHANGED, subject_id=room.id, actor=ada.user())
        db.session.commit()
        dispatch.sweep()
    assert seqs(bob) == []
    assert "could not be told" in caplog.text
