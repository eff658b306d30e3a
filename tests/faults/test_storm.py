"""The short storm: ten kills on each database, and the broken servers. `make storm` is the long one."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.faults.storm import BROKEN
from tests.server.process import ROOT

EVERY_DAY = ("early_ack", "late_cut")


def storm(**plan: Any) -> dict[str, Any]:
    """What came of a storm by this plan, in a process of its own: its threads and cut lines are not pytest's."""
    command = [sys.executable, "-m", "tests.faults.storm", "--json", json.dumps(plan)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-5000:]
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("many", [False, True], ids=["one process on SQLite", "two on PostgreSQL and Redis"])
def test_ten_kills_lose_nothing_double_nothing_and_keep_the_order(many: bool) -> None:
    report = storm(kills=10, many=many)
    assert report["findings"] == []
    assert report["acknowledged"] > 30 and report["removals"] == 3 and report["faults"]["kill -9"] >= 10
    assert report["faults"]["bad line"] > 0
    assert report["displays"] == 36  # eight writers, three readers and who came late, in three rooms each
    assert report["deeds"] > 10


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("way", "invariant"),
    # Two of them every day; of the others the checker's own tests say every day what it makes.
    [pytest.param(*each, marks=() if each[0] in EVERY_DAY else pytest.mark.long) for each in BROKEN.items()],
)
def test_a_broken_server_is_noticed(way: str, invariant: str) -> None:
    report = storm(kills=2, way=way, writers=6, readers=2, rooms=1, removals=2, network=False)
    assert report["acknowledged"] > 10
    assert invariant in {invariant for invariant, _ in report["findings"]}
