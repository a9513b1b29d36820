"""Port: a tool that looks at a workspace and reports what it saw."""

from __future__ import annotations

from typing import Protocol

from ..evidence.report import EvidenceReport, ToolProfile
from ..workspace.files import WorkspaceSnapshot


class EvidenceTool(Protocol):
    """One tool on real code; deterministic for the same files."""

    @property
    def profile(self) -> ToolProfile:
        """Name, title, categories and languages of the tool."""
        ...

    async def gather(
        self, snapshot: WorkspaceSnapshot, granted: frozenset[str] = frozenset()
    ) -> EvidenceReport:
        """Look at the snapshot's files; `granted` are permissions beyond reading ("run-tests").

        Never raises for a tool that is missing, crashes, times out or prints nonsense: the report's status
        says `failed` and its reason why. Nothing to look at is `no-input`. Cancelling ends its processes.
        """
        ...
