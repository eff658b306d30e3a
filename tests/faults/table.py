"""The single faults, one row each: which tests try them, and what became of it as the report tells it.

`measure` runs those tests in their long form. What a test leaves by its fixture `figure` is the row's figure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.faults.conftest import LONG
from tests.server.process import ROOT

FAULTS = "tests/faults"


@dataclass(frozen=True)
class Row:
    """A fault, and who tries it: files or tests, as pytest names them, or the beginning of their names."""

    id: str
    fault: str
    tests: tuple[str, ...]


def _row(number: str, fault: str, *tests: str) -> Row:
    return Row(number, fault, tests)


ONE_BOX, SERVICES, NETWORK = (
    f"{FAULTS}/test_one_box.py",
    f"{FAULTS}/test_services.py",
    f"{FAULTS}/test_network.py",
)
PROXY, PROCESS, LIMITS = (
    f"{FAULTS}/test_proxy.py",
    "tests/server/test_process.py",
    "tests/server/test_limits.py",
)
ROWS = (
    _row("A02", "killed exactly before and after a commit", f"{ONE_BOX}::test_a02"),
    _row("A03", "told to end under load", f"{PROCESS}::TestEnd::test_what_was_acknowledged"),
    _row("A04", "told to end while something hangs", f"{PROCESS}::TestEnd::test_what_hangs"),
    _row("A05", "a process frozen for 3 s", f"{SERVICES}::test_a05"),
    _row("A07", "Redis killed", f"{SERVICES}::test_a07"),
    _row("A08", "Redis absent at the start", f"{SERVICES}::test_a08"),
    _row("A09", "Redis frozen", f"{SERVICES}::test_a09"),
    _row("A11", "a burst of hints", f"{SERVICES}::test_a11"),
    _row("A13", "Redis full", f"{SERVICES}::test_a13"),
    _row("A14", "PostgreSQL restarted, fast and immediate", f"{SERVICES}::test_a14"),
    _row("A15", "PostgreSQL's connections cut", f"{SERVICES}::test_a15"),
    _row("A16", "PostgreSQL frozen", f"{SERVICES}::test_a16"),
    _row("A17", "no connection left", f"{SERVICES}::test_a17"),
    _row("A18", "a room's row held", f"{SERVICES}::test_a18"),
    _row("A19", "SQLite's lock held", f"{ONE_BOX}::test_a19"),
    _row("A20", "a reader who stays, while much is written", f"{ONE_BOX}::test_a20"),
    _row("A21", "the disk full", f"{ONE_BOX}::test_a21"),
    _row("A22", "a full disk for the log alone", f"{ONE_BOX}::test_a22"),
    _row("A23", "nothing can be written any more", f"{ONE_BOX}::test_a23"),
    _row("A25, A26", "lines stalled both ways", f"{NETWORK}::test_a25"),
    _row("A27", "lines reset at any byte", f"{NETWORK}::test_a27"),
    _row("A29", "a reader who does not read", f"{NETWORK}::test_a29"),
    _row("A30", "200 readers who do not read", f"{NETWORK}::test_a30"),
    _row("A31", "nginx in front, as shipped", f"{PROXY}::test_a31"),
    _row("A32", "nginx reloaded, killed", f"{PROXY}::test_a32"),
    _row("A06, A33", "everybody loses the line at once", f"{NETWORK}::test_a33"),
    _row("A34", "a clock that is set forth and back", f"{ONE_BOX}::test_a34"),
    _row("A36", "a token revoked while Redis is dead", f"{SERVICES}::test_a36"),
    _row("A37", "a process that cannot see who was removed", f"{SERVICES}::test_a37"),
    _row("A38", "no file can be opened any more", f"{LIMITS}::TestConnections::test_running_out_of_files"),
    _row("A41", "an error of ours in a handler", "tests/sockets/test_requests.py::test_an_error_of_ours"),
    _row("A42", "a second server on port and file", f"{PROCESS}::TestStart::test_a_second_one"),
    _row("A43", "another version of the schema", f"{PROCESS}::TestStart::test_another_version"),
    _row("§8", "more to do than can be done", f"{NETWORK}::test_under_load"),
)
NOT_TRIED = (
    "Not tried here: A39 (too little memory), A45 (a day's soak), A46 (power cuts: `synchronous=FULL` is what stands "
    "against them)."
)
HEAD = "| row | fault | tests | seconds | found |\n|---|---|---|---|---|"


@dataclass(frozen=True)
class Tried:
    """What became of one test."""

    name: str  # as pytest names it, with its file
    seconds: float
    wrong: str
    figure: str


def measure() -> tuple[list[str], list[str]]:
    """The lines of the table, and what is wrong, a sentence each."""
    return tell(_run())


def tell(tried: Iterable[Tried]) -> tuple[list[str], list[str]]:
    """The same of tests that have run. A row that no test ran for is wrong too."""
    tried, lines, wrong = list(tried), [], []
    for row in ROWS:
        mine = [each for each in tried if each.name.startswith(row.tests)]
        failed = [f"{row.id}: {each.name}: {each.wrong}" for each in mine if each.wrong]
        wrong += failed or ([] if mine else [f"{row.id}: no test was run for it"])
        held = "**broken**" if failed or not mine else "; ".join(each.figure for each in mine if each.figure)
        cells = (
            row.id,
            row.fault,
            str(len(mine)),
            f"{sum(each.seconds for each in mine):.0f}",
            held or "held",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return lines, wrong


def _run() -> list[Tried]:
    files = sorted({test.partition("::")[0] for row in ROWS for test in row.tests})
    wanted = " or ".join(sorted({test.rpartition("::")[2] for row in ROWS for test in row.tests}))
    with tempfile.TemporaryDirectory(prefix="parlor-table-") as folder:
        found = Path(folder) / "found.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-k", wanted, f"--junitxml={found}", "--timeout=300"]
        command += ["-o", "junit_family=xunit1"]  # which has properties of single tests
        environment = {**os.environ, LONG: "1"}
        subprocess.run([*command, *files], cwd=ROOT, env=environment, stdout=sys.stderr, check=False)
        return read(found.read_text()) if found.exists() else []


def read(report: str) -> list[Tried]:
    """The tests of a JUnit report, as pytest writes it. One that was skipped was not tried, and that is wrong."""
    return [_tried(case) for case in ElementTree.fromstring(report).iter("testcase")]


def _tried(case: ElementTree.Element) -> Tried:
    steps = case.get("classname", "").split(".")
    at = next(number for number, step in enumerate(steps) if step.startswith("test_"))
    name = "::".join(["/".join(steps[: at + 1]) + ".py", *steps[at + 1 :], case.get("name", "")])
    bad = [each for each in case if each.tag in {"failure", "error", "skipped"}]
    figures = [each.get("value", "") for each in case.iter("property") if each.get("name") == "figure"]
    wrong = bad[0].tag + " " + (bad[0].get("message") or "")[:300].replace("\n", " ") if bad else ""
    return Tried(name, float(case.get("time", 0)), wrong, "; ".join(figures))
