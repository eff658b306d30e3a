"""Starting the server anew whenever the program changes. For development; runs in a process of its own, unpatched."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
EVERY_SECONDS: Final = 0.5
STOP_SECONDS: Final = 12.0


def supervise(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Keep `command` running until told to end, and start it anew on every change; its last exit code."""
    ending = False

    def end(_: int, __: FrameType | None) -> None:
        nonlocal ending
        ending = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    seen = _versions()
    process = _start(command, environment)
    while not ending:
        time.sleep(EVERY_SECONDS)
        now = _versions()
        if now != seen:
            seen = now
            sys.stderr.write("The program changed: starting anew.\n")
            _stop(process)
            process = _start(command, environment)
    return _stop(process)


def _start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, env=dict(environment))  # noqa: S603


def _stop(process: subprocess.Popen[bytes]) -> int:
    if process.poll() is None:
        process.terminate()
    try:
        return process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _versions() -> dict[Path, int]:
    """When each file of the program was changed last."""
    files = [*ROOT.glob("*.py"), *(ROOT / "app").rglob("*.py")]
    return {file: file.stat().st_mtime_ns for file in files if file.exists()}
