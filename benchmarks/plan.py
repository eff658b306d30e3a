"""What a run consists of: sessions of one server each, how often, and how long everything takes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

from benchmarks import points
from benchmarks.contenders import Contender, Running
from benchmarks.points import Pace, Values

Measure = Callable[[Running, Pace], Values]
MAIN = ("parlor", "node_socketio", "node_ws_batch")
ALL = (*MAIN, "c_limit", "parlor_stock", "flask_socketio", "fastapi", "channels")
# The most telling first: where the time runs out, the last are missing.
ROUNDS = (
    *("crowd", "latency", "connects", "history", "idle 1000", "open loop"),
    *("latency, NORMAL", "idle 5000", "mixed", "growth"),
)


class Session(NamedTuple):
    """One start of a server, and what is measured on it one after the other."""

    name: str
    level: str
    measures: list[Measure]
    on_history: bool = False


class Plan(NamedTuple):
    """A whole run."""

    name: str
    minutes: float
    pace: Pace
    repetitions: dict[str, int]  # by contender
    is_thorough: bool

    def rounds(self, contenders: list[Contender], repetition: int) -> list[list[tuple[Contender, Session]]]:
        """A repetition: rounds of one session each, in which contenders take their turns, close to each other.

        First those of all repetitions, then the others: slow ones cannot use the time up that ratios need.
        """
        turn = repetition % len(contenders)
        turns = [
            (contender, session)
            for contender in [*contenders[turn:], *contenders[:turn]]
            if repetition < self.repetitions[contender.name]
            for session in self._sessions(contender, repetition)
        ]
        kinds = [(is_main, name) for is_main in (True, False) for name in ROUNDS]
        rounds = [[each for each in turns if (each[0].name in MAIN, each[1].name) == kind] for kind in kinds]
        return [each for each in rounds if each]

    def _sessions(self, contender: Contender, repetition: int) -> list[Session]:
        name, is_main = contender.name, contender.name in MAIN
        found = [
            Session("crowd", contender.level, self._crowd(name)),
            Session("latency", "FULL", [points.latency]),
        ]
        if self.is_thorough or is_main:
            found += [Session("connects", contender.level, [points.connects]), _idle(1000)]
        if self.is_thorough and is_main:
            found.append(_idle(5000))
        if self.is_thorough and (is_main or repetition == 0):
            found.append(Session("latency, NORMAL", "NORMAL", [points.latency]))
        if (is_main or (self.is_thorough and name != "channels")) and repetition < 3:
            found.append(Session("open loop", contender.level, [points.open_loop]))
        if name == "parlor":
            found.append(Session("history", "FULL", [points.histories], on_history=True))
        if self.is_thorough and name in MAIN[:2] and repetition < 2:
            found.append(Session("mixed", "NORMAL", [points.mixed]))
        if self.is_thorough and name in MAIN[:2] and repetition < 1:
            rooms: list[Measure] = [functools.partial(points.growth, members=size) for size in points.GROWTH]
            found.append(Session("growth", contender.level, rooms))
        return found

    def _crowd(self, name: str) -> list[Measure]:
        is_large = name != "channels" and (self.is_thorough or name in MAIN)  # Channels loses messages there
        sizes = [50, 200, 1000] if is_large else [50, 200]
        rooms: list[Measure] = [functools.partial(points.fanout, members=size) for size in sizes]
        return [*rooms, points.rooms, points.one_in_flight]


def _idle(members: int) -> Session:
    # A process of its own for each: memory that was used before would hide what connections add.
    return Session(f"idle {members}", "FULL", [functools.partial(points.idle, members=members)])


FULL = Plan(
    name="make bench",
    minutes=14,
    pace=Pace(warm=0.4, closed=0.8, latency=3.0, open=1.0, bursts=2, requests=60),
    repetitions={
        **dict.fromkeys(ALL, 1),
        **dict.fromkeys(MAIN, 5),
        "c_limit": 3,
        "parlor_stock": 2,
        "flask_socketio": 2,
    },
    is_thorough=True,
)
QUICK = Plan(
    name="make bench-quick",
    minutes=2.8,
    pace=Pace(warm=0.2, closed=0.5, latency=1.5, open=0.6, bursts=1, requests=20),
    repetitions={**dict.fromkeys(ALL, 1), "parlor": 2, "node_socketio": 2},
    is_thorough=False,
)
