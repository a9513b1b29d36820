"""One run's evidence: each tool looks once, however many agents ask."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...domain.errors import UnknownName
from ...domain.evidence.finding import Finding, identify, sort_key
from ...domain.evidence.report import EvidenceReport, EvidenceStatus
from ...domain.evidence.severity import Severity
from ...domain.ports.evidence_tool import EvidenceTool
from ...domain.ports.secret_masker import SecretMasker
from ...domain.workspace.files import WorkspaceSnapshot
from ..flow.codec import Codec
from ..flow.flow import Flow

REPORT: Codec[EvidenceReport] = Codec(EvidenceReport)
DENIED = "it is run when a person says yes, and nobody did"
SHOWN = 40
"""Findings that a model is shown a tool; the rest it is told the number of."""


class EvidenceDesk:
    """Runs evidence tools on one snapshot and keeps their reports; secrets end here."""

    def __init__(
        self,
        tools: Mapping[str, EvidenceTool],
        snapshot: WorkspaceSnapshot,
        granted: frozenset[str],
        masker: SecretMasker,
        flow: Flow | None = None,
    ) -> None:
        """With a `flow` each report is a step of it: a run that goes on has what was gathered before."""
        self._tools = tools
        self._snapshot = snapshot
        self._granted = granted
        self._masker = masker
        self._flow = flow
        self._asked: dict[str, asyncio.Task[EvidenceReport]] = {}
        self._recorded: dict[str, EvidenceReport] = {}

    async def ask(self, name: str) -> EvidenceReport:
        """The report of tool `name`; a second asker waits for the first one's answer.

        One asker who gives up does not take the answer from the others.
        """
        if name not in self._tools:
            raise UnknownName.of("evidence tool", name, self._tools)
        task = self._asked.get(name)
        if task is None or task.cancelled():
            task = asyncio.create_task(self._report(name), name=f"evidence:{name}")
            self._asked[name] = task
        return await asyncio.shield(task)

    async def complete(self, names: Sequence[str]) -> None:
        """Ask those of the tools `names` that nobody has asked: what they measure costs nothing but time."""
        await asyncio.gather(*(self.ask(name) for name in names if name in self._tools))

    def answered(self, names: Sequence[str], on_request: Container[str] = ()) -> tuple[EvidenceReport, ...]:
        """The reports that are there, in the order of `names`; what the run had before it was broken off is there.

        Tools `on_request` are run when a person says yes: of those that are not there, a report says that none did.
        """
        there = ((name, self._here(name)) for name in names)
        return tuple(
            report or EvidenceReport(name, "", EvidenceStatus.FAILED, reason=DENIED)
            for name, report in there
            if report or (name in on_request and name in self._tools)
        )

    async def close(self) -> None:
        """End whatever still runs."""
        running = [task for task in self._asked.values() if not task.done()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _here(self, name: str) -> EvidenceReport | None:
        task = self._asked.get(name)
        if task and task.done() and not task.cancelled():
            return task.result()
        # An agent that has the tool's answer from the journal does not ask again, so nobody may have asked here.
        if name not in self._recorded and self._flow is not None:
            kept = self._flow.book.result(self._flow.name(_step(name)))
            if kept is not None:
                self._recorded[name] = REPORT.load(kept)
        return self._recorded.get(name)

    async def _report(self, name: str) -> EvidenceReport:
        if self._flow is None:
            return await self._gather(name)
        return await self._flow.step(_step(name), lambda: self._gather(name), REPORT)

    async def _gather(self, name: str) -> EvidenceReport:
        try:
            report = await self._tools[name].gather(self._snapshot, self._granted)
        except Exception as error:  # noqa: BLE001 – a tool of a host may break its promise never to raise
            reason = f"raised {type(error).__name__}: {error}"
            return EvidenceReport(name, "", EvidenceStatus.FAILED, reason=self._masker.mask(reason))
        findings = await asyncio.to_thread(lambda: identify(map(self._masked, report.findings)))
        return replace(report, findings=findings, reason=self._masker.mask(report.reason))

    def _masked(self, finding: Finding) -> Finding:
        """Before it gets its fingerprint, from which a weak password could be guessed."""
        quote = self._masker.mask(finding.quote, finding.location.path)
        return replace(finding, quote=quote, message=self._masker.mask(finding.message))


def _step(tool: str) -> str:
    return f"evidence/{tool}"


def digest(report: EvidenceReport) -> dict[str, Any]:
    """What a model is shown of a report: status, numbers, counts, and the worst findings."""
    counts = Counter(finding.severity.value for finding in report.findings)
    worst = sorted(report.findings, key=sort_key)[:SHOWN]
    return {
        "tool": report.tool,
        "version": report.version,
        "status": report.status.value,
        "reason": report.reason,
        "looked_at": report.looked_at,
        "measures": {name: round(value, 2) for name, value in report.measures.items()},
        "counts": {severity.value: counts[severity.value] for severity in Severity if counts[severity.value]},
        "findings": [_shown(finding) for finding in worst],
        "more": len(report.findings) - len(worst),
        "not_covered": len(report.not_covered),
    }


def _shown(finding: Finding) -> dict[str, Any]:
    return {
        "evidence": finding.fingerprint,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "confidence": finding.confidence,
        "place": f"{finding.location.path}:{finding.location.line}",
        "message": finding.message,
        "quote": finding.quote,
    }
