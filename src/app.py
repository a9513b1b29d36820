"""Muster inside another program: plan, run, listen, with adapters of one's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from .application.models.budget import Budget
from .application.use_cases.answer_run import Answered, AnswerRunRequest
from .application.use_cases.ask_models import AskRequest, ModelAnswer
from .application.use_cases.cancel_run import Cancelled, CancelRunRequest
from .application.use_cases.diff_runs import DiffRunsRequest
from .application.use_cases.dismiss_finding import DismissFindingRequest
from .application.use_cases.finding_runs import LAST
from .application.use_cases.fork_run import ForkRunRequest
from .application.use_cases.list_agents import ListAgentsRequest
from .application.use_cases.list_findings import ListFindingsRequest, StandingFinding
from .application.use_cases.list_runs import ListRunsRequest
from .application.use_cases.plan_check import CheckMode, PlanCheckRequest
from .application.use_cases.plan_task import PlanTaskRequest
from .application.use_cases.resume_run import ResumeRunRequest
from .application.use_cases.run_task import OPTIONS, RunOptions, RunTaskRequest
from .application.use_cases.show_costs import CostReport, ShowCostsRequest
from .application.use_cases.show_run import ShowRunRequest
from .application.use_cases.watch_run import WatchRunRequest
from .domain.agents.template import AgentTemplate
from .domain.budget.limits import BudgetLimits, narrowed
from .domain.events.events import Envelope
from .domain.evidence.finding_book import FindingState, RememberedFinding
from .domain.evidence.severity import Severity
from .domain.journal.record import Record
from .domain.ledger.entry import Grouping
from .domain.models.info import ModelInfo
from .domain.models.registry import ModelRegistry
from .domain.models.tier import ModelTier
from .domain.orchestration.approvals import DoubtPolicy
from .domain.orchestration.gates import Gate
from .domain.orchestration.plan import ExecutionPlan
from .domain.orchestration.run import RunRecord, RunSummary
from .domain.orchestration.run_diff import RunDiff
from .domain.ports.evidence_tool import EvidenceTool
from .domain.ports.language_model import LanguageModel
from .domain.ports.long_term_store import LongTermStore
from .domain.ports.run_journal import RunJournal

if TYPE_CHECKING:
    from .application.models.executor import LLMExecutor
    from .application.turns.function_tool import FunctionTool
    from .container import Container


@dataclass(frozen=True, slots=True)
class Muster:
    """The use cases of one open Muster; made by `open_muster`, and good until its block ends."""

    _container: Container = field(repr=False)
    folder: str = "."

    async def plan_task(
        self,
        task: str,
        workspace: str | None = None,
        *,
        since: str | None = None,
        pattern: str | None = None,
        agents: Iterable[str] = (),
        gates: Mapping[str, float] | None = None,
        granted: Iterable[str] = (),
        use_history: bool = True,
    ) -> ExecutionPlan:
        """Say who would do `task` in the folder `workspace` (None: the one that was opened), how, and what it takes.

        `granted` are permissions beyond reading: "run-tests" runs the project's own tests, "write" lets agents stage
        edits, which are made together when the gates pass.
        Raises UserError (an empty task, an unknown name, a missing folder) and ConfigurationError.
        """
        request = PlanTaskRequest(
            task,
            workspace or self.folder,
            since,
            pattern,
            tuple(agents),
            tuple(Gate.parse(f"{name}={value}") for name, value in (gates or {}).items()),
            frozenset(granted),
            use_history=use_history,
        )
        return await self._container.plan_task().execute(request)

    async def plan_check(
        self, workspace: str | None = None, mode: CheckMode = CheckMode.WEEKLY, *, since: str | None = None
    ) -> ExecutionPlan:
        """The plan of a health check."""
        return await self._container.plan_check().execute(
            PlanCheckRequest(workspace or self.folder, mode, since)
        )

    async def run_task(
        self,
        plan: ExecutionPlan | str,
        workspace: str | None = None,
        *,
        budget_usd: float | None = None,
        budget: BudgetLimits | None = None,
        shared: Iterable[Budget] = (),
        baseline: Iterable[str] = (),
        fail_on: Severity | None = None,
        options: RunOptions = OPTIONS,
    ) -> RunRecord:
        """Run a plan, or plan a task and run it; a `workspace` moves a plan to that folder.

        `budget_usd` is short for a `budget` of dollars: a plan that must cost more, or that has no price, is
        refused before anything is called; later a call that could cost more than is left is not made, and recorded
        as refused. `shared` are budgets from `open_budget` that pay too. `baseline` are fingerprints of findings that
        are known already. A failed gate is a verdict in the record's report, not an exception.
        `options` say what a person is asked about (the run then ends as waiting, until it is answered and resumed), and
        under which key the same run is begun only once.
        """
        if isinstance(plan, str):
            plan = await self.plan_task(plan, workspace)
        elif workspace is not None:
            plan = replace(plan, root=workspace)
        limits = budget or BudgetLimits()
        if budget_usd is not None:
            limits = narrowed(limits, BudgetLimits(usd=Decimal(str(budget_usd))))
        names = tuple(account.name for account in shared)
        request = RunTaskRequest(plan, frozenset(baseline), fail_on, limits, names, options)
        return await self._container.run_task().execute(request)

    async def resume_run(
        self, run_id: str = LAST, in_doubt: DoubtPolicy | None = None, *, force: bool = False
    ) -> RunRecord:
        """Go on with a run that was interrupted, cancelled, has failed or waits; nothing is paid twice.

        A run that another process drives raises RunBusy; `force` takes it from that process all the same.
        """
        return await self._container.resume_run().execute(ResumeRunRequest(run_id, in_doubt, force))

    async def cancel_run(self, run_id: str = LAST, *, who: str = "") -> Cancelled:
        """Stop a run, whichever process drives it; what it has is kept, and it can be resumed."""
        return await self._container.cancel_run().execute(CancelRunRequest(run_id, who))

    async def answer_run(
        self, run_id: str = LAST, step: str = "", *, approved: bool = True, reason: str = "", who: str = ""
    ) -> Answered:
        """Say yes or no to what a run asks: everything, or the one `step`; then resume it."""
        request = AnswerRunRequest(run_id, step, approved, reason, who)
        return await self._container.answer_run().execute(request)

    async def fork_run(self, run_id: str, step: str, plan: ExecutionPlan | None = None) -> RunRecord:
        """A new run that has what `run_id` had before `step`, at no cost, and makes the rest anew."""
        return await self._container.fork_run().execute(ForkRunRequest(run_id, step, plan))

    async def diff_runs(self, first: str, second: str) -> RunDiff:
        """What is different between two runs."""
        return await self._container.diff_runs().execute(DiffRunsRequest(first, second))

    def watch_run(self, run_id: str = LAST, after: int = 0) -> AsyncIterator[Record]:
        """The records of a run from number `after` on, then each new one as it comes; ends with the run."""
        return self._container.watch_run().execute(WatchRunRequest(run_id, after))

    def open_budget(self, name: str, limits: BudgetLimits) -> Budget:
        """A budget that several runs share: `with app.open_budget("today", BudgetLimits(calls=10)) as today`.

        However many runs go on at once, together they never make a call that could exceed it.
        """
        return self._container.budgets().open(name, limits)

    async def runs(self, limit: int = 20) -> tuple[RunSummary, ...]:
        """The newest runs first."""
        return await self._container.list_runs().execute(ListRunsRequest(limit))

    async def show_run(self, run_id: str = LAST) -> RunRecord:
        """One run as it was recorded."""
        return await self._container.show_run().execute(ShowRunRequest(run_id))

    async def findings(
        self, workspace: str | None = None, states: Iterable[FindingState] = ()
    ) -> tuple[StandingFinding, ...]:
        """What runs have found in a folder, and whether it is new, known, fixed or dismissed."""
        request = ListFindingsRequest(self._place(workspace), tuple(states))
        return await self._container.list_findings().execute(request)

    async def dismiss_finding(
        self, fingerprint: str, workspace: str | None = None, *, why: str = "", undo: bool = False
    ) -> RememberedFinding:
        """Say why a finding does not count (or, with `undo`, that it does again): later runs leave it out."""
        request = DismissFindingRequest(self._place(workspace), fingerprint, why, undo)
        return await self._container.dismiss_finding().execute(request)

    def _place(self, workspace: str | None) -> str:
        """The absolute path of a folder."""
        from .container.paths import real_place

        return real_place(workspace or self.folder)

    async def agents(self) -> tuple[AgentTemplate, ...]:
        """Every agent that a team can be composed of."""
        return await self._container.list_agents().execute(ListAgentsRequest())

    @property
    def models(self) -> ModelRegistry:
        """Every model that is known, with its prices and limits."""
        return self._container.registry()

    @property
    def executor(self) -> LLMExecutor:
        """Single calls of a model by provider and tier, with retry, fallback, budgets and ledger around them."""
        return self._container.executor()

    async def ask(
        self,
        question: str,
        models: Iterable[str] = (),
        system: str = "",
        *,
        budget: BudgetLimits | None = None,
        shared: Iterable[Budget] = (),
    ) -> tuple[ModelAnswer, ...]:
        """The same question to each of `models` ("provider/id", a provider, a tier; none: the one that is set).

        Answers are in the order of asking; a model that fails is one of them. `budget` bounds all answers together,
        and `shared` are budgets from `open_budget` that pay too. Raises UserError, ConfigurationError.
        """
        names = tuple(account.name for account in shared)
        request = AskRequest(question, tuple(models), system, budget or BudgetLimits(), names)
        return await self._container.ask_models().execute(request)

    async def costs(self, by: Grouping = Grouping.MODEL, *, run_id: str = "") -> CostReport:
        """What was spent, by run, agent, model, tier or day; every attempt counts, the failed ones too."""
        return await self._container.show_costs().execute(ShowCostsRequest(by, run_id))

    async def events(self) -> AsyncIterator[Envelope]:
        """Every event from now on, in order; ends when the caller stops asking."""
        loop = asyncio.get_running_loop()
        arrived: asyncio.Queue[Envelope] = asyncio.Queue()

        def listen(envelope: Envelope) -> None:
            loop.call_soon_threadsafe(arrived.put_nowait, envelope)

        end = self._container.event_bus().subscribe(listen)
        try:
            while True:
                yield await arrived.get()
        finally:
            end()


@asynccontextmanager
async def open_muster(
    workspace: str = ".",
    *,
    settings: Mapping[str, object] | None = None,
    language_model: LanguageModel | None = None,
    long_term_store: LongTermStore | None = None,
    run_journal: RunJournal | None = None,
    evidence_tools: Iterable[EvidenceTool] | None = None,
    agents: Iterable[AgentTemplate] = (),
    tools: Iterable[FunctionTool] = (),
) -> AsyncIterator[Muster]:
    """Open Muster for the settings that hold in the folder `workspace`.

    `settings` win over environment and files. Adapters of your own take the place of ours; `agents` are added
    to the roster, the same id replacing a built-in one; `tools` may be named in agents' `tools`. Raises
    ConfigurationError.
    """
    from .container import close_container, close_models, open_container

    own: dict[str, object | None] = {
        "host_model": language_model,
        "raw_store": long_term_store,
        "raw_journal": run_journal,
        "evidence_tools": None if evidence_tools is None else tuple(evidence_tools),
        "added_agents": tuple(agents) or None,
        "host_tools": tuple(tools) or None,
    }
    chosen = {name: adapter for name, adapter in own.items() if adapter is not None}
    container = open_container(workspace, settings, adapters=chosen)
    try:
        yield Muster(container, workspace)
    finally:
        await close_models(container)
        close_container(container)


def get_model(provider: str, tier: ModelTier | str) -> ModelInfo | None:
    """The model of the catalogue that does the work of `tier` at `provider`; None when there is none."""
    from .container.models import default_registry

    return default_registry().get_model(provider, tier)


def get_model_by_id(model_id: str) -> ModelInfo | None:
    """The model of the catalogue called `provider/id` or `id`; None when there is none."""
    from .container.models import default_registry

    return default_registry().get_model_by_id(model_id)
