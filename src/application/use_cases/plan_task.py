"""Plan a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...domain.orchestration.gates import Gate
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.ports.workspace import Workspace
from ..orchestrators.meta import MetaOrchestrator, Wishes


@dataclass(frozen=True, slots=True)
class PlanTaskRequest:
    """A task for the folder `root`; what is left empty is the planner's choice."""

    task: str
    root: str = "."
    since: str | None = None
    pattern: str | None = None
    agents: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    granted: frozenset[str] = frozenset()
    context: Mapping[str, str] = field(default_factory=dict)
    use_history: bool = True


class PlanTask:
    """Says who would do a task, how, and what it would take.

    - Planning never calls a model and never spends money.
    - An empty task, and names that nobody has, are refused before anything is read.
    - Every plan that is given out can run.
    - What nobody in the team can do is named in the plan.
    """

    def __init__(self, workspace: Workspace, meta: MetaOrchestrator) -> None:
        self._workspace = workspace
        self._meta = meta

    async def execute(self, request: PlanTaskRequest) -> ExecutionPlan:
        """The plan; raises InvalidTask, UnknownName, WorkspaceError or UserError."""
        self._meta.analyze_task(request.task)
        wishes = Wishes(
            agents=request.agents,
            pattern=request.pattern,
            gates=request.gates,
            since=request.since,
            granted=request.granted,
            use_history=request.use_history,
        )
        self._meta.check_names(wishes)
        snapshot = await self._workspace.scan(request.root, request.since)
        return await self._meta.analyze_and_compose(request.task, snapshot, request.context, wishes)
