"""Coverage: what the project's own tests are known to run, and, when it is granted, the tests themselves."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from ...domain.errors import EvidenceUnavailable
from ...domain.evidence.finding import Finding
from ...domain.evidence.report import EvidenceReport, EvidenceStatus, ToolProfile
from ...domain.evidence.severity import Category
from ...domain.ports.evidence_tool import EvidenceTool
from ...domain.workspace.files import NotCovered, WorkspaceSnapshot
from ...domain.workspace.languages import CODE
from .cache import EvidenceCache
from .cached_tool import CHANGED_MEANWHILE, changed_files
from .file_facts import RawFinding
from .measured_lines import Measured, newest_data, read_cobertura, read_lcov
from .process import Completed, ToolRunner
from .project_tests import ProjectTests, TestRun

PROGRAM = f"{__package__}.analysers.coverage_report"
RUN_TESTS = "run-tests"
NO_DATA = "no coverage data (.coverage, coverage.xml, lcov.info)"
LITTLE = 30.0
"""Percent of lines below which a module counts as not tested."""
WORTH_TESTING = 5
"""Statements from which a module is worth a finding."""
ENOUGH = 0.5
"""Share of the lines of code that the data must speak about to be called a measurement."""
DECLARATIONS = (".pyi", ".d.ts")
"""Files of which nothing ever runs."""
SLACK = 120.0
"""Seconds that a checkout may take to write files in any order."""
MAX_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class _Seen:
    """What one look gathered."""

    measured: Measured = field(default_factory=dict)
    not_covered: list[NotCovered] = field(default_factory=list)
    run: TestRun | None = None


class CoverageTool(EvidenceTool):
    """Reads data that is there; runs the project's tests only when "run-tests" was granted."""

    version = f"2+coverage{version('coverage')}"
    about = ToolProfile(
        name="coverage",
        title="line coverage of the project's tests",
        categories=frozenset({Category.COVERAGE}),
    )

    def __init__(self, runner: ToolRunner, cache: EvidenceCache, tests: ProjectTests | None = None) -> None:
        self._runner = runner
        self._cache = cache
        self._tests = tests or ProjectTests()

    @property
    def profile(self) -> ToolProfile:
        """Who this tool is."""
        return self.about

    async def gather(
        self, snapshot: WorkspaceSnapshot, granted: frozenset[str] = frozenset()
    ) -> EvidenceReport:
        """Look; see the port."""
        started = time.monotonic()
        try:
            seen = await (self._run(snapshot) if RUN_TESTS in granted else self._read(snapshot))
        except (EvidenceUnavailable, OSError) as error:
            reason = error.message if isinstance(error, EvidenceUnavailable) else f"cannot be read: {error}"
            return self._report(EvidenceStatus.FAILED, started, _Seen(), reason)
        if seen is None:
            return self._report(EvidenceStatus.NO_INPUT, started, _Seen(), NO_DATA)
        code = {path: lines for path, lines in seen.measured.items() if not snapshot.by_path[path].is_test}
        little = _weigh(snapshot, code, seen)
        if little and seen.run is None:
            return self._report(EvidenceStatus.NO_INPUT, started, replace(seen, measured={}), little)
        if little:
            seen.not_covered.append(NotCovered("", little))
            seen.measured, code = {}, {}
        findings = [
            _uncovered(path, *lines).at(path, self.about.name)
            for path, lines in code.items()
            if _is_weak(*lines)
        ]
        return self._report(EvidenceStatus.MEASURED, started, seen, findings=tuple(findings))

    async def _run(self, snapshot: WorkspaceSnapshot) -> _Seen:
        """Run the tests, and read what they covered; without coverage.py there, what was known before."""
        with tempfile.TemporaryDirectory(prefix="muster-tests-") as folder:
            run = await self._tests.run(snapshot.root, Path(folder))
            if run.data:
                seen = await self._read_own(snapshot, run.data)
            else:
                seen = await self._read(snapshot) or _Seen()
                seen.not_covered.append(
                    NotCovered("", "coverage: coverage.py is not in the project's environment")
                )
            seen.run = run
            return seen

    async def _read(self, snapshot: WorkspaceSnapshot) -> _Seen | None:
        data = await asyncio.to_thread(newest_data, snapshot.root)
        if data is None:
            return None
        if data.stat().st_size > MAX_BYTES:
            raise EvidenceUnavailable(f"{data.name} is larger than {MAX_BYTES >> 20} MB", code="too-large")
        if data.name == ".coverage":
            seen = await self._read_own(snapshot, [data])
        else:
            read = read_cobertura if data.suffix == ".xml" else read_lcov
            content = await asyncio.to_thread(data.read_bytes)
            known = frozenset(snapshot.by_path)
            seen = _Seen(await asyncio.to_thread(read, content, snapshot.root, known))
        stale = await asyncio.to_thread(_newer_files, data, snapshot.root, seen.measured)
        if stale:
            text = (
                f"coverage: the data is older than {stale} of the {len(seen.measured)} files it speaks about"
            )
            seen.not_covered.append(NotCovered(data.relative_to(snapshot.root).as_posix(), text))
        return seen

    async def _read_own(self, snapshot: WorkspaceSnapshot, data: list[Path]) -> _Seen:
        """Statements by coverage.py in a worker, for its data knows lines that ran, not those that can."""
        paths = sorted(file.path for file in snapshot.files if file.language in CODE)
        key = await asyncio.to_thread(_data_key, snapshot, data)
        tool = f"{self.about.name}@{self.version}"
        stored = (await asyncio.to_thread(self._cache.get_many, tool, [key])).get(key)
        changed: tuple[str, ...] = ()
        if stored is None:
            order = json.dumps({"root": snapshot.root, "data": [str(one) for one in data], "paths": paths})
            argv = [sys.executable, "-P", "-m", PROGRAM]
            stored = _printed(await self._runner.run(argv, cwd=snapshot.root, stdin=order.encode()))
            code = [snapshot.by_path[path] for path in paths]
            changed = await asyncio.to_thread(changed_files, snapshot.root, code)
            if not changed:
                await asyncio.to_thread(self._cache.put_many, tool, {key: stored})
        answer = json.loads(stored)
        answer["problems"] += [(path, CHANGED_MEANWHILE) for path in changed]
        problems = [NotCovered(path, f"coverage: {reason}") for path, reason in answer["problems"]]
        return _Seen({path: (lines[0], lines[1]) for path, lines in answer["files"].items()}, problems)

    def _report(
        self,
        status: EvidenceStatus,
        started: float,
        seen: _Seen,
        reason: str = "",
        findings: tuple[Finding, ...] = (),
    ) -> EvidenceReport:
        failures = [one.at(path, self.about.name) for path, one in (seen.run.failures if seen.run else ())]
        return EvidenceReport(
            tool=self.about.name,
            version=self.version,
            status=status,
            findings=(*failures, *findings),
            measures={**_totals(seen.measured), **(seen.run.measures if seen.run else {})},
            not_covered=tuple(seen.not_covered),
            reason=reason,
            looked_at=len(seen.measured),
            duration=time.monotonic() - started,
        )


