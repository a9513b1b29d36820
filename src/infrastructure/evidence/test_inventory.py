"""Tests that exist: how many, how many are skipped, and which of them check nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import PurePosixPath

from ...domain.evidence.finding import Finding
from ...domain.evidence.report import EvidenceReport, ToolProfile
from ...domain.evidence.severity import Category
from ...domain.workspace.files import SourceFile, WorkspaceSnapshot
from .cached_tool import Conclusion
from .file_facts import FileFacts, RawFinding
from .per_file import PerFileTool
from .project_root import is_project, is_unpacked_package

RUNNABLE = re.compile(r"test.*\.pyw?|.*_tests?\.pyw?")
ENOUGH = 100
"""Lines of code from which a project without any test is a risk of its own."""


class TestInventoryTool(PerFileTool):
    """Counts tests by their syntax; none of them is run."""

    __test__ = False

    analyser = "test_inventory"
    version = f"1+tree-sitter{version('tree-sitter')}"
    about = ToolProfile(
        name="test-inventory",
        title="tests, skipped tests and tests without assertions",
        categories=frozenset({Category.COVERAGE}),
        languages=frozenset({"python", "javascript", "typescript", "tsx", "go", "rust", "java"}),
    )

    def wants(self, file: SourceFile) -> bool:
        """All code it can read: what is no test is counted as the code that tests are for."""
        return file.language in self.about.languages and not file.path.endswith(".pyi")

    async def gather(
        self, snapshot: WorkspaceSnapshot, granted: frozenset[str] = frozenset()
    ) -> EvidenceReport:
        """Look, or remember, with the files that only test runners know taken for tests too; see the port."""
        files = tuple(_known_to_runners(file) for file in snapshot.files)
        return await super().gather(replace(snapshot, files=files), granted)

    def conclude(self, snapshot: WorkspaceSnapshot, facts: Mapping[str, FileFacts]) -> Conclusion:
        """Totals, and one finding when code has no tests at all."""
        facts = {path: _collected(path, snapshot.by_path[path], one) for path, one in facts.items()}
        counts = {path: one.measures.get("tests", 0.0) for path, one in facts.items()}
        tests = sum(counts.values())
        code = sum(one.measures["lines"] for path, one in facts.items() if not snapshot.by_path[path].is_test)
        measures = {
            "tests.count": tests,
            "tests.files": float(sum(count > 0 for count in counts.values())),
            "tests.skipped": sum(one.measures.get("skipped", 0.0) for one in facts.values()),
        }
        if code:
            measures["tests.per_kloc"] = round(1000 * tests / code, 1)
        findings = [raw.at(path, self.about.name) for path, one in facts.items() for raw in one.findings]
        if not tests and is_unpacked_package(snapshot):
            return Conclusion(
                (), {}, reason="an unpacked package: whether it has tests is not told by what it ships"
            )
        if not tests and code:
            findings.append(_no_tests(snapshot, code, self.about.name))
        return Conclusion(tuple(findings), measures)


def _known_to_runners(file: SourceFile) -> SourceFile:
    is_tests_module = PurePosixPath(file.path).name in {"tests.py", "test.py"}
    return replace(file, is_test=True) if is_tests_module else file


def _collected(path: str, file: SourceFile, facts: FileFacts) -> FileFacts:
    """Runners of Python tests look only into files of certain names; helpers beside them hold no tests."""
    if file.language != "python" or RUNNABLE.fullmatch(PurePosixPath(path).name):
        return facts
    return FileFacts(measures={"lines": facts.measures["lines"]})


def _no_tests(snapshot: WorkspaceSnapshot, code: float, tool: str) -> Finding:
    """High for a project; a folder that is only a part of one may have its tests elsewhere."""
    whole = is_project(snapshot) and code >= ENOUGH
    raw = RawFinding(
        rule="no-tests",
        message=f"There are no tests for {int(code):,} lines of code: nothing shows when one breaks",
        severity="high" if whole else "medium",
        confidence=1.0 if whole else 0.8,
        category="coverage",
        line=0,
        family="no-tests",
        suggestion="Begin with one test of the most important path through the code.",
    )
    return raw.at("", tool)
