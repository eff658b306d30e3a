"""What is measured: each point's name, what it is counted in, and what it is called on the page."""

from __future__ import annotations

from typing import NamedTuple

from benchmarks import layouts
from benchmarks.figures import Unit

PER_SECOND = Unit("deliveries/s", True)
MILLISECONDS = Unit("ms", False)
MEMORY = Unit("kB/connection", False)
COST = Unit("µs/delivery", False)


class Point(NamedTuple):
    """One line of the table."""

    title: str
    unit: Unit


_CROWDS = {
    "fanout_50": "deliveries/s, one room of 50",
    "fanout_200": "deliveries/s, one room of 200",
    "fanout_1000": "deliveries/s, one room of 1,000",
    "rooms_200x5": "deliveries/s, 200 rooms of 5",
}
_LATENCIES = {
    "latency_p50": "p50 ms, 20 messages/s into 200",
    "latency_p99": "p99 ms, 20 messages/s into 200",
    "mixed_5000_p99": "p99 ms, 5,000 connections, 500 messages/s over 500 rooms",
}
POINTS = {
    **{name: Point(title, PER_SECOND) for name, title in _CROWDS.items()},
    **{f"{name}_full": Point(f"{title}, all at FULL", PER_SECOND) for name, title in _CROWDS.items()},
    "one_in_flight_200": Point("deliveries/s, one message in flight into 200", PER_SECOND),
    "openloop_200": Point("messages/s into 200, evenly spaced, p99 ≤ 50 ms", Unit("messages/s", True)),
    **{name: Point(f"{title}, FULL", MILLISECONDS) for name, title in _LATENCIES.items()},
    **{f"{name}_normal": Point(f"{title}, NORMAL", MILLISECONDS) for name, title in _LATENCIES.items()},
    "connects": Point("connections/s", Unit("connections/s", True)),
    "idle_kb_1000": Point("kB per idle connection, 1,000", MEMORY),
    "idle_kb_5000": Point("kB per idle connection, 5,000", MEMORY),
    "idle_kb_10000": Point("kB per idle connection, 10,000", MEMORY),
    "idle_answering": Point("idle connections in one process that all answered", Unit("connections", True)),
    "history_10k": Point("ms, page of 50 of 10 thousand messages", MILLISECONDS),
    "history_1m": Point("ms, page of 50 of 1 million messages", MILLISECONDS),
    "sync_10k": Point("ms, catch-up of 200 of 10 thousand messages", MILLISECONDS),
    "sync_1m": Point("ms, catch-up of 200 of 1 million messages", MILLISECONDS),
    **{
        f"growth_{size}": Point(f"µs of the server's core a delivery, room of {size:,}", COST)
        for size in layouts.FANOUT_SIZES
    },
}
# What other programs read in latest.json.
NAMED = (
    *("fanout_50", "fanout_200", "fanout_1000", "rooms_200x5", "openloop_200"),
    *("latency_p50", "latency_p99", "connects", "idle_kb_1000", "idle_kb_5000"),
    *("history_10k", "history_1m", "sync_10k", "sync_1m"),
)


def at_level(point: str, level: str, own: str) -> list[str]:
    """The names under which a value counts that was measured at one of SQLite's levels.

    Throughput is compared at each contender's own level, and once more where everybody has FULL; latency at both.
    """
    if point in _LATENCIES:
        return [point if level == "FULL" else f"{point}_normal"]
    if point in _CROWDS:
        return [
            name for name, counts in ((point, level == own), (f"{point}_full", level == "FULL")) if counts
        ]
    return [point]