def _printed(done: Completed) -> bytes:
    try:
        if done.code == 0 and "files" in json.loads(done.stdout):
            return done.stdout
    except ValueError as error:
        raise EvidenceUnavailable("the coverage reader printed what is not JSON", code="nonsense") from error
    words = done.stderr.decode(errors="replace").strip().splitlines() or [f"ended with code {done.code}"]
    raise EvidenceUnavailable(f"the coverage data cannot be read: {words[-1][:200]}", code="crashed")


def _data_key(snapshot: WorkspaceSnapshot, data: list[Path]) -> str:
    digest = hashlib.sha256(snapshot.root.encode("utf-8", "surrogateescape"))
    for one in data:
        digest.update(one.read_bytes())
    for file in sorted(snapshot.files, key=lambda one: one.path):
        if file.language in CODE or "/" not in file.path:  # settings of coverage.py lie in the root
            digest.update(f"\0{file.path}\0{file.digest}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _newer_files(data: Path, root: str, measured: Mapping[str, object]) -> int:
    limit = data.stat().st_mtime + SLACK
    return sum(Path(root, path).stat().st_mtime > limit for path in measured if Path(root, path).exists())


def _weigh(snapshot: WorkspaceSnapshot, code: Measured, seen: _Seen) -> str:
    """Why data about `code` measures nothing, "" when it does; what it leaves out is put into `seen`."""
    if not code:
        return "" if seen.run else "the coverage data speaks about no file of this project"
    languages = {snapshot.by_path[path].language for path in code}
    told = {one.path for one in seen.not_covered} - code.keys()
    expected = {
        file.path: file.lines
        for file in snapshot.files
        if file.language in languages
        and not (file.is_test or file.path.endswith(DECLARATIONS))
        and file.path not in told
    }
    there = {path: lines for path, lines in expected.items() if lines}
    spoken = sum(lines for path, lines in there.items() if path in code)
    share = spoken / (sum(there.values()) or 1)
    known = len(there.keys() & code.keys())
    if there and share < ENOUGH:
        return f"coverage data speaks about {known} of {len(there)} files"
    if known < len(there):
        lines = f"{int(100 * share)} % of the lines of code"
        text = f"coverage: the data speaks about {known} of {len(there)} files ({lines})"
        seen.not_covered.append(NotCovered("", text))
    return ""


def _totals(measured: Measured) -> dict[str, float]:
    lines = sum(statements for statements, _ in measured.values())
    covered = sum(ran for _, ran in measured.values())
    if not lines:
        return {}
    percent = round(100 * covered / lines, 1)
    return {"coverage.percent": percent, "coverage.lines": float(lines), "coverage.covered": float(covered)}


def _is_weak(statements: int, covered: int) -> bool:
    return statements >= WORTH_TESTING and 100 * covered / statements < LITTLE


def _uncovered(path: str, statements: int, covered: int) -> RawFinding:
    if covered:
        rule = "uncovered-module"
        message = f"Tests run {covered} of {statements} statements ({100 * covered / statements:.0f} %)"
    else:
        rule = "untested-module"
        message = f"No test runs any of its {statements} statements"
    return RawFinding(
        rule=rule,
        message=f"{message}: a change here breaks unseen",
        severity="medium",
        confidence=0.9,
        category="coverage",
        line=0,
        family="uncovered-module",
        suggestion=f"Begin with a test of the function in {path} that others call most.",
    )
