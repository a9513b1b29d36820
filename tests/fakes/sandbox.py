"""A sandbox and tools whose words are scripted."""

from __future__ import annotations

from collections.abc import Mapping

from muster.domain.evidence.report import EvidenceReport
from muster.domain.ports.code_evidence import CodeEvidence
from muster.domain.ports.code_sandbox import USUAL, CodeSandbox
from muster.domain.sandbox.suite import Case, Isolation, Outcome, SandboxLimits, SandboxResult


def suite(*cases: tuple[str, str], reason: str = "", ran: bool = True, output: str = "") -> SandboxResult:
    """The run of a suite: the name of each test, and why it failed, "" when it passed."""
    ended = tuple(
        Case(name, Outcome.FAILED if why else Outcome.PASSED, why)
        for name, why in cases or (("test_it", ""),)
    )
    isolation = Isolation.NAMESPACE if ran else None
    return SandboxResult(
        not reason, reason, ended if ran else (), output, runner="pytest", isolation=isolation
    )


class ScriptedSandbox(CodeSandbox):
    """Says what it was told to, the last result again and again, and keeps the files that it was given."""

    def __init__(self, *results: SandboxResult) -> None:
        self._results = results or (suite(),)
        self.given: list[dict[str, str]] = []

    @property
    def runner(self) -> str:
        """It pretends."""
        return "pytest"

    async def run_tests(self, files: Mapping[str, str], limits: SandboxLimits = USUAL) -> SandboxResult:
        """The next result."""
        self.given.append(dict(files))
        return self._results[min(len(self.given), len(self._results)) - 1]


class ScriptedEvidence(CodeEvidence):
    """Finds what it was told to find, and keeps the files that it was given."""

    def __init__(self, *reports: EvidenceReport) -> None:
        self._reports = reports
        self.given: list[dict[str, str]] = []

    async def look_at(self, files: Mapping[str, str]) -> tuple[EvidenceReport, ...]:
        """The same reports every time."""
        self.given.append(dict(files))
        return self._reports
