"""What a run consists of: sessions of one server each, how often, and how long everything should take."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

from benchmarks import measures
from benchmarks.contenders import Contender, Running
from benchmarks.measures import Pace, Values

Measure = Callable[[Running, Pace], Values]
MAIN = ("parlor", "node_socketio", "node_ws_batch")
ALL = (*MAIN, "c_limit", "flask_socketio", "fastapi", "channels", "parlor_stock")
# The most telling first: where the time runs out, the last are missing.
ROUNDS = ("crowd", "other level", "idle", "open loop", "history", "growth")
START_SECONDS = 2.2
OTHERS_SECONDS = 45.0  # in one session; what a slow one has not shown by then it does not show


class Session(NamedTuple):
    """One start of a server, and what is measured on it one after the other."""

    name: str
    level: str
    measures: list[Measure]
    on_history: bool = False

    def seconds(self, pace: Pace) -> float:
        """About how long it takes."""
        return START_SECONDS + sum(_seconds(name_of(each), pace) for each in self.measures)


class Times(NamedTuple):
    """In how many repetitions something is measured: of the two that targets are about, of Node's `ws`, of others."""

    targets: int
    ws: int = 0
    others: int = 0

    def of(self, name: str) -> int:
        """For the contender of that name."""
        if name in MAIN[:2]:
            return self.targets
        return self.ws if name in MAIN else self.others


class Plan(NamedTuple):
    """A whole run."""

    name: str
    minutes: float
    pace: Pace
    times: dict[
        str, Times
    ]  # by session, and by what is measured in the repetitions of a session that have it
    sizes: tuple[int, ...]  # of rooms, for everybody but the slowest
    idle: int  # connections at most
    contenders: tuple[str, ...] = ALL
    slow_closed: float = 1.2  # seconds, for those who take so long that nothing would arrive in less

    @property
    def repetitions(self) -> int:
        """Of the whole."""
        return max(max(each) for each in self.times.values())

    def pace_of(self, contender: Contender) -> Pace:
        """How long its parts take."""
        if contender.name in (*MAIN, "c_limit"):
            return self.pace
        return self.pace._replace(closed=self.slow_closed)

    def rounds(self, contenders: list[Contender], repetition: int) -> list[list[tuple[Contender, Session]]]:
        """A repetition: rounds of one session each, in which contenders take their turns, close to each other.

        First those of all repetitions, then the others: slow ones cannot use the time up that ratios need.
        """
        turn = repetition % max(len(contenders), 1)
        turns = [
            (contender, session)
            for contender in [*contenders[turn:], *contenders[:turn]]
            for session in self.sessions(contender, repetition)
        ]
        kinds = [(is_main, name) for is_main in (True, False) for name in ROUNDS]
        rounds = [[each for each in turns if (each[0].name in MAIN, each[1].name) == kind] for kind in kinds]
        return [each for each in rounds if each]

    def sessions(self, contender: Contender, repetition: int) -> list[Session]:
        """What is measured of a contender in a repetition."""
        other_level = "NORMAL" if contender.is_parlor else "FULL"
        growth: list[Measure] = [functools.partial(measures.growth, members=size) for size in (10, 5000)]
        levels = {"other level": other_level, "idle": "FULL", "history": "FULL"}
        found: dict[str, list[Measure]] = {
            "crowd": self._crowd(contender, repetition),
            "other level": self._other_level(contender, repetition),
            # A process of its own: memory that was used before would hide what connections add.
            "idle": [functools.partial(measures.idle, most=self._idle(contender, repetition))],
            "open loop": [measures.open_loop],
            "history": [measures.histories],
            "growth": growth,
        }
        return [
            Session(name, levels.get(name, contender.level), found[name], on_history=name == "history")
            for name in ROUNDS
            if self._is_due(name, contender, repetition)
        ]

    def seconds(self, contender: Contender) -> float:
        """About how long all repetitions of a contender take."""
        return sum(
            session.seconds(self.pace_of(contender))
            for repetition in range(self.repetitions)
            for session in self.sessions(contender, repetition)
        )

    def _is_due(self, what: str, contender: Contender, repetition: int) -> bool:
        if what == "history" and contender.name != "parlor":
            return False  # the peers keep no history that could be asked for
        if what == "open loop" and contender.name == "channels":
            return False  # not even the lowest rate
        return repetition < self.times.get(what, Times(0)).of(contender.name)

    def _crowd(self, contender: Contender, repetition: int) -> list[Measure]:
        sizes = self.sizes if contender.name != "channels" else (50, 200)  # it loses messages in larger ones
        found: list[Measure] = [functools.partial(measures.fanout, members=size) for size in sizes]
        found += [measures.rooms, measures.one_in_flight, measures.latency, measures.connects]
        if self._is_due("mixed", contender, repetition):
            found.append(measures.mixed)
        return found

    def _other_level(self, contender: Contender, repetition: int) -> list[Measure]:
        """Latency at SQLite's other level; peers' throughput too, beside Parlor's, which is at FULL."""
        found: list[Measure] = [measures.latency]
        if self._is_due("mixed, other level", contender, repetition):
            found.append(measures.mixed)
        if not contender.is_parlor:
            found += [functools.partial(measures.fanout, members=size) for size in self.sizes]
            found.append(measures.rooms)
        return found

    def _idle(self, contender: Contender, repetition: int) -> int:
        if contender.name not in MAIN:
            return min(1000, self.idle)
        return self.idle if contender.name == "parlor" and repetition == 0 else min(5000, self.idle)


def name_of(measure: Measure) -> str:
    """What a measure is called."""
    function = getattr(measure, "func", measure)
    values = getattr(measure, "keywords", {}).values()
    return " ".join([function.__name__, *map(str, values)])


def _seconds(name: str, pace: Pace) -> float:
    kind, _, size = name.partition(" ")
    connecting = int(size or 0) / 2500
    talking = pace.warm + pace.closed + 0.5
    return {
        "latency": pace.warm + pace.latency + 0.6,
        "mixed": pace.latency + 4.0,
        "connects": (pace.bursts + 1) * 0.8,
        "rooms": talking + pace.closed + 0.4,
        "idle": 3.5 + 2 * connecting + (12 if int(size or 0) > 5000 else 0),  # when everybody is asked
        "open_loop": 2.5 * (pace.warm + pace.open + 1.2),
        "histories": 4.0 + pace.requests * 0.05,
    }.get(kind, talking + connecting)


FULL = Plan(
    name="make bench",
    minutes=14.5,
    pace=Pace(warm=0.3, closed=0.5, latency=1.8, open=0.9, bursts=2, requests=60),
    times={
        "crowd": Times(5, 5, 1),
        "mixed": Times(5, 1),
        "other level": Times(5, 1),
        "mixed, other level": Times(3),
        "idle": Times(5, 1, 1),
        "open loop": Times(5, 2),
        "history": Times(3),
        "growth": Times(1),
    },
    sizes=(50, 200, 1000),
    idle=10_000,
)
QUICK = Plan(
    name="make bench-quick",
    minutes=2.9,
    pace=Pace(warm=0.2, closed=0.3, latency=1.0, open=0.6, bursts=1, requests=20),
    times={
        "crowd": Times(2, 1, 1),
        "other level": Times(1),
        "idle": Times(1),
        "open loop": Times(1),
        "history": Times(1),
    },
    sizes=(50, 200, 1000),
    idle=1000,
    slow_closed=0.6,
    contenders=tuple(name for name in ALL if name != "channels"),  # which takes long
)
