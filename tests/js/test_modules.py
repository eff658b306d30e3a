"""The browser's modules without a browser: Node runs tests/js/*.test.js, and this makes it part of `make test`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent


def node() -> str:
    """The machine's Node, or the one that tools/frontend.py put into the environment."""
    found = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("There is no Node here; `make setup-dev` brings one.")
        pytest.skip("There is no Node here; `make setup-dev` brings one.")
    return found


def test_the_modules_keep_their_promises() -> None:
    files = sorted(str(path.relative_to(ROOT)) for path in HERE.glob("*.test.js"))
    run = subprocess.run([node(), "--test", *files], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    assert "# fail 0" in run.stdout
    assert "# tests 0" not in run.stdout
