"""Which findings of earlier runs are gone: only where that is established, never because nobody mentioned them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ...domain.evidence.finding import Finding
from ...domain.evidence.finding_book import RememberedFinding
from ...domain.evidence.report import EvidenceReport
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.ports.workspace import Workspace
from ...domain.workspace.files import WorkspaceSnapshot

HIDDEN = ("****", "[REDACTED-")
"""Signs of a quote in which something was hidden before it was kept: it cannot be looked for."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a run has looked at, and the reports of its tools."""

    plan: ExecutionPlan
    snapshot: WorkspaceSnapshot
    reports: Sequence[EvidenceReport]

    def missed(self, path: str, reports: Sequence[EvidenceReport] = ()) -> bool:
        """Whether `path`, or a folder around it, was not covered by the scan or by one of `reports`."""
        places = [one.path for one in self.snapshot.not_covered]
        places += [one.path for report in reports for one in report.not_covered]
        return any(path == place or (place and path.startswith(f"{place}/")) for place in places)


@dataclass(frozen=True, slots=True)
class Standing:
    """Of what earlier runs have left open and this one did not find: what is gone, and what certainly still stands.

    `gone` are fingerprints; `still` are findings of models, at the line where their quote stands now.
    """

    gone: frozenset[str]
    still: tuple[Finding, ...]


class FindingCheck:
    """Looks for what earlier runs told.

    A finding is gone when its file is; when a tool that told it has measured the file now without telling it; or, told
    by models alone, when the line that it quotes stands nowhere in the file. While that line stands there the finding
    does, too: a model's silence says nothing. Nor does what is out of this run's scope, or what no tool looked at.
    """

    def __init__(self, workspace: Workspace, tools: Collection[str]) -> None:
        """`tools` are the names of all evidence tools: who else tells a finding is a model."""
        self._workspace = workspace
        self._tools = frozenset(tools)

    async def look(
        self, looked: Looked, remembered: Sequence[RememberedFinding], found: Collection[str]
    ) -> Standing:
        """How those stand that are not `found` (fingerprints)."""
        gone, still = list[str](), list[Finding]()
        for one in remembered:
            if one.finding.fingerprint not in found and self._in_scope(looked, one.finding):
                now = await self._now(looked, one.finding)
                if now is None:
                    gone.append(one.finding.fingerprint)
                elif now.location.line:
                    still.append(now)
        return Standing(frozenset(gone), tuple(still))

    def _in_scope(self, looked: Looked, finding: Finding) -> bool:
        path = finding.location.path
        return looked.snapshot.in_scope(path) and looked.plan.in_focus(path) and not looked.missed(path)

    async def _now(self, looked: Looked, finding: Finding) -> Finding | None:
        """The finding as it stands now; None when it is gone, without a line when nobody can say."""
        path, unknown = finding.location.path, replace(finding, location=replace(finding.location, line=0))
        if path and path not in looked.snapshot.by_path:
            return None
        tools = self._tools.intersection(finding.sources)
        if tools:
            measured = [one for one in looked.reports if one.tool in tools and one.measured]
            return None if measured and not looked.missed(path, measured) else unknown
        if not path or not finding.quote or any(sign in finding.quote for sign in HIDDEN):
            return unknown
        return await self._quoted(looked, finding)

    async def _quoted(self, looked: Looked, finding: Finding) -> Finding | None:
        """The finding at the line nearest to its old one that says what it quotes."""
        path, line = finding.location.path, finding.location.line
        numbers = frozenset(range(1, looked.snapshot.by_path[path].lines + 1))
        lines = await self._workspace.lines(looked.plan.root, path, numbers)
        places = [number for number, text in lines.items() if text.strip().startswith(finding.quote)]
        if not places:
            return None
        nearest = min(places, key=lambda number: (abs(number - line), number))
        return replace(finding, location=replace(finding.location, line=nearest))
