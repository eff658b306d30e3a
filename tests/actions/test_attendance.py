"""Being there: catch-up whole or reset, the same objects as told live, heads, reading, typing, who is here."""

from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from app import events, limits, log, presence, sight
from app.actions import accounts, attendance, credentials, invites, members, messages
from app.errors import RateLimited
from app.extensions import db
from app.models import Kind, Membership, Message, Room
from tests.conftest import PASSWORD, person
from tests.databases import on_both
from tests.everything import HERE, nonce


def fill(app, room_id: str, who, count: int) -> None:
    with app.app_context():
        room = log.lock(room_id)
        for _ in range(count):
            log.append(room, Kind.ROOM_CHANGED, subject_id=room.id, actor=who.user())
        db.session.commit()


def sync_one(who, room_id: str, seq: int, **more) -> Mapping[str, Any]:
    answer = who.ask("sync", {"rooms": {room_id: seq}, **more})["data"]
    return next(each for each in answer["rooms"] if each["room"]["id"] == room_id)


# ---- sync


@on_both
def test_two_hundred_missed_come_whole_and_with_one_more_it_is_reset(app, garden, ada, bob) -> None:
    fill(app, garden.id, ada, 200)
    missed = sync_one(bob, garden.id, 2)
    assert [entry["seq"] for entry in missed["entries"]] == list(range(3, 203))
    assert missed["reset"] is False
    assert sync_one(bob, garden.id, 1) == {**missed, "entries": [], "reset": True}


def test_who_is_up_to_date_missed_nothing(app, garden, bob) -> None:
    missed = sync_one(bob, garden.id, 2)
    assert (missed["entries"], missed["reset"]) == ([], False)


@pytest.mark.parametrize("case", ["ahead", "other epoch", "no seq"])
def test_a_client_that_reads_another_log_starts_anew(app, garden, bob, case) -> None:
    epoch = sync_one(bob, garden.id, 2)["room"]["epoch"]
    same = sync_one(bob, garden.id, 2, epochs={garden.id: epoch})
    assert same["reset"] is False
    if case == "no seq":
        [answer] = bob.ask("sync", {"rooms": {}})["data"]["rooms"]
    elif case == "ahead":
        answer = sync_one(bob, garden.id, 3)
    else:
        answer = sync_one(bob, garden.id, 2, epochs={garden.id: "another"})
    assert (answer["entries"], answer["reset"]) == ([], True)
    assert answer["room"]["last_seq"] == 2


def test_rooms_that_one_is_not_in_are_named_as_removed(app, garden, ada, mallory, make_room) -> None:
    orchard = make_room(ada, mallory)
    with app.app_context():
        members.remove(ada.user(), orchard, mallory.id, ban=False)
    answer = mallory.ask("sync", {"rooms": {garden.id: 2, orchard: 3, "never-was": 1}})["data"]
    assert answer["rooms"] == []
    assert sorted(answer["removed"]) == sorted([garden.id, orchard, "never-was"])


def test_what_was_erased_since_comes_as_a_tombstone(app, garden, ada, bob) -> None:
    bob.say(garden.id, "regretted")
    with app.app_context():
        messages.erase_all(bob.user())
    posted, deleted = sync_one(ada, garden.id, 2)["entries"]
    assert (posted["type"], deleted["type"]) == ("message_posted", "message_deleted")
    assert posted["message"] == deleted["message"]
    assert (posted["message"]["text"], posted["message"]["seq"]) == ("", 3)


def test_the_answer_names_the_person_the_time_and_the_limits(app, garden, bob) -> None:
    answer = bob.ask("sync", {"rooms": {}})["data"]
    assert answer["me"]["id"] == bob.id
    assert answer["limits"] == limits.ADVERTISED
    assert answer["now"].endswith("Z")
    assert len(answer["now"]) == len("2026-11-22T15:01:49.450Z")


def test_the_socket_hears_its_rooms_before_sync_is_answered(app, garden, ada, bob) -> None:
    """Also when it was somehow taken out: sync lets it in again."""
    from app import dispatch

    socket = bob.socket
    dispatch.forget(socket.sid)
    ada.say(garden.id, "not heard")
    assert bob.heard("message_posted") == []
    assert [entry["seq"] for entry in sync_one(bob, garden.id, 2)["entries"]] == [3]
    ada.say(garden.id, "heard")
    assert [fact["seq"] for _, fact in bob.heard("message_posted")] == [4]


# ---- heads, read, typing


