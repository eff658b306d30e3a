"""The table of single faults: its rows name tests that are there, and what failed or was not run is told."""

from __future__ import annotations

import re

import pytest

from tests.faults import table
from tests.faults.table import ROWS, Tried
from tests.server.process import ROOT

REPORT = """<testsuites><testsuite>
<testcase classname="tests.faults.test_network" name="test_a29_x[pongs]" time="2.5">
<properties><property name="figure" value="cut after 2 s"/></properties></testcase>
<testcase classname="tests.server.test_process.TestEnd" name="test_what_hangs_x" time="1">
<failure message="assert 3 &lt; 2"/></testcase>
<testcase classname="tests.faults.test_one_box" name="test_a21_x" time="0"><skipped message="no disk"/></testcase>
</testsuite></testsuites>"""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_row_names_tests_that_are_there(row: table.Row) -> None:
    for name in row.tests:
        path, *_, test = name.split("::")
        assert re.search(rf"def {re.escape(test)}", (ROOT / path).read_text()), name


def test_a_report_is_read_with_its_figures_and_failures() -> None:
    assert table.read(REPORT) == [
        Tried("tests/faults/test_network.py::test_a29_x[pongs]", 2.5, "", "cut after 2 s"),
        Tried("tests/server/test_process.py::TestEnd::test_what_hangs_x", 1.0, "failure assert 3 < 2", ""),
        Tried("tests/faults/test_one_box.py::test_a21_x", 0.0, "skipped no disk", ""),
    ]


def test_what_failed_was_skipped_or_was_not_run_is_wrong() -> None:
    lines, wrong = table.tell(table.read(REPORT))
    of = {line.split(" | ")[0].removeprefix("| "): line for line in lines}
    assert "cut after 2 s" in of["A29"] and "broken" in of["A04"] and "broken" in of["A21"]
    assert len(lines) == len(ROWS) and len(wrong) == len(ROWS) - 1
    assert "A02: no test was run for it" in wrong


def test_when_all_held_nothing_is_wrong() -> None:
    good = [Tried(f"{test}_x", 1.0, "", "") for row in ROWS for test in row.tests]
    lines, wrong = table.tell(good)
    assert wrong == []
    assert all(line.endswith("| held |") for line in lines)
