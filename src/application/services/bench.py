"""What the agents of one run share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...domain.orchestration.approvals import Approvals
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import RunRecord
from ...domain.ports.clock import Clock
from ...domain.ports.evidence_tool import EvidenceTool
from ...domain.ports.secret_masker import SecretMasker
from ...domain.workspace.document import DocumentSnapshot
from ...domain.workspace.files import WorkspaceSnapshot
from ...domain.workspace.transaction import NOBODY
from ..flow.durable_tools import Staging
from ..flow.flow import Flow
from ..turns.function_tool import FunctionTool
from .agent_tools import AgentTools, Watched, unwatched
from .citations import CitationDesk
from .document_cache import DocumentCache
from .edit_session import EditSession
from .edit_tools import EditTools
from .evidence_desk import EvidenceDesk
from .run_editing import Editing, RunEdits, Written
from .run_files import RunFiles

NOBODY_ASKS = Approvals()


@dataclass(frozen=True, slots=True)
class Bench:
    """One run's evidence, tools, and the document that it is about when the task names exactly one file.

    `accounts` are the budgets that pay for it, `approvals` what a person wants to be asked about.
    `edits` are those that the agents stage, `staging` how they are recorded, `hands` what they edit with; None where
    nothing may be changed.
    """

    run_id: str
    plan: ExecutionPlan
    desk: EvidenceDesk
    document: DocumentSnapshot | None
    tools: AgentTools
    citations: CitationDesk
    accounts: tuple[str, ...] = ()
    approvals: Approvals = NOBODY_ASKS
    edits: EditSession | None = None
    staging: Staging | None = None
    hands: Hands | None = None

    def of(self, step: str) -> Bench:
        """The bench as the agent of one step has it: what it reads and stages stands under the key of the step."""
        return self if self.hands is None else replace(self, tools=self.hands.tools(step))

    async def take_back(self, step: str) -> tuple[str, ...]:
        """Take back what the step has staged; the files that are without it now."""
        return () if self.hands is None else await self.hands.edits.take_back(step)


@dataclass(frozen=True, slots=True)
class Hands:
    """How agents edit: the tools of each step, and the edits that come of them."""

    tools: Callable[[str], AgentTools]
    edits: RunEdits


def unwatched_run(_run: str) -> Watched:
    """Tools as they are."""
    return unwatched


class BenchBuilder:
    """Lays out a bench for each run."""

    def __init__(
        self,
        evidence_tools: Sequence[EvidenceTool],
        own: Sequence[FunctionTool],
        editing: Editing,
        masker: SecretMasker,
        clock: Clock,
        watched: Callable[[str], Watched] = unwatched_run,
    ) -> None:
        """`own` are tools of the host, which agents may name like ours; `watched` goes around those of a run."""
        self._evidence_tools = {tool.profile.name: tool for tool in evidence_tools}
        self._own = {tool.spec.name: tool for tool in own}
        self._editing = editing
        self._masker = masker
        self._clock = clock
        self._watched = watched

    async def build(
        self, run: RunRecord, snapshot: WorkspaceSnapshot, accounts: tuple[str, ...], flow: Flow
    ) -> Bench:
        """A bench on `snapshot`; nothing is looked at yet but the one document."""
        plan = run.plan
        desk = self.desk(run, snapshot, flow)
        profiles = [tool.profile for tool in self._evidence_tools.values()]
        read = DocumentCache(self._clock)
        edits = self._editing.of_run(run, flow.book, read.invalidate)
        session = edits.session if edits else None
        seen = self._editing.seen_by(session) if session else self._editing.workspace
        files = RunFiles(seen, snapshot, self._masker, read, Written(session))

        watched = self._watched(run.id)

        def tools_of(step: str) -> AgentTools:
            if session is None:
                return AgentTools(desk, profiles, files, self._masker, self._own, watched)
            its = files.read_through(self._editing.seen_by(session, step))
            added = self._own | EditTools(session, self._masker, step).tools()
            return AgentTools(desk, profiles, its, self._masker, added, watched)

        tools = tools_of(NOBODY)
        citations = CitationDesk(files, self._masker)
        document = await _document(plan, files)
        return Bench(
            run.id, plan, desk, document, tools, citations, accounts, run.terms.approvals, session,
            edits.staging if edits else None, Hands(tools_of, edits) if edits else None,
        )  # fmt: skip

    def desk(self, run: RunRecord, snapshot: WorkspaceSnapshot, flow: Flow) -> EvidenceDesk:
        """The evidence tools before `snapshot`; what they report are steps of `flow`."""
        return EvidenceDesk(self._evidence_tools, snapshot, run.plan.granted, self._masker, flow)


async def _document(plan: ExecutionPlan, files: RunFiles) -> DocumentSnapshot | None:
    if len(plan.focus) != 1 or plan.focus[0] not in files.snapshot.by_path:
        return None
    return (await files.now(plan.focus[0])).document
