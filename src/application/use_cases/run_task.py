"""Run a plan."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.budget.limits import BudgetLimits, narrowed
from ...domain.errors import BudgetExceeded, StorageError, UserError
from ...domain.evidence.severity import Severity
from ...domain.orchestration.approvals import Approvals, DoubtPolicy
from ...domain.orchestration.escalation import Escalation
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import NOT_AT_ALL, RunRecord, RunStatus, RunTerms
from ...domain.ports.clock import Clock
from ...domain.ports.ids import Ids
from ...domain.ports.run_journal import RunJournal
from ..models.budget import check_limits
from ..services.run_driver import RunDriver

NO_LIMITS = BudgetLimits()
NOBODY_ASKS = Approvals()


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is driven.

    `approvals` are what a person wants to be asked about, `in_doubt` what becomes of steps that a crash left in doubt.
    With an `idempotency_key` the same run is begun once, however often it is asked for. `escalation` says how far a
    failure is followed up. Without `memory` the run is as if there had been none before it, and later ones do not know
    of its findings.
    """

    approvals: Approvals = NOBODY_ASKS
    in_doubt: DoubtPolicy = DoubtPolicy.ASK
    idempotency_key: str = ""
    escalation: Escalation = NOT_AT_ALL
    memory: bool = True


OPTIONS = RunOptions()


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
    options: RunOptions = OPTIONS


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds where a request says nothing: what may be spent, and the severity that fails a run."""

    limits: BudgetLimits = NO_LIMITS
    fail_on: Severity | None = None


USUAL = Usual()


class RunTask:
    """Runs a plan and holds its result against the gates.

    - The run is in the journal before its first agent starts; what an agent, a model or a tool gave is recorded before
      the run goes on.
    - A plan that cannot run (unknown pattern or agent, wrong number of agents) is refused before anything is written.
    - A model is only called when what the call may cost is left in the run's budget; what was refused is recorded.
    - One agent's failure is a failed result, never the end of the others, unless the pattern says so.
    - A cancelled run keeps what was found and says cancelled; the cancellation then goes on to the caller.
    - A run that only waits for a person, a signal or a time is put aside: it says waiting, and holds nothing.
    - A journal that fails half-way does not take the result along: the record says so in its `error`.
    - An idempotency key that was used before gives the run that it began: finished, or taken up where it stands.
    - What the run came to, and what each step took, is remembered for later plans.
    """

    def __init__(
        self, driver: RunDriver, journal: RunJournal, ids: Ids, clock: Clock, usual: Usual = USUAL
    ) -> None:
        self._driver = driver
        self._journal = journal
        self._ids = ids
        self._clock = clock
        self._usual = usual

    async def execute(self, request: RunTaskRequest) -> RunRecord:
        """The run when it has ended or waits; raises UnknownName, UserError, WorkspaceError, or StorageError.

        RunBusy is raised for a key whose run is at work in another process.
        """
        limits, options = self._limits(request), request.options
        self._driver.refuse_what_cannot_run(request.plan)
        _refuse_what_must_cost_too_much(request.plan, limits)
        fail_on = request.fail_on or self._usual.fail_on
        terms = RunTerms(
            request.baseline, fail_on, limits, options.approvals, options.in_doubt, options.escalation,
            options.memory,
        )  # fmt: skip
        run = RunRecord(
            self._ids.new("run"),
            request.plan,
            RunStatus.RUNNING,
            self._clock.now(),
            terms=terms,
            idempotency_key=options.idempotency_key,
        )
        known = await self._known(options.idempotency_key)
        if known is not None:
            _refuse_another(known, request.plan, options.idempotency_key)
            return await self._again(known, request.accounts)
        try:
            return await self._driver.begin(run, request.accounts)
        except StorageError as error:
            known = await self._known(options.idempotency_key) if error.code == "storage-taken" else None
            if known is None or known.id == run.id:
                raise
        return await self._again(known, request.accounts)  # another process was faster by a moment

    async def _known(self, key: str) -> RunRecord | None:
        """The run that was begun with `key`."""
        found = await self._journal.keyed(key) if key else None
        return await self._journal.load(found) if found else None

    async def _again(self, run: RunRecord, accounts: tuple[str, ...]) -> RunRecord:
        return await self._driver.take_up(run, accounts) if run.status.is_open else run

    def _limits(self, request: RunTaskRequest) -> BudgetLimits:
        limits = narrowed(self._usual.limits, request.budget)
        check_limits("of the run", limits)
        return limits


def _refuse_another(known: RunRecord, plan: ExecutionPlan, key: str) -> None:
    """Raise UserError when `key` stands for another task or another team."""
    then, now = ((one.task, one.pattern, [agent.agent for agent in one.agents]) for one in (known.plan, plan))
    if then != now:
        raise UserError(
            f"the key {key!r} stands for run {known.id!r}, which has another task or team: {known.plan.task!r}",
            code="key-taken",
            hint="use another key",
        )


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
