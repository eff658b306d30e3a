"""docs/promises.md: every promise is there, and every test that it names."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([A-Z]+\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)((?:::\w+)+)`")

# The rows that there are, by their table. Numbers that are missing were never given.
ROWS = {
    "BA": (*range(1, 9), 10, *range(12, 19)),
    "BS": (*range(1, 6), *range(7, 11), *range(12, 16)),
    "BZ": (*range(1, 11), *range(13, 18), 19, 20),
    "BW": (*range(1, 8), *range(9, 15), 16, *range(18, 27)),
    "H": range(1, 12),
    "BV": (1, 2, *range(4, 7), *range(8, 14), 15, 16),
    "BH": range(1, 9),
    "T": range(1, 14),
}
# About things that Parlor has not: reset tokens and mail, files, exports.
NOT_HERE = {"BA2", "BA12", "BA13", "BA15", "BZ19", "BV13"}


@cache
def names_in(path: str) -> frozenset[str]:
    """The tests of a file, as pytest names them."""
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    found = {each.name for each in body if isinstance(each, ast.FunctionDef)}
    for group in body:
        if isinstance(group, ast.ClassDef):
            found |= {
                f"{group.name}::{each.name}" for each in group.body if isinstance(each, ast.FunctionDef)
            }
    return frozenset(name for name in found if name.split("::")[-1].startswith("test_"))


def missing(held_by: str) -> list[str]:
    """Tests that are named and are not there."""
    return [
        path + name
        for path, name in NAMED.findall(held_by)
        if not (ROOT / path).is_file() or name.removeprefix("::") not in names_in(path)
    ]


def test_every_promise_has_its_row_and_no_row_comes_twice() -> None:
    wanted = [f"{table}{number}" for table, numbers in ROWS.items() for number in numbers]
    assert sorted(row for row, _, _ in ROW.findall(PAGE)) == sorted(wanted)


def test_every_row_names_a_test_or_says_why_there_is_none() -> None:
    silent = {row for row, _, held_by in ROW.findall(PAGE) if not NAMED.search(held_by)}
    excused = {row for row, _, held_by in ROW.findall(PAGE) if held_by.startswith("Not here: ")}
    assert silent <= excused == NOT_HERE


def test_every_test_that_is_named_is_there() -> None:
    assert missing(PAGE) == []
    assert PAGE.count("`tests/") == len(NAMED.findall(PAGE)) + PAGE.count("`tests/test_promises.py`")


@pytest.mark.parametrize(
    "named",
    [
        "`tests/test_promises.py::test_that_nobody_wrote`",
        "`tests/test_promises.py::missing`",
        "`tests/test_promises.py::TestNobody::test_every_test_that_is_named_is_there`",
        "`tests/no_such_file.py::test_x`",
    ],
)
def test_a_test_that_is_not_there_is_missed(named: str) -> None:
    assert len(missing(named)) == 1
    assert missing("`tests/test_promises.py::test_every_test_that_is_named_is_there`") == []