def test_heads_tells_what_the_client_is_behind_in_and_nothing_of_others_rooms(
    app, garden, ada, bob, mallory
) -> None:
    assert bob.ask("heads", {"rooms": {garden.id: 2}})["data"] == {"behind": {}}
    ada.say(garden.id)
    assert bob.ask("heads", {"rooms": {garden.id: 2}})["data"] == {"behind": {garden.id: 3}}
    assert mallory.ask("heads", {"rooms": {garden.id: 0, "never-was": 0}})["data"] == {"behind": {}}


@on_both
def test_reading_goes_forwards_and_back_only_when_it_is_meant(app, garden, ada, bob) -> None:
    for _ in range(3):
        ada.say(garden.id)
    read, end = {"room_id": garden.id, "seq": 4}, {"mentions": 0, "last_seq": 5}
    assert bob.ask("set_read", read)["data"] == {**end, "read_seq": 4, "unread": 1}
    assert bob.ask("set_read", {**read, "seq": 3})["data"]["read_seq"] == 4
    assert bob.ask("set_read", {**read, "seq": 999})["data"] == {**end, "read_seq": 5, "unread": 0}
    back = {**read, "back": True}
    assert bob.ask("set_read", {**back, "seq": 3})["data"] == {**end, "read_seq": 3, "unread": 2}
    assert bob.ask("set_read", {**back, "seq": 5})["data"]["read_seq"] == 3


def test_a_slower_device_that_read_the_old_position_does_not_move_it_back(app, garden, ada, bob) -> None:
    for _ in range(3):
        ada.say(garden.id)
    with app.app_context():
        db.session.execute(Membership.read_up_to(bob.user(), garden.id, 5))
        db.session.execute(Membership.read_up_to(bob.user(), garden.id, 4))
        db.session.commit()
    assert bob.ask("set_read", {"room_id": garden.id, "seq": 1})["data"]["read_seq"] == 5


def test_ones_other_sockets_hear_that_one_read_on_and_nobody_else_does(app, garden, ada, bob) -> None:
    ada.say(garden.id)
    one, other = bob.connect(), bob.connect()
    for listener in (one, other, ada.socket):
        listener.heard()
    one.ask("set_read", {"room_id": garden.id, "seq": 3})
    one.ask("set_read", {"room_id": garden.id, "seq": 3})
    fact = {"room_id": garden.id, "seq": 3, "unread": 0, "mentions": 0, "last_seq": 3}
    assert other.heard() == [("read_changed", fact)]
    assert one.heard() == []
    assert ada.heard() == []


def test_unread_leaves_out_ones_own_and_what_was_erased(app, garden, ada, bob) -> None:
    bob.say(garden.id)
    ada.say(garden.id)
    carol = person(app, "carol")
    with app.app_context():
        invites.accept(carol.user(), garden.token)
        messages.post(carol.user(), garden.id, nonce=str(carol.id), text="gone")
        messages.erase_all(carol.user())
    assert sync_one(bob, garden.id, 2)["room"]["unread"] == 1


def test_unread_is_counted_so_far_and_no_further(app, garden, ada, bob, monkeypatch) -> None:
    monkeypatch.setattr(limits, "UNREAD_COUNTED", 3)
    for _ in range(5):
        ada.say(garden.id)
    assert sync_one(bob, garden.id, 2)["room"]["unread"] == 3
    assert sync_one(ada, garden.id, 2)["room"]["unread"] == 0


def test_of_who_is_muted_nobody_is_told_that_they_type(app, garden, ada, bob) -> None:
    def type_on(typing: bool) -> list[bool]:
        assert bob.ask("set_typing", {"room_id": garden.id, "typing": typing})["ok"]
        return [fact["typing"] for name, fact in ada.heard() if name == "typing_changed"]

    assert ada.socket.connected
    assert type_on(True) == [True]
    with app.app_context():
        members.mute(ada.user(), garden.id, bob.id, seconds=60)
    assert type_on(False) == [False]  # what was told before is taken back
    assert type_on(True) == []
    with app.app_context():
        members.unmute(ada.user(), garden.id, bob.id)
    assert type_on(True) == [True]


def test_typing_is_told_to_the_others_and_stored_nowhere(app, garden, ada, bob, mallory) -> None:
    one, other = bob.connect(), bob.connect()
    assert ada.socket.connected
    assert mallory.socket.connected
    with app.app_context():
        before = db.session.get_one(Room, garden.id).last_seq
    one.ask("set_typing", {"room_id": garden.id, "typing": True})
    [(name, fact)] = ada.heard()
    assert (name, fact["typing"], fact["user"]["id"]) == ("typing_changed", True, bob.id)
    assert [*one.heard(), *other.heard(), *mallory.heard()] == []
    with app.app_context():
        assert db.session.get_one(Room, garden.id).last_seq == before
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0


