"""Workflows that tests are about, and an engine whose runs are durable but do nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from muster.application.orchestrators.meta import MetaOrchestrator
from muster.application.orchestrators.stage_plans import StagePlans
from muster.application.orchestrators.workflow import StageOrder, WorkflowRunner
from muster.domain.evidence.report import EvidenceReport
from muster.domain.evidence.severity import Severity
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.domain.orchestration.health import health_of
from muster.domain.orchestration.plan import ExecutionPlan
from muster.domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunReport, RunStatus, Verdict
from muster.domain.ports.workflow_store import WorkflowStore
from muster.domain.workflows.state import StageRecord, WorkflowLine, WorkflowState
from muster.domain.workflows.workflow import Workflow, WorkflowInput, WorkflowStage
from muster.domain.workspace.files import RepositoryFacts
from tests.fakes.builders import ARRANGER, JUDGE, finding, plan, template
from tests.fakes.clock import FakeClock
from tests.fakes.workspace import FakeWorkspace

BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def stage(known_as: str, **given: object) -> WorkflowStage:
    """A stage of one agent."""
    values = {"title": known_as.title(), "task": f"do {known_as}", "agents": ("worker",), **given}
    return WorkflowStage(known_as, **values)  # type: ignore[arg-type]


def workflow(*stages: WorkflowStage, inputs: Sequence[WorkflowInput] = (), name: str = "flow") -> Workflow:
    """A workflow of these stages."""
    return Workflow(name, "A flow", "shows how it goes", stages, tuple(inputs))


def state_of(
    flow: Workflow, inputs: Mapping[str, str] | None = None, known_as: str = "flow-01"
) -> WorkflowState:
    """A workflow that was just begun."""
    records = tuple(StageRecord(each.id) for each in flow.stages)
    return WorkflowState(known_as, flow, dict(inputs or {}), "/project", BEGAN, records)


def run_of(
    order: ExecutionPlan | None = None,
    verdict: Verdict | None = Verdict.PASSED,
    *,
    known_as: str = "run-01",
    severities: Sequence[Severity] = (),
    measures: Mapping[str, float] | None = None,
    summary: str = "All is well.",
    status: RunStatus = RunStatus.COMPLETED,
    agent: AgentStatus = AgentStatus.COMPLETED,
    evidence: Sequence[EvidenceReport] = (),
    error: str = "",
    cost: Decimal | None = Decimal("0.01"),
) -> RunRecord:
    """A run that is over; without a verdict it has no report."""
    found = tuple(finding(f"R{n}", line=n, severity=severity) for n, severity in enumerate(severities, 1))
    result = AgentResult(
        "worker", agent, summary, found, tuple(evidence), usage=Usage(10, 5), cost=cost, duration=2.0
    )
    report = None
    if verdict is not None:
        facts = RepositoryFacts(1, {"python": 10}, 0, is_git=False)
        report = RunReport(
            verdict, found, (), health_of(()), measures or {}, {}, (), facts, "1 of 1 agents finished.",
            model_used=False,
        )  # fmt: skip
    ended = BEGAN + timedelta(seconds=2)
    return RunRecord(known_as, order or plan("worker"), status, BEGAN, ended, (result,), report, error)


def no_planner(_tier: ModelTier | None) -> MetaOrchestrator:
    """For plans that nobody composes."""
    raise AssertionError("no planner is needed")


class PlainPlans(StagePlans):
    """Plans without a planner; stages need a model that is there when `judges`."""

    def __init__(self, *, judges: bool = False) -> None:
        model = JUDGE if judges else ARRANGER
        super().__init__(FakeWorkspace({}), no_planner, lambda _tier: model, [template("worker")])

    async def plan(self, state: WorkflowState, stage: WorkflowStage) -> ExecutionPlan:
        """A team of one."""
        return plan("worker", task=stage.task, root=state.root)


Outcome = RunRecord | Exception
Script = Callable[[str, int], Outcome]
"""script(stage, attempt): what becomes of it."""


@dataclass
class Engine:
    """Runs of stages by key: each is made once; asked for again it gives the same, as a durable run does."""

    script: Script = lambda _stage, _attempt: run_of()
    made: Counter[str] = field(default_factory=Counter)
    orders: list[StageOrder] = field(default_factory=list)
    kept: dict[str, Outcome] = field(default_factory=dict)

    async def __call__(self, order: StageOrder) -> RunRecord:
        """The run of the key."""
        self.orders.append(order)
        if order.key not in self.kept:
            _, name, attempt = order.key.split("/")
            outcome = self.script(name, int(attempt))
            if isinstance(outcome, RunRecord):
                outcome = replace(outcome, id=f"run-{name}-{attempt}")
            self.kept[order.key] = outcome
            self.made[name] += 1
        found = self.kept[order.key]
        if isinstance(found, Exception):
            raise found
        return found

    @property
    def stages(self) -> list[str]:
        """The stages in the order in which they were asked for."""
        return [order.key.split("/")[1] for order in self.orders]


class Crash(BaseException):
    """The process is gone."""


class CrashingStore(WorkflowStore):
    """A store whose process dies at the save number `at`, before or after it reached the disk."""

    def __init__(self, below: WorkflowStore, at: int, *, written: bool) -> None:
        self._below = below
        self._at = at
        self._written = written
        self.saves = 0

    async def save(self, state: WorkflowState) -> WorkflowState:
        """Keep it, or die."""
        self.saves += 1
        if self.saves == self._at and not self._written:
            raise Crash
        kept = await self._below.save(state)
        if self.saves == self._at:
            raise Crash
        return kept

    async def load(self, workflow_id: str) -> WorkflowState | None:
        """What is on the disk."""
        return await self._below.load(workflow_id)

    async def list(self, limit: int = 20) -> tuple[WorkflowLine, ...]:
        """What is on the disk."""
        return await self._below.list(limit)


def runner(store: WorkflowStore, engine: Engine, *, judges: bool = False) -> WorkflowRunner:
    """A runner in front of the engine."""
    return WorkflowRunner(store, PlainPlans(judges=judges), engine, FakeClock())
