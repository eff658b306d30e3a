"""Measure Parlor beside its peers: `make bench`, or `make bench-quick`.

    python -m benchmarks.run [--quick] [--only parlor,node_socketio] [--minutes 5]

Contenders take turns within each repetition, in an order that rotates, so that what disturbs the machine disturbs all.
Writes benchmarks/results/; the thorough run also writes docs/performance.md and the chart beside it.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from datetime import UTC, datetime

from benchmarks import install, load, machine, plan, points, report, seed
from benchmarks.contenders import CONTENDERS, Contender, DidNotStart, Running
from benchmarks.figures import Measured


class Run:
    """One run of a plan: what it measured so far, and what went wrong."""

    def __init__(self, chosen: plan.Plan, names: list[str]) -> None:
        self.plan = chosen
        self.contenders = [CONTENDERS[name] for name in names if self._is_here(CONTENDERS[name])]
        self.measured = Measured()
        self.failures: list[str] = []
        self._ends_at = time.monotonic() + chosen.minutes * 60
        self._longest: dict[tuple[str, str], float] = {}  # what a turn took, in seconds

    def everything(self) -> None:
        """All repetitions that fit into the time."""
        for repetition in range(max(self.plan.repetitions.values())):
            for turns in self.plan.rounds(self.contenders, repetition):
                begun = time.monotonic()
                for contender, session in turns:
                    self._turn(contender, session, repetition)
                seconds = time.monotonic() - begun
                print(f"{repetition + 1}. {turns[0][1].name}: {seconds:.0f} s", file=sys.stderr, flush=True)

    def _turn(self, contender: Contender, session: plan.Session, repetition: int) -> None:
        begun, key = time.monotonic(), (contender.name, session.name)
        if begun + self._longest.get(key, 0) > self._ends_at:
            self._failed(contender, f"{session.name}, repetition {repetition + 1}: no time left")
            return
        try:
            self._session(contender, session, repetition)
        except DidNotStart as error:
            self._failed(contender, f"did not start: {error}")
        self._longest[key] = max(time.monotonic() - begun, self._longest.get(key, 0))

    def _session(self, contender: Contender, session: plan.Session, repetition: int) -> None:
        database = seed.HISTORY if session.on_history else None
        with Running(contender, session.level, database) as running:
            for measure in session.measures:
                if time.monotonic() > self._ends_at:
                    return
                try:
                    values = self._measure(measure, running, contender)
                except (load.Failed, OSError) as error:
                    self._failed(contender, f"{_name(measure)}: {error}")
                    running.restart()
                    continue
                for point, value in values.items():
                    self.measured.add(point, contender.name, repetition, value, points.UNITS[point])

    def _measure(self, measure: plan.Measure, running: Running, contender: Contender) -> points.Values:
        if measure is points.open_loop:
            before = self.measured.figure("openloop_200", contender.name)
            return points.open_loop(running, self.plan.pace, hint=before["median"] if before else 0)
        return measure(running, self.plan.pace)

    def _failed(self, contender: Contender, what: str) -> None:
        self.failures.append(f"{contender.title}: {what}")
        print(f"   {contender.title}: {what}", file=sys.stderr, flush=True)

    def _is_here(self, contender: Contender) -> bool:
        if not contender.needs.exists():
            print(f"   {contender.title} is not installed here and left out.", file=sys.stderr)
        return contender.needs.exists()


def _name(measure: plan.Measure) -> str:
    function = getattr(measure, "func", measure)
    members = getattr(measure, "keywords", {}).get("members", "")
    return f"{function.__name__} {members}".strip()


def main() -> None:
    """Install, measure, write."""
    arguments = argparse.ArgumentParser(description="Measure Parlor beside its peers.")
    arguments.add_argument("--quick", action="store_true", help="three minutes, fewer repetitions")
    arguments.add_argument("--only", default=",".join(plan.ALL), help="contenders, separated by commas")
    arguments.add_argument("--minutes", type=float, help="end after so many")
    asked = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # servers end with us
    install.install()
    chosen = plan.QUICK if asked.quick else plan.FULL
    if asked.minutes:
        chosen = chosen._replace(minutes=asked.minutes)
    machine.allow_many_files()
    conditions = {
        "command": chosen.name,
        "started": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        **machine.describe(),
        "network": "namespace of its own" if machine.isolate() else "the machine's loopback",
    }
    run = Run(chosen, asked.only.split(","))
    before = machine.load_average()
    run.everything()
    conditions["load average"] = f"{before:.1f} before, {machine.load_average():.1f} after"
    if before > 1:
        run.failures.append("The machine was busy with something else: these figures are rough at best.")
    report.write(run.measured, conditions, run.failures, publish=not asked.quick)


if __name__ == "__main__":
    main()
