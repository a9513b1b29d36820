"""The tests run by pytest, with none of its plugins but our own."""

from __future__ import annotations

import os
from typing import Any

import pytest

from .notes import Notes


class Reporter:
    """Notes each test as pytest reports it."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def pytest_collectreport(self, report: Any) -> None:
        """A module that cannot be imported is an error."""
        if report.failed:
            self._notes.case(report.nodeid, "error", str(report.longrepr))

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A test is noted by its call, or by whatever kept it from one."""
        if report.when == "call" or (report.when == "setup" and not report.passed):
            name = "error" if report.when == "setup" and report.failed else report.outcome
            self._notes.case(report.nodeid, name, _why(report))
        elif report.when == "teardown" and report.failed:
            self._notes.case(f"{report.nodeid} (teardown)", "error", _why(report))

    def pytest_exception_interact(self, call: Any) -> None:
        """Memory that ran out is noted for itself."""
        if call.excinfo is not None and call.excinfo.errisinstance(MemoryError):
            self._notes.write(event="memory")


def run(suite: str, notes: Notes) -> int:
    """Run everything in the folder `suite`; the exit code is pytest's."""
    options = ["-q", "-s", "--tb=short", "--color=no", "-p", "no:cacheprovider", "-p", "no:faulthandler"]
    options += ["--import-mode=importlib", f"--rootdir={suite}", f"--confcutdir={suite}"]
    options += ["-c", os.devnull, suite]
    return int(pytest.main(options, plugins=[Reporter(notes)]))


def _why(report: Any) -> str:
    if report.passed:
        return ""
    said = report.longrepr
    return str(said[2]) if isinstance(said, tuple) else str(said)
