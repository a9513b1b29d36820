"""Run a plan."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace

from ...domain.budget.limits import BudgetLimits, narrowed
from ...domain.errors import BudgetExceeded, StorageError, UnknownName, UserError
from ...domain.events.events import GateChecked, RunFinished, RunStarted
from ...domain.evidence.severity import Severity
from ...domain.memory.outcome import StepOutcome
from ...domain.orchestration.health import Health
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunStatus
from ...domain.ports.run_journal import RunJournal
from ...domain.ports.workspace import Workspace
from ...domain.workspace.files import WorkspaceSnapshot
from ..models.budget import check_limits
from ..orchestrators.patterns import pattern_named
from ..orchestrators.patterns.base import Stage
from ..services.agent_runner import AgentRunner
from ..services.bench import BenchBuilder
from ..services.crew import Crew, Surroundings
from ..services.outcomes import OutcomeMemory
from ..services.reporting import Reporter, Standards

NO_LIMITS = BudgetLimits()


@dataclass(frozen=True, slots=True)
class RunTaskRequest:
    """A plan, and what it is held against.

    `baseline` are fingerprints that are known already, `fail_on` is the severity from which a finding fails the run
    (None: as set). `budget` bounds this run; `accounts` are names of open budgets that it shares with others.
    """

    plan: ExecutionPlan
    baseline: frozenset[str] = frozenset()
    fail_on: Severity | None = None
    budget: BudgetLimits = NO_LIMITS
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds where a request says nothing: what may be spent, and the severity that fails a run."""

    limits: BudgetLimits = NO_LIMITS
    fail_on: Severity | None = None


USUAL = Usual()
REPORT_SECONDS = 0.4
"""What a cancelled run may take to merge what it has; Ctrl-C is answered within a second."""
RECENT = 100
"""Runs among which the previous one of the same folder and task is looked for."""


