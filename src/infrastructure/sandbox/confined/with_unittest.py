"""The tests run by unittest, where pytest is not installed; plain functions called `test_…` are tests too."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
import unittest
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, TracebackType

from .notes import Notes

Trouble = tuple[type[BaseException], BaseException, TracebackType]
NO_TESTS = 5


class Reporter(unittest.TestResult):
    """Notes each test as it ends."""

    def __init__(self, notes: Notes) -> None:
        super().__init__()
        self._notes = notes

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802 - unittest's name
        """Note a test that passed."""
        self._notes.case(_name(test), "passed")

    def addFailure(self, test: unittest.TestCase, err: Trouble) -> None:  # type: ignore[override]  # noqa: N802
        """Note a test that failed."""
        self._bad(test, "failed", err)

    def addError(self, test: unittest.TestCase, err: Trouble) -> None:  # type: ignore[override]  # noqa: N802
        """Note a test that raised: with pytest, too, that is a failure."""
        self._bad(test, "failed", err)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
        """Note a test that was left out."""
        self._notes.case(_name(test), "skipped", reason)

    def addExpectedFailure(self, test: unittest.TestCase, err: Trouble) -> None:  # type: ignore[override]  # noqa: N802
        """Note a failure that was announced: with pytest it counts as left out."""
        self._notes.case(_name(test), "skipped", "failed as expected")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        """Note a success that contradicts its announcement."""
        self._notes.case(_name(test), "failed", "passed, and was expected to fail")

    def _bad(self, test: unittest.TestCase, outcome: str, err: Trouble) -> None:
        if issubclass(err[0], MemoryError):
            self._notes.write(event="memory")
        self._notes.case(_name(test), outcome, self._exc_info_to_string(err, test))  # type: ignore[attr-defined]


def run(suite: str, notes: Notes) -> int:
    """Run everything in the folder `suite`; 5 when there was nothing, as pytest has it."""
    tests = unittest.TestSuite()
    broken = False
    for path in _test_files(Path(suite)):
        try:
            module = _loaded(path, suite)
        except BaseException as error:  # noqa: BLE001 - whatever importing raises is how it went
            broken = True
            trouble = "".join(traceback.format_exception(error))
            notes.case(str(path.relative_to(suite)), "error", trouble)
        else:
            tests.addTest(unittest.defaultTestLoader.loadTestsFromModule(module))
            tests.addTests(_functions(module))
    if not tests.countTestCases() and not broken:
        return NO_TESTS
    result = tests.run(Reporter(notes))
    return 0 if result.wasSuccessful() and not broken else 1


def _test_files(suite: Path) -> Iterator[Path]:
    return (
        path for path in sorted(suite.rglob("*.py")) if path.match("test_*.py") or path.match("*_test.py")
    )


def _loaded(path: Path, suite: str) -> ModuleType:
    name = ".".join(path.relative_to(suite).with_suffix("").parts)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _functions(module: ModuleType) -> Iterator[unittest.TestCase]:
    for name, value in vars(module).items():
        if name.startswith("test") and inspect.isfunction(value) and value.__module__ == module.__name__:
            yield unittest.FunctionTestCase(value, description=f"{module.__name__}::{name}")


def _name(test: unittest.TestCase) -> str:
    described = isinstance(test, unittest.FunctionTestCase) and test.shortDescription()
    return described or test.id()
