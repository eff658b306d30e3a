"""Who is here: by live sockets alone."""

import time
from collections.abc import Iterator

import pytest

from app import presence


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> Iterator[list[float]]:
    """A clock that a test sets."""
    presence.clear()
    instant = [1000.0]
    monkeypatch.setattr(presence.time, "monotonic", lambda: instant[0])
    yield instant
    presence.clear()


def arrive(sid: str, user: str = "ada", credential: str = "c1", expires_in: float = 60) -> None:
    presence.arrive(presence.Socket(sid, user, credential, time.time() + expires_in))


def test_two_tabs_are_one_arrival_and_one_departure(clock) -> None:
    arrive("s1"), arrive("s2")
    assert presence.changes() == ({"ada"}, set())
    presence.depart("s1")
    clock[0] += 60
    assert presence.changes() == (set(), set())
    presence.depart("s2")
    assert presence.changes() == (set(), set())
    clock[0] += 4
    assert presence.changes() == (set(), {"ada"})
    assert presence.changes() == (set(), set())


def test_a_departure_counts_four_seconds_after_it_was_seen_and_not_before(clock) -> None:
    arrive("s1")
    presence.changes()
    presence.depart("s1")
    presence.changes()
    clock[0] += 3.99
    assert presence.changes() == (set(), set())
    assert presence.is_online("ada")
    clock[0] += 0.02
    assert presence.changes() == (set(), {"ada"})
    assert not presence.is_online("ada")


def test_coming_back_in_time_is_no_change(clock) -> None:
    arrive("s1")
    presence.changes()
    presence.depart("s1")
    presence.changes()
    clock[0] += 3
    arrive("s2")
    assert presence.changes() == (set(), set())
    clock[0] += 60
    assert presence.changes() == (set(), set())


def test_who_came_and_went_between_two_looks_is_not_told_of(clock) -> None:
    arrive("s1")
    presence.depart("s1")
    clock[0] += 10
    assert presence.changes() == (set(), set())


def test_a_socket_that_was_never_let_in_departs_from_nothing() -> None:
    assert presence.depart("unknown") is None
    assert presence.changes() == (set(), set())
    assert not presence.is_online("ada")


def test_sockets_are_found_by_person_and_by_credential() -> None:
    arrive("s1", "ada", "phone"), arrive("s2", "ada", "laptop"), arrive("s3", "bob", "tablet")
    assert set(presence.sids_of_user("ada")) == {"s1", "s2"}
    assert presence.sids_of_credential("phone") == ("s1",)
    assert presence.credentials() == {"phone", "laptop", "tablet"}
    assert presence.count() == 3
    presence.depart("s1")
    assert presence.sids_of_credential("phone") == ()
    assert presence.credentials() == {"laptop", "tablet"}


def test_credentials_past_their_time_are_named() -> None:
    arrive("s1", credential="old", expires_in=-1)
    arrive("s2", credential="new")
    assert presence.expired() == {"old"}


def test_departing_twice_is_departing_once() -> None:
    arrive("s1")
    assert presence.depart("s1") is not None
    assert presence.depart("s1") is None


def test_looking_for_somebody_remembers_nothing() -> None:
    """Asking for strangers must not make the tables grow."""
    for number in range(10):
        presence.sids_of_user(f"stranger{number}")
        presence.sids_of_credential(f"stranger{number}")
    assert not presence._by_user
    assert not presence._by_credential


def test_people_of_another_process_are_here_too_and_gone_when_it_falls_silent(clock) -> None:
    presence.elsewhere("other", ["bob"])
    assert presence.is_online("bob")
    assert presence.changes() == ({"bob"}, set())
    clock[0] += 7
    presence.elsewhere("other", ["bob"])
    assert presence.changes() == (set(), set())
    clock[0] += 8.1
    assert presence.changes() == (set(), set())
    clock[0] += 4
    assert presence.changes() == (set(), {"bob"})
    assert not presence.is_online("bob")


def test_moving_from_one_process_to_another_is_no_departure(clock) -> None:
    arrive("s1")
    presence.changes()
    presence.depart("s1")
    presence.changes()
    clock[0] += 2
    presence.elsewhere("other", ["ada"])
    assert presence.changes() == (set(), set())
    clock[0] += 5
    assert presence.changes() == (set(), set())
    assert presence.is_online("ada")


def test_who_is_deaf_takes_nobodys_silence_for_departure_but_for_so_long(clock) -> None:
    """Redis is away: the people at the other process are most likely still there."""
    presence.elsewhere("other", ["bob"])
    presence.changes()
    for _ in range(40):
        clock[0] += 1
        assert presence.changes(deaf=True) == (set(), set())
    assert presence.is_online("bob")
    clock[0] += 11  # longer than anybody may be believed in
    presence.changes(deaf=True)
    clock[0] += 4
    assert presence.changes(deaf=True) == (set(), {"bob"})


def test_whoever_hears_again_gives_the_others_time_to_be_heard(clock) -> None:
    presence.elsewhere("other", ["bob"])
    presence.changes()
    for _ in range(20):
        clock[0] += 1
        presence.changes(deaf=True)
    clock[0] += 7
    assert presence.changes() == (set(), set())
    presence.elsewhere("other", ["bob"])
    clock[0] += 7
    assert presence.changes() == (set(), set())
    clock[0] += 2
    presence.changes()
    clock[0] += 4
    assert presence.changes() == (set(), {"bob"})
