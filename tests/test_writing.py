"""Who writes: told of a few, not too often, and never of who stopped."""

import pytest

from app import limits, presence, shedding, writing
from app.actions import attendance
from app.engine import pinger, ticker
from tests.conftest import make_bot, person


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> list[float]:
    """A clock that a test sets."""
    writing.clear()
    instant = [1000.0]
    monkeypatch.setattr(writing.time, "monotonic", lambda: instant[0])
    return instant


def writes(user: str, *, typing: bool = True, room: str = "garden") -> bool:
    return writing.is_news(room, user, typing=typing)


def test_who_goes_on_writing_is_told_of_every_two_seconds_however_often_they_say_so(clock) -> None:
    told = 0
    for _ in range(100):
        told += writes("ada")
        clock[0] += 0.1
    assert told == 5


def test_stopping_is_told_once_and_only_of_who_was_told_of() -> None:
    assert not writes("ada", typing=False)
    assert writes("ada")
    assert writes("ada", typing=False)
    assert not writes("ada", typing=False)


def test_a_room_is_told_of_a_few_at_a_time_and_of_others_when_those_stopped(clock) -> None:
    crowd = [f"person{number}" for number in range(500)]
    assert sum(map(writes, crowd)) == writing.TOLD_AT_ONCE
    assert writes("ada", room="orchard"), "each room has its own"
    clock[0] += 3  # everybody says so again
    assert sum(map(writes, crowd)) == writing.TOLD_AT_ONCE
    assert writes(crowd[0], typing=False)
    assert writes(crowd[-1])
    clock[0] += writing.BELIEVED_SECONDS
    assert writes("ada")


def test_nothing_stays_behind(clock) -> None:
    for number in range(50):
        writes("ada", room=f"room{number}")
        writes("ada", room=f"room{number}", typing=False)
        writing.stop("never", "ada")
    assert not writing._told


def test_who_said_it_is_told_of_at_once_when_they_begin_again(app, garden, ada, bob) -> None:
    assert ada.socket.connected
    typing = {"room_id": garden.id, "typing": True}
    for _ in range(2):
        bob.ask("set_typing", typing)
    assert len(ada.heard("typing_changed")) == 1
    bob.say(garden.id)
    bob.ask("set_typing", typing)
    assert [event for event, _ in ada.heard()] == ["message_posted", "typing_changed"]


def test_who_came_back_is_told_of_at_once(app, garden, ada, bob) -> None:
    assert ada.socket.connected
    typing = {"room_id": garden.id, "typing": True}
    bob.ask("set_typing", typing)
    ada.api("DELETE", f"/rooms/{garden.id}/members/{bob.id}")
    assert bob.ask("set_typing", typing)["error"]["code"] == "not_found"
    ada.heard()
    link = ada.api("POST", f"/rooms/{garden.id}/invites", {}).get_json()["token"]
    assert bob.api("POST", f"/join/{link}").status_code == 200
    bob.ask("set_typing", typing)
    assert len(ada.heard("typing_changed")) == 1


def test_a_bot_may_be_writing_too(app, garden, ada) -> None:
    bot = make_bot(app, ada, garden.id)
    ada.heard()
    assert bot.ask("set_typing", {"room_id": garden.id, "typing": True})["ok"]
    [(_, fact)] = ada.heard("typing_changed")
    assert fact["user"]["id"] == bot.id


def test_several_tabs_of_one_who_writes_are_one(app, garden, ada, bob) -> None:
    assert ada.socket.connected
    typing = {"room_id": garden.id, "typing": True}
    for tab in (bob.connect(), bob.connect()):
        tab.ask("set_typing", typing)
    assert len(ada.heard("typing_changed")) == 1
    assert bob.heard("typing_changed") == []


# ---- how long somebody may be shown who is gone


def test_who_is_cut_off_is_gone_within_65_seconds_by_the_settings() -> None:
    """A ping, its answer that doesn't come, the looks of who pings and who announces, and the grace of a reload."""
    silent = limits.PING_SECONDS + limits.PING_TIMEOUT_SECONDS + 2 * pinger.EVERY_SECONDS
    told = presence.GONE_AFTER_SECONDS + 2 * ticker.EVERY_SECONDS
    assert silent + told <= 65
    assert presence.SILENT_SECONDS + told <= 65, "with the process that they were at"
    assert presence.UNHEARD_SECONDS + told <= 65, "also while nothing can be heard of it"
    assert shedding.PRESENCE_SECONDS <= 65, "and with too much to do"


def test_rooms_are_told_at_most_once_a_second_who_came(app, garden, ada, make_room) -> None:
    """Everybody who came since the last look is in one fact, and looks are a second apart."""
    assert ticker.EVERY_SECONDS >= 1
    assert ada.socket.connected
    crowd = [person(app, f"person{number}") for number in range(30)]
    for each in crowd:
        assert each.api("POST", f"/join/{garden.token}").status_code == 200
        assert each.socket.connected
    with app.app_context():
        attendance.announce()
    [(_, fact)] = ada.heard("presence_changed")
    assert set(fact["online"]) == {ada.id, *(each.id for each in crowd)}
