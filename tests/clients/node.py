"""A script in Node that is told what to do, and says what happened, in lines of JSON."""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


class Node:
    """One process. `tell` it things; `next` and `until` hear what it says."""

    def __init__(self, script: str, *arguments: str) -> None:
        self.said: list[dict[str, Any]] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [shutil.which("node") or "node", str(HERE / script), *arguments],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def tell(self, **command: Any) -> None:
        """One command."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def next(self, seconds: float = 15.0) -> dict[str, Any]:
        """The next thing that it says. Raises queue.Empty after so long."""
        line = self._lines.get(timeout=seconds)
        if line is None:
            raise AssertionError(f"the script ended, after {self.said[-5:]}")
        self.said.append(json.loads(line))
        return self.said[-1]

    def until(self, true: Callable[[dict[str, Any]], object], seconds: float = 15.0) -> dict[str, Any]:
        """The next thing that is so."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                said = self.next(max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"not heard within {seconds} s, after {self.said[-5:]}") from None
            if true(said):
                return said

    def hear(self, event: str, seconds: float = 15.0) -> dict[str, Any]:
        """The next event of this name."""
        return self.until(lambda said: said.get("event") == event, seconds)

    def end(self) -> None:
        """The process is gone, and its pipes closed."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    pass

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                self._lines.put(line)
        except ValueError:
            pass
        self._lines.put(None)
