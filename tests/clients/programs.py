"""A program that talks to its user in lines: what is typed, and what it prints."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples"


class Program:
    """One process. `type` a line; wait `until` one comes that holds a text; `printed` is all there was."""

    def __init__(self, script: Path, *arguments: str, **environment: str) -> None:
        self.printed: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [_interpreter(script), str(script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", **environment},
            start_new_session=True,  # without a terminal, a password is asked for like anything else
        )
        threading.Thread(target=self._read, daemon=True).start()

    def type(self, *lines: str) -> None:
        """What somebody types."""
        assert self._process.stdin is not None
        self._process.stdin.write("".join(f"{line}\n" for line in lines))
        self._process.stdin.flush()

    def until(self, text: str, seconds: float = 60.0) -> str:
        """The next line that holds this."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {text!r} within {seconds} s, only {self.printed}") from None
            if line is None:
                raise AssertionError(f"it ended without {text!r}, after {self.printed}")
            self.printed.append(line)
            if text in line:
                return line

    def finish(self, seconds: float = 60.0) -> int:
        """Nothing more is typed; the exit code once it has ended by itself."""
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        code = self._process.wait(seconds)
        while (line := self._lines.get(timeout=10)) is not None:
            self.printed.append(line)
        return code

    def end(self) -> None:
        """The process is gone, and its pipes closed."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                assert pipe is not None
                pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError):
            for line in self._process.stdout:
                self._lines.put(line.rstrip("\n"))
        self._lines.put(None)


def _interpreter(script: Path) -> str:
    if script.suffix == ".py":
        return sys.executable
    if shutil.which("node") is None:
        pytest.skip("Node is not on the PATH: JavaScript cannot be tried.")
    return shutil.which("node") or "node"
