"""Measure Parlor beside its peers: `make bench`, or `make bench-quick`.

    python -m benchmarks.run [--quick] [--only parlor,node_socketio] [--minutes 5]

Contenders take turns within each repetition, in an order that rotates, so that what disturbs the machine disturbs all.
Writes benchmarks/results/; the thorough run also writes its part of docs/performance.md, of README.md, and the charts.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time

from benchmarks import honesty, install, load, machine, measures, plan, points, report, seed
from benchmarks.contenders import CONTENDERS, Contender, DidNotStart, Running
from benchmarks.figures import Measured


class Run:
    """One run of a plan: what it measured so far, and what went wrong."""

    def __init__(self, chosen: plan.Plan, names: list[str]) -> None:
        self.plan = chosen
        self.measured = Measured()
        self.failures: list[str] = []
        self.left_out: list[str] = []
        self.contenders = [CONTENDERS[name] for name in names if self._is_here(CONTENDERS[name])]
        self._begun = time.monotonic()
        self._ends_at = self._begun + chosen.minutes * 60
        self._longest: dict[tuple[str, str], float] = {}  # what a turn took, in seconds

    def announce(self) -> None:
        """Say what is going to be done, and how long it should take."""
        say(f"{self.plan.name}: at most {self.plan.minutes:g} minutes, planned:")
        total = 0.0
        for contender in self.contenders:
            seconds = self.plan.seconds(contender)
            total += seconds
            times = self.plan.times["crowd"].of(contender.name)
            say(f"  {contender.title:24} {times} ×, about {seconds:4.0f} s")
        say(f"  together about {total / 60:.1f} minutes; what does not fit is left out, and told")

    def everything(self) -> None:
        """All repetitions that fit into the time."""
        self.contenders = [each for each in self.contenders if self._is_honest(each)]
        for repetition in range(self.plan.repetitions):
            for turns in self.plan.rounds(self.contenders, repetition):
                for contender, session in turns:
                    self._turn(contender, session, repetition)

    def _turn(self, contender: Contender, session: plan.Session, repetition: int) -> None:
        what = f"{contender.title}, {session.name}, repetition {repetition + 1}"
        begun, key = time.monotonic(), (contender.name, session.name)
        if begun + self._longest.get(key, session.seconds(self.plan.pace_of(contender))) > self._ends_at:
            self.left_out.append(what)
            say(f"{self._clock()} left out, no time: {what}")
            return
        try:
            self._session(contender, session, repetition)
        except DidNotStart as error:
            self._failed(contender, f"did not start: {error}")
        taken = time.monotonic() - begun
        self._longest[key] = max(taken, self._longest.get(key, 0))
        say(f"{self._clock()} {what}: {taken:.0f} s")

    def _session(self, contender: Contender, session: plan.Session, repetition: int) -> None:
        database = seed.HISTORY if session.on_history else None
        with Running(contender, session.level, database) as running:
            begun = time.monotonic()
            for measure in session.measures:
                if contender.name not in plan.MAIN and time.monotonic() - begun > plan.OTHERS_SECONDS:
                    self.left_out.append(f"{contender.title}, {plan.name_of(measure)}: it is too slow")
                    continue
                values = self._tried(measure, running, contender)
                for point, value in values.items():
                    for name in points.at_level(point, session.level, contender.level):
                        self.measured.add(name, contender.name, repetition, value, points.POINTS[name].unit)

    def _tried(self, measure: plan.Measure, running: Running, contender: Contender) -> measures.Values:
        """What was measured. Where that went wrong, which is told, those whom targets are about try once more."""
        for attempt in ("first", "second") if contender.name in plan.MAIN else ("only",):
            try:
                return self._measure(measure, running, contender)
            except (load.Failed, OSError) as error:
                what = f"{plan.name_of(measure)}, {running.level}, {attempt} attempt"
                self._failed(contender, f"{what}: {error}")
                running.restart()
        return {}

    def _measure(self, measure: plan.Measure, running: Running, contender: Contender) -> measures.Values:
        if measure is measures.open_loop:
            before = self.measured.figure("openloop_200", contender.name)
            return measures.open_loop(running, self.plan.pace, hint=before["median"] if before else 0)
        return measure(running, self.plan.pace_of(contender))

    def _is_here(self, contender: Contender) -> bool:
        if not contender.needs.exists():
            self._failed(contender, "not installed here, and left out")
        return contender.needs.exists()

    def _is_honest(self, contender: Contender) -> bool:
        """Whether it stores before it acknowledges; who does not, has no figures."""
        try:
            with Running(contender, contender.level) as running:
                honesty.check(running)
        except (honesty.Dishonest, DidNotStart, load.Failed, OSError) as error:
            self._failed(contender, f"left out: {error}")
            return False
        return True

    def _failed(self, contender: Contender, what: str) -> None:
        line = f"{contender.title}: {' '.join(what.split())[:300]}"
        self.failures.append(line)
        say(f"   {line}")

    def _clock(self) -> str:
        seconds = time.monotonic() - self._begun
        return f"[{seconds // 60:2.0f}:{seconds % 60:02.0f} of {self.plan.minutes:g} min]"


def say(line: str) -> None:
    """Tell whoever waits."""
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Install, measure, write."""
    arguments = argparse.ArgumentParser(description="Measure Parlor beside its peers.")
    arguments.add_argument("--quick", action="store_true", help="three minutes, fewer repetitions")
    arguments.add_argument("--only", help="contenders, separated by commas")
    arguments.add_argument("--minutes", type=float, help="end after so many")
    arguments.add_argument("--dry", action="store_true", help="show the plan and end")
    asked = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # servers end with us
    install.install()
    chosen = plan.QUICK if asked.quick else plan.FULL
    if asked.minutes:
        chosen = chosen._replace(minutes=asked.minutes)
    conditions = machine.prepare(chosen.name)
    run = Run(chosen, asked.only.split(",") if asked.only else list(chosen.contenders))
    run.announce()
    if asked.dry:
        return
    run.everything()
    report.write(run.measured, conditions, run.failures, run.left_out, publish=not asked.quick)


if __name__ == "__main__":
    main()
