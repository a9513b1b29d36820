"""Workflows at work: stage after stage, each of them a durable run, with every change kept before the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from ...domain.budget.limits import BudgetLimits
from ...domain.errors import ConfigurationError, Fenced, MusterError, RunBusy, UserError
from ...domain.models.tier import ModelTier
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import RunRecord, RunStatus
from ...domain.ports.clock import Clock
from ...domain.ports.workflow_store import WorkflowStore
from ...domain.workflows.course import RunIt, SkipIt, begun, failed, left_of, next_step, settled, skipped
from ...domain.workflows.state import UNDER_WAY, StageRecord, StageStatus, WorkflowState, WorkflowStatus
from .stage_plans import StagePlans


@dataclass(frozen=True, slots=True)
class StageOrder:
    """One run of a stage: its plan, what it may spend, and the tier that its agents work on (None: their own).

    The run is begun once for each `key`: asked for again, it goes on, or its result is given again.
    """

    plan: ExecutionPlan
    key: str
    limits: BudgetLimits
    tier: ModelTier | None = None


RunStage = Callable[[StageOrder], Awaitable[RunRecord]]
"""Begins the run of a stage, or takes it up again."""
Watch = Callable[[WorkflowState, StageRecord], None]
"""Is told of each change of a stage, once it is kept."""


def nobody_watches(_state: WorkflowState, _record: StageRecord) -> None:
    """For who does not want to know."""


class WorkflowRunner:
    """Drives a workflow from wherever it stands to its end, or to where it waits for a person.

    - Each change of state is kept before the next thing is done; a crash loses none, and a completed stage is never
      run again: a stage that was under way goes on in the run that it had begun, by its key.
    - A stage that fails is tried again as often as it says, in a new run; then the rest is skipped, or goes on.
    - `always` stages run whatever happened, also after a cancellation.
    - A cancelled task leaves the stage under way; whoever resumes the workflow takes it up.
    """

    def __init__(self, store: WorkflowStore, plans: StagePlans, run: RunStage, clock: Clock) -> None:
        self._store = store
        self._plans = plans
        self._run = run
        self._clock = clock

    async def drive(self, state: WorkflowState, watch: Watch = nobody_watches) -> WorkflowState:
        """The state at the end, or where a stage waits; raises Fenced when another process has taken over."""
        while step := next_step(state, self._plans.lacking):
            match step:
                case SkipIt():
                    record = skipped(state.record(step.stage.id), step, self._clock.now())
                    state = await self._keep(state, record, watch)
                case RunIt():
                    state = await self._carry_out(state, step, watch)
                    if state.record(step.stage.id).status is StageStatus.WAITING:
                        return state
        return await self._finish(state)

    async def _carry_out(self, state: WorkflowState, step: RunIt, watch: Watch) -> WorkflowState:
        before = state.record(step.stage.id)
        record = begun(before, step.attempt, self._clock.now())
        if record != before:
            state = await self._keep(state, record, watch)
        plan: ExecutionPlan | None = None
        try:
            plan = await self._plans.plan(state, step.stage)
            order = StageOrder(
                plan,
                f"{state.id}/{step.stage.id}/{step.attempt}",
                left_of(state),
                step.stage.tier,
            )
            run = await self._run(order)
        except (Fenced, RunBusy):
            raise  # another process is at work on this very stage
        except Exception as error:
            if before.status in UNDER_WAY and isinstance(error, UserError | ConfigurationError):
                raise  # its run cannot go on as things are set now; that is no end of it
            reason = str(error) if isinstance(error, MusterError) else f"{type(error).__name__}: {error}"
            hopeless = plan is None and isinstance(error, UserError)  # as it would be again
            record = failed(step.stage, record, reason, self._clock.now(), hopeless=hopeless)
            return await self._keep(state, record, watch)
        if run.status is RunStatus.WAITING:
            words = "; ".join(wait.words for wait in run.waits)
            waiting = replace(record, status=StageStatus.WAITING, run_id=run.id, reason=words)
            return await self._keep(state, waiting, watch)
        return await self._keep(state, settled(step.stage, record, run, self._clock.now()), watch)

    async def _keep(self, state: WorkflowState, record: StageRecord, watch: Watch) -> WorkflowState:
        state = await self._store.save(state.with_record(record))
        watch(state, record)
        return state

    async def _finish(self, state: WorkflowState) -> WorkflowState:
        open_ = state.status is WorkflowStatus.OPEN
        status = WorkflowStatus.COMPLETED if open_ else state.status
        return await self._store.save(replace(state, status=status, finished_at=self._clock.now()))
