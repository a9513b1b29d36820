"""Evidence tools that do as they are told."""

from __future__ import annotations

import asyncio

import anyio

from muster.domain.evidence.finding import Finding
from muster.domain.evidence.report import EvidenceReport, EvidenceStatus, ToolProfile
from muster.domain.evidence.severity import Category
from muster.domain.ports.evidence_tool import EvidenceTool
from muster.domain.workspace.files import WorkspaceSnapshot


class FakeEvidence(EvidenceTool):
    """Reports `findings` after `seconds`; a `reason` makes it fail, `crash` makes it raise."""

    def __init__(
        self,
        name: str,
        *findings: Finding,
        seconds: float = 0.0,
        reason: str = "",
        crash: Exception | None = None,
    ) -> None:
        self.name = name
        self.findings = findings
        self.seconds = seconds
        self.reason = reason
        self.crash = crash
        self.gathered = 0
        self.cancelled = 0
        self.granted: frozenset[str] = frozenset()
        self.started = asyncio.Event()

    @property
    def profile(self) -> ToolProfile:
        """A tool of the categories security and quality that reads Python."""
        both = frozenset({Category.SECURITY, Category.QUALITY})
        return ToolProfile(self.name, self.name.title(), both, frozenset({"python"}))

    async def gather(
        self, snapshot: WorkspaceSnapshot, granted: frozenset[str] = frozenset()
    ) -> EvidenceReport:
        """Wait, then do as told."""
        self.gathered += 1
        self.granted = granted
        self.started.set()
        try:
            await anyio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.crash is not None:
            raise self.crash
        status = EvidenceStatus.FAILED if self.reason else EvidenceStatus.MEASURED
        return EvidenceReport(self.name, "1", status, self.findings, reason=self.reason, looked_at=1)
