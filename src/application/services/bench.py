"""What the agents of one run share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...domain.orchestration.approvals import Approvals
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import RunRecord
from ...domain.ports.clock import Clock
from ...domain.ports.evidence_tool import EvidenceTool
from ...domain.ports.secret_masker import SecretMasker
from ...domain.ports.workspace import Workspace
from ...domain.workspace.document import DocumentSnapshot
from ...domain.workspace.files import WorkspaceSnapshot
from ..flow.flow import Flow
from .agent_tools import AgentTools
from .citations import CitationDesk
from .document_cache import DocumentCache
from .evidence_desk import EvidenceDesk
from .run_files import RunFiles

NOBODY_ASKS = Approvals()


@dataclass(frozen=True, slots=True)
class Bench:
    """One run's evidence, tools, and the document that it is about when the task names exactly one file.

    `accounts` are the budgets that pay for it, `approvals` what a person wants to be asked about.
    """

    run_id: str
    plan: ExecutionPlan
    desk: EvidenceDesk
    document: DocumentSnapshot | None
    tools: AgentTools
    citations: CitationDesk
    accounts: tuple[str, ...] = ()
    approvals: Approvals = NOBODY_ASKS


class BenchBuilder:
    """Lays out a bench for each run."""

    def __init__(
        self, evidence_tools: Sequence[EvidenceTool], workspace: Workspace, masker: SecretMasker, clock: Clock
    ) -> None:
        self._evidence_tools = {tool.profile.name: tool for tool in evidence_tools}
        self._workspace = workspace
        self._masker = masker
        self._clock = clock

    async def build(
        self, run: RunRecord, snapshot: WorkspaceSnapshot, accounts: tuple[str, ...], flow: Flow
    ) -> Bench:
        """A bench on `snapshot`; nothing is looked at yet but the one document."""
        plan = run.plan
        desk = EvidenceDesk(self._evidence_tools, snapshot, plan.granted, self._masker, flow)
        profiles = [tool.profile for tool in self._evidence_tools.values()]
        files = RunFiles(self._workspace, snapshot, self._masker, DocumentCache(self._clock))
        tools = AgentTools(desk, profiles, files, self._masker)
        citations = CitationDesk(files, self._masker)
        document = await _document(plan, files)
        return Bench(run.id, plan, desk, document, tools, citations, accounts, run.terms.approvals)


async def _document(plan: ExecutionPlan, files: RunFiles) -> DocumentSnapshot | None:
    if len(plan.focus) != 1 or plan.focus[0] not in files.snapshot.by_path:
        return None
    return (await files.now(plan.focus[0])).document
