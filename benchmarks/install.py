"""Build what the benchmarks need into benchmarks/.built/: two C programs, the peers' packages, rosters and databases.

What cannot be had here (no compiler, no Node) is said, and its contender is left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import layouts, seed
from benchmarks.servers import store

FOLDER, BUILT = layouts.FOLDER, layouts.BUILT
PROGRAMS = {
    "load": ([*sorted((FOLDER / "generator").glob("*.c"))], []),
    "c_limit": ([FOLDER / "servers" / "c_limit_peer.c"], ["-lcrypto", "-lsqlite3"]),
}
HEADERS = ["gcc", "libc6-dev", "libssl-dev", "libsqlite3-dev"]


def install(peers: bool = True) -> None:
    """Build what is missing or outdated. Without `peers`, only what Parlor alone is measured with."""
    BUILT.mkdir(exist_ok=True)
    seed.seed()
    compile_program("load")
    if peers:
        _write_rosters()
        for step in (_compile_limit, _install_python, _install_node):
            _try(step)


def compile_program(name: str) -> Path:
    """The program, compiled when its sources changed. Raises CalledProcessError, FileNotFoundError for no compiler."""
    sources, libraries = PROGRAMS[name]
    program = BUILT / name
    BUILT.mkdir(exist_ok=True)
    if _is_older(program, [*sources, *(FOLDER / "generator").glob("*.h")]):
        making = BUILT / f"{name}.{os.getpid()}"
        flags = ["-O2", "-Wall", "-Wextra", "-Wno-deprecated-declarations"]
        subprocess.run(["gcc", *flags, "-o", making, *sources, *libraries], check=True)
        making.replace(program)
    return program


def _compile_limit() -> None:
    try:
        compile_program("c_limit")
    except (OSError, subprocess.CalledProcessError):
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *HEADERS], check=True)
        compile_program("c_limit")


def _install_python() -> None:
    stamp, lock = BUILT / "venv" / "installed", FOLDER / "requirements.lock"
    if not _is_older(stamp, [lock]):
        return
    subprocess.run([sys.executable, "-m", "venv", BUILT / "venv"], check=True)
    pip: list[str | Path] = [
        BUILT / "venv" / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
    stamp.touch()


def _install_node() -> None:
    for script in (FOLDER / "servers").glob("*.mjs"):
        shutil.copyfile(script, BUILT / script.name)
    stamp = BUILT / "node_modules" / "installed"
    if not _is_older(stamp, [FOLDER / "package-lock.json"]):
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(FOLDER / name, BUILT / name)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=BUILT, check=True)
    # Its own script fetches or compiles the native part. Without it, servers/store.mjs takes node:sqlite.
    environment = dict(os.environ)
    if Path("/usr/include/node/node.h").exists():
        environment["npm_config_nodedir"] = "/usr"
    rebuild = ["npm", "rebuild", "better-sqlite3", "--ignore-scripts=false", "--foreground-scripts"]
    if subprocess.run(rebuild, cwd=BUILT, env=environment, capture_output=True).returncode:
        sys.stderr.write("better-sqlite3 cannot be built here: Node's own SQLite is used instead.\n")
    stamp.touch()


def _write_rosters() -> None:
    for layout in layouts.LAYOUTS:
        tokens = [store.sign(user) for user in range(layout.members)]
        layouts.write_roster("peer", layout, tokens, [f"room-{number}" for number in range(layout.rooms)])


def _is_older(made: Path, sources: list[Path]) -> bool:
    return not made.exists() or made.stat().st_mtime < max(source.stat().st_mtime for source in sources)


def _try(step: Callable[[], None]) -> None:
    try:
        step()
    except (OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(
            f"{step.__name__.strip('_').replace('_', ' ')}: {error}. Those contenders are left out.\n"
        )


if __name__ == "__main__":
    install()
