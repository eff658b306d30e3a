"""What a server is asked about itself while it suffers: its metrics, its memory, its files."""

from __future__ import annotations

from pathlib import Path

import requests

METRICS_TOKEN = "read by the fault tests"
MEASURED = {"METRICS_TOKEN": METRICS_TOKEN}  # settings of a server that is to be asked


def metrics(url: str) -> dict[str, float]:
    """Every metric of a server, by name."""
    headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    reply = requests.get(f"{url}/metrics", headers=headers, timeout=20)
    reply.raise_for_status()
    lines = [line.rpartition(" ") for line in reply.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def resident_mb(pid: int) -> float:
    """The memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def files(pid: int) -> int:
    """How many files and sockets a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def milliseconds(seconds: float) -> str:
    """As a report writes it."""
    return f"{seconds * 1000:.0f} ms"


def percentile(times: list[float], share: float) -> float:
    """The time that so large a share of these did not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
