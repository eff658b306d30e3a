"""A pytest plugin: on CI a skipped test is a failed run.

A skip on a developer's machine says what could not be tried there (no Chromium, no PostgreSQL). On CI everything can be
tried, so a skip means that something which should have been checked was not.
"""

from __future__ import annotations

import os

import pytest

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if _strict() and _skipped and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _strict() and _skipped:
        terminalreporter.section("skipped on CI, which counts as failed", red=True)
        for nodeid in _skipped:
            terminalreporter.line(nodeid)


def _strict() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
