"""Run the generator against a running contender."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from typing import Any

from benchmarks import layouts, machine
from benchmarks.contenders import Running

PROGRAM = layouts.BUILT / "load"


class Failed(Exception):
    """The generator could not do what was asked, or something that was posted did not reach everybody."""


def command(running: Running, mode: str, layout: str, options: dict[str, object]) -> list[str]:
    """The generator's command line, on its own core."""
    given = {
        "mode": mode,
        "speech": running.contender.speech,
        "port": running.port,
        "roster": running.contender.roster(layout),
        "pid": running.pid,
        **({"other-port": running.other_port} if running.other_port else {}),
        **options,
    }
    arguments = (
        text for name, value in given.items() for text in (f"--{name.replace('_', '-')}", str(value))
    )
    return [*machine.on_load_core(), str(PROGRAM), *arguments]


def run(running: Running, mode: str, layout: str, **options: object) -> dict[str, Any]:
    """One run, and what it counted. Raises Failed."""
    try:
        done = subprocess.run(
            command(running, mode, layout, options), capture_output=True, text=True, timeout=120
        )
    except subprocess.TimeoutExpired as late:
        raise Failed("took longer than two minutes") from late
    if done.returncode != 0:
        raise Failed(_why(done.stderr) or f"exit code {done.returncode}")
    return json.loads(done.stdout)


def _why(told: str) -> str:
    """What ended the generator, and the first refusal that led to it."""
    lines = told.strip().splitlines()
    return lines[-1] if len(lines) == 1 else f"{lines[-1]}: {lines[0][:200]}" if lines else ""


def talk(running: Running, mode: str, layout: str, **options: object) -> dict[str, Any]:
    """A run in which every message reached every member, once and in order. Raises Failed."""
    counted = run(running, mode, layout, **{"drain": 4, **options})
    wrong = {name: counted[name] for name in ("lost", "disordered", "refused", "gone") if counted[name]}
    if wrong:
        raise Failed(f"not everything arrived: {wrong}")
    if not counted["deliveries_per_second"]:
        raise Failed("nothing arrived while it was measured")
    return counted


@contextlib.contextmanager
def idling(running: Running, layout: str, members: int, *, asking: bool = False) -> Iterator[None]:
    """So many members who are connected and say nothing; with `asking` each asks something at the end.

    Raises Failed, also when one was gone at the end, or was not answered.
    """
    options: dict[str, object] = {"members": members, "limit": 60, "senders": 0, "requests": int(asking)}
    process = subprocess.Popen(
        command(running, "idle", layout, options),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    if process.stdout.readline().strip() != "READY":
        raise Failed(_why(process.communicate()[1]))
    try:
        yield
    finally:
        told, _ = process.communicate("\n", timeout=90)
    counted = json.loads(told)
    if counted["ready"] != members:
        raise Failed(f"not everybody stayed: {told}")
    if asking and counted["answered"] != members:
        raise Failed(f"not everybody was answered: {told}")
