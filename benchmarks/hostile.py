"""What others notice while somebody does a server harm: `make bench-hostile`. Writes its part of docs/performance.md.

    python -m benchmarks.hostile [--repetitions 3] [--only hixie,fragments] [--seconds 5]

The server is the real one, with its limits on, unless a line says otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import install, load, machine, report, sections
from benchmarks.contenders import CONTENDERS, DidNotStart, Running

WORST_MS = 60.0
GROWTH_MB = 16.0
RATE = 15
SENDERS = 10
FILES_LEFT = 20
SETTLE_SECONDS = 1.5


class Scenario(NamedTuple):
    """One attack, and under which conditions."""

    title: str
    attack: str | None
    rate_limits: str = "on"
    rate: int = RATE


SCENARIOS = {
    "quiet": Scenario("nobody", None),
    "flood": Scenario("a member's requests, flat out", "requests"),
    "flood_unlimited": Scenario("the same, with rate limits off", "requests", "off"),
    "small_frames": Scenario("a member's smallest frames, flat out", "small_frames"),
    "big_frames": Scenario("three members' frames of 64 kB, flat out", "big_frames"),
    "big_frames_unlimited": Scenario("the same, with rate limits off", "big_frames", "off"),
    "too_big_frames": Scenario("frames of 1 MB before signing in", "too_big_frames"),
    "fragments": Scenario("messages in endless fragments, before signing in", "fragments"),
    "hixie": Scenario("handshakes of before RFC 6455 with endless bytes", "hixie"),
    "slow_readers": Scenario(
        "five members who stop reading, 1,000 messages/s, rate limits off", "slow_readers", "off", 1000
    ),
    "descriptors": Scenario("400 silent connections, files for 20", "descriptors"),
}


class Found(NamedTuple):
    """What one run showed: latency in ms of everybody else, memory in MB."""

    p50: float
    p99: float
    worst: float
    before: float
    peak: float
    after: float
    attacker: dict[str, int]


class Memory(threading.Thread):
    """Watches how much a server has, while it lasts."""

    def __init__(self, running: Running) -> None:
        super().__init__(daemon=True)
        self._running = running
        self._ended = threading.Event()
        self.peak_kb = 0

    def run(self) -> None:
        """Look twenty times a second."""
        while not self._ended.wait(0.05):
            with contextlib.suppress(OSError, DidNotStart):
                self.peak_kb = max(self.peak_kb, self._running.memory_kb())

    def end(self) -> None:
        """Look no longer."""
        self._ended.set()
        self.join()


def measure(scenario: Scenario, seconds: float) -> Found:
    """One run on a server of its own. Raises load.Failed when somebody else lost a message or was cut off."""
    limited = {"RATE_LIMITS": scenario.rate_limits}
    if scenario.attack == "descriptors":
        limited["MAX_SOCKETS"] = "200"  # so that files, and not places, are what it runs out of
    with Running(CONTENDERS["parlor"], "FULL", changes=limited) as running:
        _talk(running, scenario.rate, 1.0)
        time.sleep(SETTLE_SECONDS)
        before = running.memory_kb()
        memory = Memory(running)
        memory.start()
        with _attacked(running, scenario, seconds + 1) as attacker:
            counted = _talk(running, scenario.rate, seconds)
        memory.end()
        time.sleep(SETTLE_SECONDS)
        after = running.memory_kb()
        load.run(running, "connect", "fanout_10")  # newcomers are let in again
        latencies = (counted["p50_ms"], counted["p99_ms"], counted["max_ms"])
        return Found(*latencies, before / 1024, memory.peak_kb / 1024, after / 1024, attacker)


def _talk(running: Running, rate: float, seconds: float) -> dict[str, float]:
    return load.talk(
        running, "open", "fanout_50", rate=rate, senders=SENDERS, sample=1, warm=1.0, seconds=seconds
    )


@contextlib.contextmanager
def _attacked(running: Running, scenario: Scenario, seconds: float) -> Iterator[dict[str, int]]:
    """What the attacker counted is filled in at the end."""
    found: dict[str, int] = {}
    if scenario.attack is None:
        yield found
        return
    if scenario.attack == "descriptors":
        _few_files(running.pid)
    # Of the room that talks, the last ones: they don't post.
    lines = running.contender.roster("fanout_50").read_text().splitlines()[-10:]
    command = [sys.executable, "-m", "benchmarks.attacks", scenario.attack, str(running.port), str(seconds)]
    command += [line.split()[0] for line in lines]
    process = subprocess.Popen(
        [*machine.on_load_core(), *command], cwd=sections.ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        yield found
        told, _ = process.communicate(timeout=seconds + 30)
        found.update(json.loads(told))
    finally:
        process.kill()
        process.wait()


def _few_files(pid: int) -> None:
    """Let a server open only some more files than it has, and as many as the members who talk need."""
    limit = len(list(Path(f"/proc/{pid}/fd").iterdir())) + 50 + FILES_LEFT
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, limit))


def verdict(runs: list[Found]) -> str:
    """Whether others noticed too much, by the median of the runs."""
    worst = statistics.median(each.worst for each in runs)
    growth = statistics.median(each.peak - each.before for each in runs)
    return "yes" if worst <= WORST_MS and growth <= GROWTH_MB else "**no**"


def markdown(found: dict[str, list[Found]], failures: list[str], conditions: dict[str, str]) -> str:
    """The section of the page about performance."""
    rows = []
    for name, runs in found.items():
        if not runs:
            rows.append([SCENARIOS[name].title, "–", "–", "–", "–", "**failed**"])
            continue
        p50, p99 = (statistics.median(getattr(each, key) for each in runs) for key in ("p50", "p99"))
        worst = [each.worst for each in runs]
        memory = [
            statistics.median(getattr(each, key) for each in runs) for key in ("before", "peak", "after")
        ]
        rows.append(
            [
                SCENARIOS[name].title,
                f"{report.number(p50)} / {report.number(p99)}",
                f"{report.number(statistics.median(worst))} ({report.number(max(worst))})",
                " → ".join(f"{each:.0f}" for each in memory),
                ", ".join(f"{key} {value:,}" for key, value in runs[-1].attacker.items()) or "–",
                verdict(runs),
            ]
        )
    head = [
        *("who does what", "others' p50 / p99 ms", "their worst ms (of all runs)"),
        *("memory MB", "what became of it", "kept"),
    ]
    told = ", ".join(
        f"{name}: {conditions[name]}" for name in ("command", "started", "processor", "revision")
    )
    text = sections.table(head, rows) + f"\nMedians of {max(map(len, found.values()))} runs. {told}. "
    text += f"Before: {conditions['busy before']}.\n"
    return text + "".join(f"\n- {each}" for each in failures)


def main() -> None:
    """Measure all of them in turn, and write."""
    arguments = argparse.ArgumentParser(description="Measure what others notice of somebody who means harm.")
    arguments.add_argument("--repetitions", type=int, default=3)
    arguments.add_argument("--only", default=",".join(SCENARIOS))
    arguments.add_argument("--seconds", type=float, default=5.0)
    arguments.add_argument("--dry", action="store_true", help="print, and write no page")
    asked = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    install.install(peers=False)
    conditions = machine.prepare("make bench-hostile")
    names = asked.only.split(",")
    print(
        f"{len(names)} × {asked.repetitions} runs of about {asked.seconds + 11:.0f} s: "
        f"{len(names) * asked.repetitions * (asked.seconds + 11) / 60:.0f} minutes",
        file=sys.stderr,
    )
    found: dict[str, list[Found]] = {name: [] for name in names}
    failures = []
    for repetition in range(asked.repetitions):
        for name in names:
            try:
                found[name].append(measure(SCENARIOS[name], asked.seconds))
                print(f"{repetition + 1}. {name}: {found[name][-1]}", file=sys.stderr, flush=True)
            except (load.Failed, DidNotStart, OSError, ValueError) as error:
                failures.append(f"{SCENARIOS[name].title}: {error}")
                print(failures[-1], file=sys.stderr, flush=True)
    text = markdown(found, failures, conditions)
    print(text)
    report.RESULTS.mkdir(exist_ok=True)
    kept = {
        "conditions": conditions,
        "failures": failures,
        "runs": {name: [each._asdict() for each in runs] for name, runs in found.items()},
    }
    (report.RESULTS / "hostile.json").write_text(json.dumps(kept, indent=1) + "\n")
    if not asked.dry:
        sections.replace(sections.PERFORMANCE, "hostile", text)


if __name__ == "__main__":
    main()