# ---- who is here


def announce(app) -> None:
    with app.app_context():
        attendance.announce()


def test_who_comes_is_told_once_a_look_however_many_tabs(app, garden, ada, bob) -> None:
    assert ada.socket.connected
    announce(app)
    ada.heard()
    bob.connect(), bob.connect()
    announce(app)
    announce(app)
    assert ada.heard("presence_changed") == [
        ("presence_changed", {"room_id": garden.id, "online": [bob.id], "offline": []})
    ]


def test_several_who_come_in_one_second_are_one_fact(app, garden, ada, bob, mallory) -> None:
    with app.app_context():
        invites.accept(mallory.user(), garden.token)
    assert ada.socket.connected
    announce(app)
    ada.heard()
    bob.connect(), mallory.connect()
    announce(app)
    [(_, fact)] = ada.heard("presence_changed")
    assert fact["online"] == sorted([bob.id, mallory.id])


def test_a_reload_is_no_departure_and_a_longer_absence_is_one(app, garden, ada, bob, monkeypatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(presence.time, "monotonic", lambda: clock[0])
    assert ada.socket.connected
    tab = bob.connect()
    announce(app)
    ada.heard()
    tab.client.disconnect("/chat")
    clock[0] += 3.9
    announce(app)
    tab = bob.connect()
    clock[0] += 10
    announce(app)
    assert ada.heard("presence_changed") == []
    tab.client.disconnect("/chat")
    announce(app)
    assert presence.is_online(bob.id)
    clock[0] += 4.1
    announce(app)
    assert ada.heard("presence_changed") == [
        ("presence_changed", {"room_id": garden.id, "online": [], "offline": [bob.id]})
    ]
    assert not presence.is_online(bob.id)


def test_presence_is_told_to_rooms_that_one_is_in_and_no_other(app, garden, ada, mallory, make_room) -> None:
    make_room(mallory)
    assert ada.socket.connected
    announce(app)
    ada.heard()
    mallory.connect()
    announce(app)
    assert ada.heard() == []


def test_a_person_has_so_many_sockets_and_a_session_so_many(app, garden, ada, monkeypatch) -> None:
    """BS13: one too many is refused, and the others stay."""
    token = ada.token
    tabs = [ada.connect(token=token) for _ in range(limits.SOCKETS_PER_SESSION)]
    assert all(tab.connected for tab in tabs)
    assert not ada.connect(token=token).connected
    assert all(tab.connected for tab in tabs)
    monkeypatch.setattr(limits, "SOCKETS_PER_USER", 6)
    assert ada.connect().connected
    refused = ada.connect()
    assert not refused.connected
    assert len(presence.sids_of_user(ada.id)) == 6


def test_a_refused_socket_leaves_nothing_behind(app, garden, ada, monkeypatch) -> None:
    monkeypatch.setattr(limits, "SOCKETS_PER_USER", 0)
    with app.app_context():
        credential, _ = credentials.open_token(ada.user(), name="x", scopes=["read"])
        with pytest.raises(RateLimited):
            attendance.arrive(ada.user(), credential, "some-sid")
    assert presence.count() == 0
    assert presence.socket("some-sid") is None


def test_deleting_an_account_takes_its_presence_along(app, garden, ada, bob) -> None:
    bob.connect()
    with app.app_context():
        accounts.delete(bob.user(), PASSWORD, erase_messages=False, address=HERE)
    assert presence.sids_of_user(bob.id) == ()


def test_good_bye_is_every_sockets_last_fact_and_what_comes_after_it_is_caught_up(
    app, garden, ada, bob
) -> None:
    assert bob.socket.connected
    bob.heard()
    with app.app_context():
        attendance.say_goodbye()
        events.presence_changed(garden.id, [ada.id], [])
        said = messages.post(ada.user(), garden.id, nonce=nonce(), text="meanwhile")[0]
    assert [event for event, _ in bob.heard()] == ["session_ended"]
    sight.clear()
    [missed] = bob.ask("sync", {"rooms": {garden.id: said.seq - 1}})["data"]["rooms"]
    assert [entry["seq"] for entry in missed["entries"]] == [said.seq]
