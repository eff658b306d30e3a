"""How late the hub is, by a clock of the test's own; and by the hub itself."""

import time

import eventlet
import pytest

from app.engine.stalls import TICK_SECONDS, Stalls


class Clock:
    """Goes on when told to."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stalls(clock: Clock) -> Stalls:
    return Stalls(clock)


def tick(stalls: Stalls, clock: Clock, *late: float) -> None:
    for each in late:
        clock.now += TICK_SECONDS
        stalls.note(each)


def test_nothing_measured_is_not_late(stalls) -> None:
    assert stalls.p95 == stalls.worst == 0.0


def test_one_late_tick_in_twenty_is_the_worst_and_not_the_95th(stalls, clock) -> None:
    tick(stalls, clock, *[0.001] * 19, 0.4)
    assert (stalls.p95, stalls.worst) == (0.001, 0.4)


def test_two_late_ticks_in_twenty_are_the_95th_too(stalls, clock) -> None:
    tick(stalls, clock, *[0.001] * 18, 0.3, 0.4)
    assert (stalls.p95, stalls.worst) == (0.3, 0.4)


def test_the_95th_is_of_the_last_second_and_the_worst_of_the_last_minute(stalls, clock) -> None:
    tick(stalls, clock, 0.4)
    clock.now += 1.1
    assert (stalls.p95, stalls.worst) == (0.0, 0.4)
    tick(stalls, clock, 0.002)
    assert (stalls.p95, stalls.worst) == (0.002, 0.4)
    clock.now += 61.1
    assert (stalls.p95, stalls.worst) == (0.0, 0.0)


def test_a_green_thread_that_does_not_give_way_is_seen() -> None:
    stalls = Stalls()
    stalls.run()
    eventlet.sleep(0.05)
    time.sleep(0.3)  # holds the hub up: in this process nothing is patched
    eventlet.sleep(0.05)
    assert 0.25 < stalls.worst < 5
