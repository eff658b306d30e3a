"""What is measured, and how. A point takes a running contender and answers with values by the point's name."""

from __future__ import annotations

import http.client
import json
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from benchmarks import load, seed
from benchmarks.contenders import Running
from benchmarks.figures import Unit

Values = dict[str, float]

GROWTH = (10, 50, 200, 1000, 5000)
PER_SECOND = Unit("deliveries/s", True)
MILLISECONDS = Unit("ms", False)
UNITS = {
    **{f"fanout_{size}": PER_SECOND for size in (50, 200, 1000)},
    "rooms_200x5": PER_SECOND,
    "one_in_flight_200": PER_SECOND,
    "latency_p50": MILLISECONDS,
    "latency_p99": MILLISECONDS,
    "latency_p50_normal": MILLISECONDS,
    "latency_p99_normal": MILLISECONDS,
    "mixed_5000_p99": MILLISECONDS,
    "openloop_200": Unit("messages/s", True),
    "connects": Unit("connections/s", True),
    "idle_kb_1000": Unit("kB/connection", False),
    "idle_kb_5000": Unit("kB/connection", False),
    **{f"{kind}_{length}": MILLISECONDS for kind in ("history", "sync") for length in seed.HISTORIES},
    **{f"growth_{size}": Unit("µs/delivery", False) for size in GROWTH},
}

# The closed loop: ten senders, four messages each under way. The generator looks every 500 µs, so that it spends its
# core on counting and not on waking up.
SENDERS, IN_FLIGHT, NAP_US = 10, 4, 500
RATES = (
    25,
    50,
    75,
    100,
    150,
    200,
    300,
    400,
    500,
    700,
    1000,
    1400,
    2000,
    2800,
    4000,
    5600,
    8000,
    11000,
    14000,
)
OPEN_LOOP_MS = 50.0
WARM_REQUESTS = 5


class Pace(NamedTuple):
    """How long each part takes, in seconds."""

    warm: float
    closed: float
    latency: float
    open: float
    bursts: int  # of connections
    requests: int  # of each kind over HTTP


def fanout(running: Running, pace: Pace, members: int) -> Values:
    """Deliveries a second in one room, as fast as it goes."""
    counted = load.talk(
        running,
        "closed",
        f"fanout_{members}",
        senders=SENDERS,
        in_flight=IN_FLIGHT,
        nap=NAP_US,
        warm=pace.warm,
        seconds=pace.closed,
    )
    return {f"fanout_{members}": counted["deliveries_per_second"]}


def growth(running: Running, pace: Pace, members: int) -> Values:
    """The server's time for one delivery, in a room of that size at saturation."""
    counted = load.talk(
        running,
        "closed",
        f"fanout_{members}",
        senders=SENDERS,
        in_flight=IN_FLIGHT,
        nap=NAP_US,
        warm=pace.warm,
        seconds=max(pace.closed, 1.0),
    )
    return {f"growth_{members}": counted["server_us_per_delivery"]}


def rooms(running: Running, pace: Pace) -> Values:
    """200 rooms of five, one of each posting: little to save by putting writes together."""
    counted = load.talk(
        running,
        "closed",
        "rooms_200x5",
        senders=200,
        in_flight=1,
        nap=NAP_US,
        warm=pace.warm,
        seconds=pace.closed,
    )
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
    suffix = "_normal" if running.level == "NORMAL" else ""
    return {f"latency_p50{suffix}": counted["p50_ms"], f"latency_p99{suffix}": counted["p99_ms"]}


def mixed(running: Running, pace: Pace) -> Values:
    """5,000 connections in 500 rooms, a message a second in each."""
    counted = load.talk(
        running, "open", "idle", senders=500, rate=500, sample=1, warm=1.0, seconds=pace.latency
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


def connects(running: Running, pace: Pace) -> Values:
    """Connections a second, each let in by its token and listening in its room: the median of bursts of 1,000."""
    bursts = []
    for _ in range(pace.bursts + 1):  # the first one warms up
        bursts.append(load.run(running, "connect", "connects")["connections_per_second"])
        time.sleep(0.3)
    return {"connects": statistics.median(bursts[1:])}


def idle(running: Running, pace: Pace, members: int) -> Values:
    """Resident memory that each connection adds, after a few came and went."""
    load.run(running, "connect", "fanout_50")
    time.sleep(0.5)
    before = running.memory_kb()
    with load.idling(running, "idle", members):
        time.sleep(1.0)
        after = running.memory_kb()
    return {f"idle_kb_{members}": (after - before) / members}


def histories(running: Running, pace: Pace) -> Values:
    """A page of 50 and a catch-up of 200 over HTTP, in rooms of ten thousand and of a million messages, in turn."""
    rosters = json.loads(seed.HISTORY_ROSTER.read_text())
    line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    taken: dict[str, list[float]] = {}
    for turn in range(WARM_REQUESTS + pace.requests):
        for length, room in rosters.items():
            for kind, seconds in (
                ("history", _page(line, room, turn)),
                ("sync", _catch_up(line, room)),
            ):
                if turn >= WARM_REQUESTS:
                    taken.setdefault(f"{kind}_{length}", []).append(seconds * 1000)
    line.close()
    return {name: statistics.median(values) for name, values in taken.items()}


def _page(line: http.client.HTTPConnection, room: dict[str, Any], turn: int) -> float:
    before = room["last_seq"] - turn * (room["last_seq"] // 100)
    path = f"/api/v1/rooms/{room['room']}/messages?limit=50&before={before}"
    seconds, answer = _ask(line, "GET", path, room["token"])
    if len(answer["items"]) != 50:
        raise load.Failed(f"a page of {len(answer['items'])}")
    return seconds


def _catch_up(line: http.client.HTTPConnection, room: dict[str, Any]) -> float:
    body = json.dumps({"rooms": {room["room"]: room["last_seq"] - 200}})
    seconds, answer = _ask(line, "POST", "/api/v1/sync", room["token"], body)
    if len(answer["rooms"][0]["entries"]) != 200:
        raise load.Failed("a catch-up that is not of 200 entries")
    return seconds


def _ask(
    line: http.client.HTTPConnection, method: str, path: str, token: str, body: str | None = None
) -> tuple[float, Any]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    begun = time.perf_counter()
    line.request(method, path, body, headers)
    answer = line.getresponse()
    content = answer.read()
    seconds = time.perf_counter() - begun
    if answer.status != 200:
        raise load.Failed(f"{method} {path}: {answer.status} {content[:200]!r}")
    return seconds, json.loads(content)
