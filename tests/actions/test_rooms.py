"""Rooms: create, rename, delete."""

import pytest

from app import access, dispatch, limits
from app.actions import rooms
from app.errors import Conflict, Forbidden, NotFound, RateLimited
from tests.conftest import person


def test_a_new_room_has_its_owner_its_link_and_its_first_entry(app, ada) -> None:
    assert ada.socket.connected
    with app.app_context():
        membership, invite = rooms.create(ada.user(), "The garden")
        assert access.invite_by_token(invite.token).room_id == membership.room_id
        assert access.current_invite(ada.user(), membership.room_id).id == invite.id
    assert [name for name, _ in ada.heard()] == ["member_joined", "room_added"]
    [room] = ada.ask("sync", {"rooms": {membership.room_id: 0}})["data"]["rooms"]
    assert (room["room"]["role"], room["room"]["last_seq"], room["room"]["member_count"]) == ("owner", 1, 1)
    assert [entry["type"] for entry in room["entries"]] == ["member_joined"]
    assert ada.say(membership.room_id)["ok"]


def test_renaming_is_for_owners_and_told_once(app, garden, ada, bob, mallory) -> None:
    assert bob.socket.connected
    with app.app_context():
        rooms.rename(ada.user(), garden.id, "The orchard")
        rooms.rename(ada.user(), garden.id, "The orchard")
        with pytest.raises(Forbidden):
            rooms.rename(bob.user(), garden.id, "Mine")
        with pytest.raises(NotFound):
            rooms.rename(mallory.user(), garden.id, "Mine")
    [(name, fact)] = bob.heard()
    assert (name, fact["room"], fact["seq"]) == ("room_changed", {"title": "The orchard"}, 3)


def test_a_deleted_room_is_gone_for_everybody(app, garden, ada, bob) -> None:
    assert ada.socket.connected
    assert bob.socket.connected
    with app.app_context(), pytest.raises(Forbidden):
        rooms.delete(bob.user(), garden.id)
    with app.app_context():
        rooms.delete(ada.user(), garden.id)
        with pytest.raises(NotFound):
            access.membership(bob.user(), garden.id)
        with pytest.raises(NotFound):
            access.invite_by_token(garden.token)
        with pytest.raises(NotFound):
            rooms.delete(ada.user(), garden.id)
    for person_ in (ada, bob):
        assert person_.heard() == [("room_removed", {"room_id": garden.id, "reason": "deleted"})]
    assert not dispatch.listeners(garden.id)
    assert bob.ask("sync", {"rooms": {garden.id: 2}})["data"]["removed"] == [garden.id]


def test_a_person_is_in_so_many_rooms_and_no_more(app, ada, monkeypatch) -> None:
    monkeypatch.setattr(limits, "ROOMS_PER_USER", 1)
    with app.app_context():
        rooms.create(ada.user(), "One")
        with pytest.raises(Conflict):
            rooms.create(ada.user(), "Two")


def test_a_person_makes_so_many_rooms_an_hour(make_app) -> None:
    app = make_app(rate_limits="on")
    ada = person(app, "ada")
    with app.app_context():
        for number in range(limits.CREATE_ROOM.amount):
            rooms.create(ada.user(), f"Room {number}")
        with pytest.raises(RateLimited):
            rooms.create(ada.user(), "One more")
