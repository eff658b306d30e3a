"""How it is measured. A measure takes a running contender, and answers with values by the point's name."""

from __future__ import annotations

import http.client
import json
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from benchmarks import load, seed
from benchmarks.contenders import Running

Values = dict[str, float]

# The closed loop: ten senders, four messages each under way. The generator looks every 500 µs, so that it spends its
# core on counting and not on waking up.
SENDERS, IN_FLIGHT, NAP_US = 10, 4, 500
RATES = (
    *(25, 50, 75, 100, 150, 200, 300, 400, 500, 700, 1000, 1400, 2000),
    *(2800, 4000, 5600, 8000, 11000, 14000),
)
OPEN_LOOP_MS = 50.0
WARM_REQUESTS = 5
TRIES, TRY_SECONDS = 10, 0.5
CATCH_UP = 200  # entries
HISTORY_ROUNDS = 4  # between rooms, so that a disturbance hits all of them
IDLE_STEPS = (1000, 5000, 10_000)


class Pace(NamedTuple):
    """How long each part takes, in seconds."""

    warm: float
    closed: float
    latency: float
    open: float
    bursts: int  # of connections
    requests: int  # of each kind, of history


def fanout(running: Running, pace: Pace, members: int) -> Values:
    """Deliveries a second in one room, as fast as it goes, and the server's time for one of them."""
    counted = _closed(running, pace, f"fanout_{members}", SENDERS, IN_FLIGHT)
    found = {f"fanout_{members}": counted["deliveries_per_second"]}
    if running.level == running.contender.level:
        found[f"growth_{members}"] = counted["server_us_per_delivery"]
    return found


def growth(running: Running, pace: Pace, members: int) -> Values:
    """The server's time for one delivery only: rooms that are smaller or larger than those of `fanout`."""
    counted = _closed(running, pace, f"fanout_{members}", SENDERS, IN_FLIGHT)
    return {f"growth_{members}": counted["server_us_per_delivery"]}


def rooms(running: Running, pace: Pace) -> Values:
    """200 rooms of five, one of each posting: little to save by putting writes together.

    Twice the time of others: all 200 wait for each other's turn, and half a turn counts as none.
    """
    counted = _closed(running, pace._replace(closed=2 * pace.closed), "rooms_200x5", 200, 1)
    return {"rooms_200x5": counted["deliveries_per_second"]}


def one_in_flight(running: Running, pace: Pace) -> Values:
    """One sender who waits for each message: nothing to put together at all."""
    counted = load.talk(
        running,
        "closed",
        "fanout_200",
        senders=1,
        in_flight=1,
        sample=64,
        warm=pace.warm,
        seconds=pace.closed,
    )
    return {"one_in_flight_200": counted["deliveries_per_second"]}


def latency(running: Running, pace: Pace) -> Values:
    """From when a message was due to each member's receipt, 20 messages a second into 200 members."""
    counted = load.talk(
        running, "open", "fanout_200", rate=20, sample=1, warm=pace.warm, seconds=pace.latency
    )
    return {"latency_p50": counted["p50_ms"], "latency_p99": counted["p99_ms"]}


def mixed(running: Running, pace: Pace) -> Values:
    """5,000 connections in 500 rooms, a message a second in each."""
    counted = load.talk(
        running, "open", "idle_10000", senders=500, rate=500, sample=1, warm=1.0, seconds=pace.latency
    )
    return {"mixed_5000_p99": counted["p99_ms"]}


def open_loop(running: Running, pace: Pace, hint: float = 0) -> Values:
    """The highest rate of evenly spaced messages into 200 members with p99 at most 50 ms and nothing lost."""

    def keeps(rate: int) -> bool:
        if _keeps(running, pace, rate):
            return True
        running.restart()  # it may be busy with its backlog for long
        return False

    rate = highest_kept(keeps, RATES, hint)
    return {"openloop_200": rate} if rate else {}


def highest_kept(keeps: Callable[[int], bool], rates: Sequence[int], hint: float = 0) -> int:
    """The highest of these rising rates that is kept, or 0; asks few times, and very few when the hint is right."""
    low, high = -1, len(rates)  # the highest that was kept, the lowest that was not
    step = rates.index(int(hint)) if hint in rates else len(rates) // 2
    is_near = hint in rates
    while high - low > 1:
        if keeps(rates[step]):
            low = step
            step = low + 1 if is_near and high == len(rates) else (low + high) // 2
        else:
            high = step
            step = high - 1 if is_near and low < 0 else (low + high) // 2
    return rates[low] if low >= 0 else 0


