"""Check the types of static/js (JSDoc) with TypeScript's compiler, which writes nothing.

Finds Node on the path, else the one that tools/frontend.py put into .venv.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    if not any((ROOT / "static" / "js").rglob("*.js")):
        print("No JavaScript to check.")
        return 0
    environment = dict(os.environ)
    environment["PATH"] = f"{environment['PATH']}{os.pathsep}{Path(sys.executable).parent}"
    tsc = ROOT / "node_modules" / ".bin" / "tsc"
    return subprocess.run([str(tsc), "--project", "jsconfig.json"], cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
