"""Several processes that begin together."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run_processes(module: str, calls: Sequence[Sequence[str]]) -> list[str]:
    """`python -m module *call` for each call, all at once; the lines that they printed."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", module, *call],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for call in calls
    ]
    for each in processes:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n", each.communicate()[1]
    for each in processes:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    lines: list[str] = []
    for each in processes:
        out, err = each.communicate(timeout=60)
        assert each.returncode == 0, err
        lines += out.split()
    return lines