def connects(running: Running, pace: Pace) -> Values:
    """Connections a second, each let in by its token and listening in its room: the median of bursts of 1,000."""
    bursts = []
    for _ in range(pace.bursts + 1):  # the first one warms up
        bursts.append(load.run(running, "connect", "connects")["connections_per_second"])
        time.sleep(0.3)
    return {"connects": statistics.median(bursts[1:])}


def idle(running: Running, pace: Pace, most: int) -> Values:
    """Resident memory that each connection adds, after a few came and went; and whether all of them still answer."""
    load.run(running, "connect", "fanout_50")
    time.sleep(0.5)
    before = running.memory_kb()
    found: Values = {}
    asking = most == IDLE_STEPS[-1]
    _fill(running, before, [step for step in IDLE_STEPS if step <= most], 0, found, asking)
    return {**found, "idle_answering": most} if asking else found


def _fill(
    running: Running, before: int, steps: list[int], connected: int, found: Values, asking: bool
) -> None:
    if not steps:
        return
    with load.idling(running, f"idle_{steps[0]}", steps[0] - connected, asking=asking):
        time.sleep(1.0)
        found[f"idle_kb_{steps[0]}"] = (running.memory_kb() - before) / steps[0]
        _fill(running, before, steps[1:], steps[0], found, asking)


def histories(running: Running, pace: Pace) -> Values:
    """A page of 50 over HTTP and a catch-up of 200 over the socket, in rooms of ten thousand and of a million
    messages, in turn."""
    rosters = json.loads(seed.HISTORY_ROSTER.read_text())
    taken: dict[str, list[float]] = {}
    for _ in range(HISTORY_ROUNDS):
        for length, room in rosters.items():
            pages = _pages(running, room, pace.requests // HISTORY_ROUNDS)
            taken.setdefault(f"history_{length}", []).extend(pages)
            caught = _catch_up(running, length, room, pace.requests // HISTORY_ROUNDS)
            taken.setdefault(f"sync_{length}", []).append(caught)
    return {name: statistics.median(values) for name, values in taken.items()}


def _closed(running: Running, pace: Pace, layout: str, senders: int, in_flight: int) -> dict[str, Any]:
    return load.talk(
        running,
        "closed",
        layout,
        senders=senders,
        in_flight=in_flight,
        nap=NAP_US,
        warm=pace.warm,
        seconds=pace.closed,
    )


def _keeps(running: Running, pace: Pace, rate: int) -> bool:
    sample = 1 if rate < 500 else 8
    try:
        counted = load.talk(
            running,
            "open",
            "fanout_200",
            rate=rate,
            sample=sample,
            warm=pace.warm,
            seconds=pace.open,
            drain=2,
        )
    except load.Failed:
        return False
    return counted["p99_ms"] <= OPEN_LOOP_MS and counted["posts_per_second"] >= 0.95 * rate


def _pages(running: Running, room: dict[str, Any], count: int) -> list[float]:
    """Milliseconds for each of so many pages, from the newest to the oldest of the room."""
    line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    taken = []
    for turn in range(-WARM_REQUESTS, count):
        before = room["last_seq"] - max(turn, 0) * (room["last_seq"] // (count + 1))
        path = f"/api/v1/rooms/{room['room_id']}/messages?limit=50&before={before}"
        milliseconds, status, content = _ask(line, path, room["token"])
        for _ in range(TRIES):
            if status != http.HTTPStatus.SERVICE_UNAVAILABLE:
                break
            time.sleep(TRY_SECONDS)  # too much to do: it asks us to come again, and clients do
            milliseconds, status, content = _ask(line, path, room["token"])
        if status != http.HTTPStatus.OK or len(json.loads(content)["items"]) != 50:
            raise load.Failed(f"a page of history: {status} {content[:200]!r}")
        if turn >= 0:
            taken.append(milliseconds)
    line.close()
    return taken


def _ask(line: http.client.HTTPConnection, path: str, token: str) -> tuple[float, int, bytes]:
    begun = time.perf_counter()
    line.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = line.getresponse()
    content = answer.read()
    return (time.perf_counter() - begun) * 1000, answer.status, content


def _catch_up(running: Running, length: str, room: dict[str, Any], count: int) -> float:
    """The median of so many, in milliseconds, after a few that do not count."""
    since, layout = room["last_seq"] - CATCH_UP, f"history_{length}"
    load.run(running, "catch-up", layout, since=since, requests=WARM_REQUESTS)
    counted = load.run(running, "catch-up", layout, since=since, requests=count)
    if counted["entries"] != CATCH_UP:
        raise load.Failed(f"a catch-up of {counted['entries']} entries")
    return float(counted["p50_ms"])
