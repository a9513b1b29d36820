"""What the agents of one run share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...domain.orchestration.plan import ExecutionPlan
from ...domain.ports.evidence_tool import EvidenceTool
from ...domain.ports.secret_masker import SecretMasker
from ...domain.ports.workspace import Workspace
from ...domain.workspace.document import DocumentSnapshot
from ...domain.workspace.files import WorkspaceSnapshot
from .agent_tools import AgentTools
from .evidence_desk import EvidenceDesk


@dataclass(frozen=True, slots=True)
class Bench:
    """One run's evidence, tools, and the document that it is about when the task names exactly one file."""

    run_id: str
    plan: ExecutionPlan
    desk: EvidenceDesk
    document: DocumentSnapshot | None
    tools: AgentTools


class BenchBuilder:
    """Lays out a bench for each run."""

    def __init__(
        self, evidence_tools: Sequence[EvidenceTool], workspace: Workspace, masker: SecretMasker
    ) -> None:
        self._evidence_tools = {tool.profile.name: tool for tool in evidence_tools}
        self._workspace = workspace
        self._masker = masker

    async def build(self, run_id: str, plan: ExecutionPlan, snapshot: WorkspaceSnapshot) -> Bench:
        """A bench on `snapshot`; nothing is looked at yet but the one document."""
        desk = EvidenceDesk(self._evidence_tools, snapshot, plan.granted, self._masker)
        profiles = [tool.profile for tool in self._evidence_tools.values()]
        tools = AgentTools(desk, profiles, self._workspace, snapshot, self._masker)
        return Bench(run_id, plan, desk, await self._document(plan, snapshot), tools)

    async def _document(self, plan: ExecutionPlan, snapshot: WorkspaceSnapshot) -> DocumentSnapshot | None:
        if len(plan.focus) != 1 or plan.focus[0] not in snapshot.by_path:
            return None
        document = await self._workspace.read(snapshot.root, plan.focus[0])
        return replace(document, content=self._masker.mask(document.content, document.path))
