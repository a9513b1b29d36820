"""Runs the tests of the project under review: its code, in its environment, only when granted."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...domain.errors import EvidenceUnavailable
from ..common.confined import read_text_below
from .file_facts import RawFinding
from .process import Completed, Limits, ToolRunner

TEST_LIMITS = Limits(seconds=900.0, memory_mb=8192, output_mb=64)
ENVIRONMENTS = (".venv/bin/python", "venv/bin/python")
OUTCOME = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|deselected)")
FAILED = re.compile(r"^(FAILED|ERROR) (\S+?\.py(?:::.+?)?)(?: - (.*))?$", re.MULTILINE)
NO_TESTS_COLLECTED = 5
COULD_NOT_RUN = frozenset({2, 3, 4})


@dataclass(frozen=True, slots=True)
class TestRun:
    """How the tests ended: counts, each failure with its path, and the data files that coverage.py wrote."""

    __test__ = False

    measures: Mapping[str, float]
    failures: tuple[tuple[str, RawFinding], ...]
    data: list[Path]


@dataclass(frozen=True, slots=True)
class ProjectTests:
    """pytest under coverage.py where the project has it, else pytest alone."""

    runner: ToolRunner = field(default_factory=lambda: ToolRunner(TEST_LIMITS, slots=1))

    async def run(self, root: str, folder: Path) -> TestRun:
        """Run the tests of `root`, data files in `folder`; raises EvidenceUnavailable if none can run."""
        python = await asyncio.to_thread(project_python, root)
        data = folder / "coverage-data"
        pytest = ["-m", "pytest", "-q", "-rfE", "--tb=no", "-p", "no:cacheprovider", "--color=no"]
        measured = [python, "-m", "coverage", "run", f"--data-file={data}", *pytest]
        done = await self.runner.run([*_wide(), *measured], cwd=root)
        if b"No module named coverage" in done.stderr:
            done = await self.runner.run([*_wide(), python, *pytest], cwd=root)
        return _result(done, root, python, await asyncio.to_thread(_written, data))


def _written(data: Path) -> list[Path]:
    """The data file, or those with a suffix that parallel runs leave."""
    return sorted(data.parent.glob(f"{data.name}*"))


def _wide() -> list[str]:
    """A start of a command line under which pytest does not cut its reasons to the width of a terminal."""
    env = shutil.which("env")
    return [env, "COLUMNS=400"] if env else []


def project_python(root: str) -> str:
    """The Python of the project's own environment, else the one on PATH, else this one."""
    own = next((str(Path(root, name)) for name in ENVIRONMENTS if Path(root, name).exists()), None)
    return own or shutil.which("python") or sys.executable


def _result(done: Completed, root: str, python: str, data: list[Path]) -> TestRun:
    output = done.stdout.decode(errors="replace")
    errors = done.stderr.decode(errors="replace")
    if "No module named pytest" in errors + output:
        raise EvidenceUnavailable(
            f"pytest is not installed for {python}", code="missing", hint="install it in the project's .venv"
        )
    counts = _counts(output)
    if done.code == NO_TESTS_COLLECTED and not counts:
        raise EvidenceUnavailable("pytest found no tests to run", code="no-tests")
    if done.code < 0 or (done.code in COULD_NOT_RUN and not counts) or not counts:
        words = (errors.strip() or output.strip()).splitlines() or [f"ended with code {done.code}"]
        raise EvidenceUnavailable(f"the tests could not be run: {words[-1][:200]}", code="crashed")
    failed = counts.get("failed", 0) + counts.get("error", 0)
    measures = {
        "tests.passed": float(counts.get("passed", 0)),
        "tests.failed": float(failed),
        "tests.run_skipped": float(counts.get("skipped", 0)),
    }
    found = tuple(_failure(match, root) for match in FAILED.finditer(output))
    return TestRun(measures, found, data)


def _counts(output: str) -> dict[str, int]:
    """The numbers in pytest's last line that has any."""
    for line in reversed(output.splitlines()):
        found = OUTCOME.findall(line)
        if found and re.search(r" in [\d.]+s", line):
            return {name.removesuffix("s") if name == "errors" else name: int(count) for count, name in found}
    return {}


def _failure(match: re.Match[str], root: str) -> tuple[str, RawFinding]:
    kind, node, why = match.group(1), match.group(2), (match.group(3) or "").strip()
    path, _, inner = node.partition("::")
    line, quote = _place(root, path, inner)
    verb = "fails" if kind == "FAILED" else "cannot be run"
    return path, RawFinding(
        rule="failing-test",
        message=f"The test {node} {verb}" + (f": {why[:200]}" if why else ""),
        severity="high",
        confidence=1.0,
        category="coverage",
        line=line,
        function=re.sub(r"\[.*", "", inner, flags=re.DOTALL).replace("::", "."),
        quote=quote,
        family="failing-test",
        suggestion="Find out whether the code or the test is wrong, and mend that one.",
    )


def _place(root: str, path: str, inner: str) -> tuple[int, str]:
    """The line of the test's `def`, 0 when it is not found there."""
    name = re.sub(r"\[.*", "", inner, flags=re.DOTALL).rpartition("::")[2]
    try:
        lines = read_text_below(root, path).splitlines()
    except OSError:
        return 0, ""
    wanted = re.compile(rf"\s*(?:async\s+)?def\s+{re.escape(name)}\b")
    found = next((number for number, line in enumerate(lines, 1) if name and wanted.match(line)), 0)
    return found, lines[found - 1].strip()[:200] if found else ""
