"""What Parlor wants to reach beside its peers, and whether a run did."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks import layouts
from benchmarks.figures import Measured

NODE = "node_socketio"
LATENCY_SHARE = 0.75
MEMORY_SHARE = 0.6
SAME = 0.2  # how far two times that are the same may be apart
NOISE = 1.1  # what a cost that stays may rise by, from one size to the next
OPEN_LOOP = 4000


class Verdict(NamedTuple):
    """What was wanted, what was measured, and whether that is enough; None where it was not measured."""

    wanted: str
    measured: str
    reached: bool | None


def verdicts(measured: Measured) -> list[Verdict]:
    """All of them, in the order of the page."""
    return [
        *_throughput(measured),
        *_latency(measured),
        *_connections(measured),
        *_history(measured),
        _growth(measured),
        *_open_loop(measured),
    ]


def _throughput(measured: Measured) -> list[Verdict]:
    wanted = [
        ("fanout_50", "one room of 50", 5.0),
        ("fanout_200", "one room of 200", 10.0),
        ("fanout_1000", "one room of 1,000", 10.0),
        ("rooms_200x5", "200 rooms of 5", 1.1),
        ("one_in_flight_200", "one message in flight into 200", 1.0),
    ]
    return [
        _at_least(measured, point, times, f"{where}: deliveries/s at least {times:g}× Node socket.io's")
        for point, where, times in wanted
    ]


def _latency(measured: Measured) -> list[Verdict]:
    found = []
    for level, suffix in (("FULL", ""), ("NORMAL", "_normal")):
        for point, name in (("latency_p50", "p50"), ("latency_p99", "p99")):
            text = f"{name} at 20 messages/s into 200, {level}: at most {LATENCY_SHARE:g} of Node socket.io's"
            found.append(_at_most(measured, point + suffix, LATENCY_SHARE, text))
        text = f"p99 with 5,000 connections, {level}: not above Node socket.io's"
        found.append(_at_most(measured, f"mixed_5000_p99{suffix}", 1.0, text))
    return found


def _connections(measured: Measured) -> list[Verdict]:
    idle = measured.figure("idle_answering", "parlor")
    return [
        _at_least(measured, "connects", 1.0, "connections/s: at least Node socket.io's"),
        _at_least(measured, "connects", 1.5, "connections/s: better 1.5× Node socket.io's"),
        *(
            _at_most(
                measured,
                f"idle_kb_{size}",
                MEMORY_SHARE,
                f"kB per idle connection of {size:,}: at most {MEMORY_SHARE:g} of Node socket.io's",
            )
            for size in (1000, 5000)
        ),
        _judged(
            "10,000 idle connections in one process, all answering",
            idle,
            lambda each: (f"{each['max']:,.0f}", each["max"] >= 10_000),
        ),
    ]


def _history(measured: Measured) -> list[Verdict]:
    found = []
    for kind, name in (("history", "a page of 50"), ("sync", "a catch-up of 200")):
        ratio = measured.between_points("parlor", f"{kind}_1m", f"{kind}_10k")
        wanted = f"{name} takes the same time (±{SAME:.0%}) with 1 million messages as with 10 thousand"
        found.append(_judged(wanted, ratio, lambda each: (f"{each:.2f}×", abs(each - 1) <= SAME or each < 1)))
    return found


def _growth(measured: Measured) -> Verdict:
    costs = [measured.figure(f"growth_{size}", "parlor") for size in layouts.FANOUT_SIZES]
    wanted = "cost per delivery falls or stays as a room grows from 10 to 5,000"
    known = [each["median"] for each in costs if each]
    if len(known) < len(costs):
        return Verdict(wanted, "not measured", None)
    falls = all(after <= before * NOISE for before, after in itertools.pairwise(known))
    return Verdict(wanted, " → ".join(f"{each:.2g}" for each in known) + " µs", falls)


def _open_loop(measured: Measured) -> list[Verdict]:
    ours = measured.figure("openloop_200", "parlor")
    return [
        _judged(
            f"evenly spaced into 200 with p99 ≤ 50 ms: at least {OPEN_LOOP:,} messages/s",
            ours,
            lambda each: (f"{each['median']:,.0f}", each["median"] >= OPEN_LOOP),
        ),
        _at_least(measured, "openloop_200", 8.0, "evenly spaced, the same: at least 8× Node socket.io"),
    ]


def _at_least(measured: Measured, point: str, times: float, wanted: str) -> Verdict:
    ratio = measured.ratio(point, "parlor", NODE)
    return _judged(wanted, ratio, lambda each: (f"{each.median:.2f}×", each.median >= times))


def _at_most(measured: Measured, point: str, share: float, wanted: str) -> Verdict:
    """A ratio counts how much better Parlor is; here it is told as the share of the other's that Parlor has."""
    ratio = measured.ratio(point, "parlor", NODE)
    return _judged(wanted, ratio, lambda each: (f"{1 / each.median:.2f}", 1 / each.median <= share))


def _judged(wanted: str, known: Any, judge: Callable[[Any], tuple[str, bool]]) -> Verdict:
    return Verdict(wanted, *judge(known)) if known is not None else Verdict(wanted, "not measured", None)