class RunTask:
    """Runs a plan and holds its result against the gates.

    - The run is in the journal before its first agent starts, and each agent's result before the run goes on.
    - A plan that cannot run (unknown pattern or agent, wrong number of agents) is refused before anything is written.
    - A model is only called when what the call may cost is left in the run's budget; what was refused is recorded.
    - One agent's failure is a failed result, never the end of the others, unless the pattern says so.
    - A cancelled run keeps what was found and says cancelled; the cancellation then goes on to the caller.
    - A journal that fails half-way does not take the result along: the record says so in its `error`.
    - What each step took is remembered for the estimates of later plans.
    """

    def __init__(
        self,
        *,
        workspace: Workspace,
        journal: RunJournal,
        agents: AgentRunner,
        benches: BenchBuilder,
        reporter: Reporter,
        outcomes: OutcomeMemory,
        around: Surroundings,
        usual: Usual = USUAL,
    ) -> None:
        self._workspace = workspace
        self._journal = journal
        self._agents = agents
        self._benches = benches
        self._reporter = reporter
        self._outcomes = outcomes
        self._around = around
        self._usual = usual

    async def execute(self, request: RunTaskRequest) -> RunRecord:
        """The finished run; raises UnknownName, UserError, WorkspaceError, or StorageError before it starts."""
        limits = self._limits(request)
        self._refuse_what_cannot_run(request.plan)
        _refuse_what_must_cost_too_much(request.plan, limits)
        snapshot = await self._workspace.scan(request.plan.root, request.plan.since)
        plan = replace(request.plan, root=snapshot.root)  # a plan may say ".", a kept run must say where
        standards = await self._standards(request, plan)
        run = RunRecord(self._around.ids.new("run"), plan, RunStatus.RUNNING, self._around.clock.now())
        bench = await self._benches.build(run.id, plan, snapshot, (run.id, *request.accounts))
        crew = Crew(run, bench, self._agents, self._journal, self._around)
        budget = self._around.budgets.open(run.id, limits)
        try:
            await self._journal.create(run)
            self._around.bus.publish(RunStarted(run.id, plan))
            results = await pattern_named(plan.pattern).execute(
                plan.agents, Stage(crew.step, crew.send, plan.max_concurrency)
            )
            run = await self._complete(run, results, snapshot, standards, crew)
        except asyncio.CancelledError:
            await self._cancelled(run, crew, snapshot, standards)
            raise
        except BaseException as error:
            await self._finish(
                replace(run, status=RunStatus.FAILED, error=f"{type(error).__name__}: {error}")
            )
            raise
        finally:
            budget.close()
            await bench.desk.close()
        return run

    def _limits(self, request: RunTaskRequest) -> BudgetLimits:
        limits = narrowed(self._usual.limits, request.budget)
        check_limits("of the run", limits)
        return limits

    async def _standards(self, request: RunTaskRequest, plan: ExecutionPlan) -> Standards:
        fail_on = request.fail_on or self._usual.fail_on
        return Standards(request.baseline, fail_on, await self._previous(plan))

    def _refuse_what_cannot_run(self, plan: ExecutionPlan) -> None:
        pattern_named(plan.pattern).arity.refuse(len(plan.agents), plan.pattern)
        if plan.max_concurrency < 1:
            hint = "write 1 or more"
            raise UserError(f"max_concurrency is {plan.max_concurrency}", code="concurrency", hint=hint)
        names = [agent.agent for agent in plan.agents]
        for name in names:
            if name not in self._agents.known:
                raise UnknownName.of("agent", name, self._agents.known)
            if names.count(name) > 1:
                raise UserError(f"agent {name!r} stands twice in the plan", code="twice", hint="name it once")
        self._agents.refuse_without_models(plan.agents)

    async def _previous(self, plan: ExecutionPlan) -> Health | None:
        """The health that the last completed run of the same task on the same folder measured."""
        with suppress(
            StorageError
        ):  # a trend is a help: an old record that cannot be read must not stop a new run
            earlier = await self._journal.list(RECENT, RunStatus.COMPLETED)
            last = next((run.id for run in earlier if run.root == plan.root and run.task == plan.task), None)
            run = await self._journal.load(last) if last else None
            return run.report.health if run and run.report else None
        return None

    async def _complete(
        self,
        run: RunRecord,
        results: tuple[AgentResult, ...],
        snapshot: WorkspaceSnapshot,
        standards: Standards,
        crew: Crew,
    ) -> RunRecord:
        report = await self._reporter.report(run.plan, snapshot, results, standards)
        for gate in report.gates:
            self._around.bus.publish(GateChecked(run.id, gate))
        planned = {
            agent.agent: agent.model for agent in run.plan.agents
        }  # who answers may call itself otherwise
        await self._outcomes.remember(
            [
                StepOutcome(r.agent, planned[r.agent], snapshot.facts.code_lines, r.usage.total, r.duration)
                for r in crew.steps
                if r.status is AgentStatus.COMPLETED
            ]
        )
        error = "; ".join(dict.fromkeys(crew.problems))
        return await self._finish(
            replace(run, status=RunStatus.COMPLETED, agents=results, report=report, error=error)
        )

    async def _cancelled(
        self, run: RunRecord, crew: Crew, snapshot: WorkspaceSnapshot, standards: Standards
    ) -> None:
        """Keep what there is; the report is made if that is quick."""
        results = crew.results()
        report = None
        try:
            async with asyncio.timeout(REPORT_SECONDS):
                report = await self._reporter.report(run.plan, snapshot, results, standards)
        except TimeoutError:
            report = None
        await self._finish(replace(run, status=RunStatus.CANCELLED, agents=results, report=report))

    async def _finish(self, run: RunRecord) -> RunRecord:
        run = replace(run, finished_at=self._around.clock.now())
        try:
            await self._journal.finish(run)
        except StorageError as error:
            run = replace(run, error=f"{run.error}; {error}".removeprefix("; "))
        self._around.bus.publish(RunFinished(run.id, run.status, run.duration or 0.0))
        return run


def _refuse_what_must_cost_too_much(plan: ExecutionPlan, limits: BudgetLimits) -> None:
    """Before anything is called: the lower end of the estimate must fit, and there must be a price."""
    if limits.usd is None:
        return
    if plan.estimate.cost is None:
        if limits.allow_unpriced:
            return
        models = ", ".join(sorted({agent.model for agent in plan.agents}))
        raise BudgetExceeded(
            f"{models} has no known price, so a budget of ${limits.usd} cannot be kept",
            hint="leave the budget away, give the model a price, allow unpriced models, or use another model",
        )
    least = plan.estimate.cost[0]
    if least > limits.usd:
        raise BudgetExceeded(
            f"the plan costs ${least:.4f} at least, more than the budget of ${limits.usd}",
            details={"estimate": str(least), "budget": str(limits.usd)},
            hint="raise the budget, or name fewer agents",
        )
