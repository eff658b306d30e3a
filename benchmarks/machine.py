"""The machine: a quiet network of our own, one core for the server and another for the load, and what it is."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import platform
import resource
import shutil
import socket
import sqlite3
import struct
import subprocess
from datetime import UTC, datetime
from pathlib import Path

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 1
FILES = 50_000
BUSY = ": the machine was busy with something else, and these figures are rough at best"
# As the loopback of a chat server's own machine: no pacing timers of BBR, ports for thousands of clients.
SYSTEM_SETTINGS = {
    "net/ipv4/tcp_congestion_control": "reno",
    "net/ipv4/ip_local_port_range": "1024 65535",
    "net/ipv4/tcp_tw_reuse": "1",
}


def allow_many_files() -> int:
    """Raise the number of files a process may open as far as is wanted and possible; what it is now."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (max(hard, FILES), hard):
        with contextlib.suppress(OSError, ValueError):  # above the hard limit only root may
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
            return wanted
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def isolate() -> bool:
    """Move this process into a network namespace with nothing but a loopback. False where that needs root."""
    if os.geteuid() != 0 or ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        fcntl.ioctl(line, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    for name, value in SYSTEM_SETTINGS.items():
        with contextlib.suppress(OSError):
            (Path("/proc/sys") / name).write_text(value)
    return True


def on_server_core() -> list[str]:
    """The beginning of a command that runs on the server's core."""
    return _on_core(0)


def on_load_core() -> list[str]:
    """The beginning of a command that runs on the other core."""
    return _on_core(1)


def server_core() -> set[int]:
    """The server's core, or all where there is only one."""
    return {min(os.sched_getaffinity(0))}


def _on_core(number: int) -> list[str]:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2 or not shutil.which("taskset"):
        return []
    return ["taskset", "-c", str(cores[number])]


def prepare(command: str) -> dict[str, str]:
    """Make room for many connections, move into a network of our own, and say what the figures will depend on."""
    allow_many_files()
    return {
        "command": command,
        "started": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        **describe(),
        "busy before": f"load average {os.getloadavg()[0]:.1f}" + (BUSY if os.getloadavg()[0] > 1 else ""),
        "network": "namespace of its own, loopback" if isolate() else "the machine's loopback",
    }


def describe() -> dict[str, str]:
    """What the figures depend on."""
    return {
        "processor": _processor(),
        "cores": f"{len(os.sched_getaffinity(0))}: one for the server, one for the load",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "node": _said_by("node", "--version"),
        "sqlite": sqlite3.sqlite_version,
        "revision": _said_by("git", "describe", "--always", "--dirty"),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _said_by(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent)
    except (OSError, subprocess.CalledProcessError):
        return "none"
    return done.stdout.strip()
