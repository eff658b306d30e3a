"""Two processes with PostgreSQL and Redis: `make bench-scale`. Writes its part of docs/performance.md.

    python -m benchmarks.scale [--repetitions 2] [--minutes 9] [--only sqlite,two]

Everything of the server's shares one core, so this shows what a shared database and crossing processes cost.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from app.extensions import Base
from benchmarks import install, load, machine, measures, plan, report, sections, seed
from benchmarks.contenders import CONTENDERS, DidNotStart, Running
from benchmarks.figures import Measured
from benchmarks.points import POINTS
from tests.faults import services

PACE = measures.Pace(warm=0.4, closed=0.8, latency=2.5, open=1.0, bursts=2, requests=0)
MEASURES: list[plan.Measure] = [
    *(functools.partial(measures.fanout, members=size) for size in (50, 200, 1000)),
    *(measures.rooms, measures.one_in_flight, measures.latency, measures.connects, measures.mixed),
    measures.open_loop,
]


class Arrangement(NamedTuple):
    """How a server is made up."""

    title: str
    processes: int = 1
    postgres: bool = True
    redis: bool = True


ARRANGEMENTS = {
    "sqlite": Arrangement("one process, SQLite", postgres=False, redis=False),
    "postgres": Arrangement("one process, PostgreSQL", redis=False),
    "one": Arrangement("one process, PostgreSQL, Redis"),
    "two": Arrangement("two processes, PostgreSQL, Redis", processes=2),
}


class Shared:
    """A PostgreSQL with everybody and every room in it, and a Redis; both on the server's core."""

    def __init__(self, folder: Path) -> None:
        self.postgres = services.Postgres()
        self.redis = services.Redis(folder)
        self._numbers = itertools.count()

    def start(self) -> None:
        """Start both, and fill the database that others are copied from."""
        for service in (self.postgres, self.redis):
            service.start()
            for pid in service.pids:
                os.sched_setaffinity(pid, machine.server_core())
        self.postgres.run("CREATE DATABASE people")
        address = self.postgres.address("people")
        seed.migrate(address)
        copy_people(address)

    def database(self) -> str:
        """The address of a new copy."""
        name = f"run_{next(self._numbers)}"
        self.postgres.run(f"CREATE DATABASE {name} TEMPLATE people")
        return self.postgres.address(name)

    def stop(self) -> None:
        """End both."""
        self.redis.kill()
        self.postgres.kill(signal.SIGINT)


def copy_people(address: str) -> None:
    """Copy every row of the SQLite file that Parlor is measured on into a migrated, empty PostgreSQL."""
    there = sa.create_engine(address.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.NullPool)
    with seed.engine(seed.PEOPLE).connect() as source, there.begin() as target:
        for table in Base.metadata.sorted_tables:
            for rows in source.execute(sa.select(table)).mappings().partitions(seed.BATCH):
                target.execute(sa.insert(table), [dict(row) for row in rows])


class Together(Running):
    """One or two processes on what they share; every start is on a new copy of the database."""

    def __init__(self, arrangement: Arrangement, shared: Shared) -> None:
        super().__init__(CONTENDERS["parlor"], "FULL", changes={})
        self._arrangement = arrangement
        self._shared = shared
        self._second: Running | None = None

    def start(self) -> None:
        if self._arrangement.postgres:
            self._changes["DATABASE_URL"] = self._shared.database()
        if self._arrangement.redis:
            self._shared.redis.ask("FLUSHALL")
            self._changes["REDIS_URL"] = self._shared.redis.url
        super().start()
        if self._arrangement.processes == 2:
            self._second = Running(self.contender, self.level, changes=self._changes)
            self._second.start()
            self.other_port = self._second.port

    def stop(self) -> None:
        super().stop()
        if self._second is not None:
            self._second.__exit__(None, None, None)
            self._second = None
            self.other_port = 0


def measure(running: Running, measured: Measured, name: str, repetition: int, ends_at: float) -> list[str]:
    """Everything, once, while there is time; what went wrong, and what was left out."""
    failures = []
    for each in MEASURES:
        if time.monotonic() > ends_at:
            failures.append(f"no time left: {ARRANGEMENTS[name].title}, {plan.name_of(each)}")
            continue
        try:
            values = each(running, PACE)
        except (load.Failed, OSError) as error:
            failures.append(
                f"{ARRANGEMENTS[name].title}: {plan.name_of(each)}: {' '.join(str(error).split())[:300]}"
            )
            running.restart()
            continue
        for point, value in values.items():
            if not point.startswith("growth"):  # it is of one process only
                measured.add(point, name, repetition, value, POINTS[point].unit)
    return failures


def markdown(measured: Measured, names: list[str], failures: list[str], conditions: dict[str, str]) -> str:
    """The section of the page about performance."""
    rows = []
    for point, (title, unit) in POINTS.items():
        figures = [measured.figure(point, name) for name in names]
        if any(figures):
            cost = measured.share(point, "two", "one")
            better = "more" if unit.higher_is_better else "less"
            told = f"{cost:.2f}× ({better} is better)" if cost else "–"
            rows.append([title, *(report.cell(figure) for figure in figures), told])
    head = ["median (lowest–highest)", *(ARRANGEMENTS[name].title for name in names), "two processes to one"]
    told = ", ".join(
        f"{name}: {conditions[name]}" for name in ("command", "started", "processor", "revision")
    )
    text = sections.table(head, rows) + f"\n{told}. Before: {conditions['busy before']}.\n"
    return text + "".join(f"\n- {each}" for each in failures)


@contextlib.contextmanager
def shared() -> Iterator[Shared]:
    """What is shared, ended at the end."""
    folder = Path(tempfile.mkdtemp(prefix="parlor-scale-"))
    made = Shared(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Measure all of them in turn, and write."""
    arguments = argparse.ArgumentParser(description="Measure what a shared database and two processes cost.")
    arguments.add_argument("--repetitions", type=int, default=2)
    arguments.add_argument("--minutes", type=float, default=9, help="measure nothing new after so many")
    arguments.add_argument("--only", default=",".join(ARRANGEMENTS))
    arguments.add_argument("--dry", action="store_true", help="print, and write no page")
    asked = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    install.install(peers=False)
    conditions = machine.prepare("make bench-scale")
    names = asked.only.split(",")
    measured, failures = Measured(), []
    ends_at = time.monotonic() + asked.minutes * 60
    print(f"{asked.repetitions} × {', '.join(names)}: at most {asked.minutes:g} minutes", file=sys.stderr)
    with shared() as services_of_all:
        for repetition in range(asked.repetitions):
            for name in names:
                begun = time.monotonic()
                try:
                    with Together(ARRANGEMENTS[name], services_of_all) as running:
                        failures += measure(running, measured, name, repetition, ends_at)
                except (DidNotStart, subprocess.SubprocessError) as error:
                    failures.append(f"{ARRANGEMENTS[name].title}: did not start: {str(error)[-300:]}")
                seconds = time.monotonic() - begun
                print(
                    f"{repetition + 1}. {ARRANGEMENTS[name].title}: {seconds:.0f} s",
                    file=sys.stderr,
                    flush=True,
                )
    text = markdown(measured, names, failures, conditions)
    print(text)
    report.RESULTS.mkdir(exist_ok=True)
    kept = {"conditions": conditions, "failures": failures, "values": measured.values}
    (report.RESULTS / "scale.json").write_text(json.dumps(kept, indent=1) + "\n")
    if not asked.dry:
        sections.replace(sections.PERFORMANCE, "scale", text)


if __name__ == "__main__":
    main()
