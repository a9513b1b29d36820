"""Muster inside another program: plan, run, listen, with adapters of one's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from .application.use_cases.list_agents import ListAgentsRequest
from .application.use_cases.list_runs import ListRunsRequest
from .application.use_cases.plan_check import CheckMode, PlanCheckRequest
from .application.use_cases.plan_task import PlanTaskRequest
from .application.use_cases.run_task import RunTaskRequest
from .application.use_cases.show_run import LAST, ShowRunRequest
from .domain.agents.template import AgentTemplate
from .domain.events.events import Envelope
from .domain.evidence.severity import Severity
from .domain.orchestration.gates import Gate
from .domain.orchestration.plan import ExecutionPlan
from .domain.orchestration.run import RunRecord, RunSummary
from .domain.ports.evidence_tool import EvidenceTool
from .domain.ports.language_model import LanguageModel
from .domain.ports.long_term_store import LongTermStore
from .domain.ports.run_journal import RunJournal

if TYPE_CHECKING:
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
        use_history: bool = True,
    ) -> ExecutionPlan:
        """Say who would do `task` in the folder `workspace` (None: the one that was opened), how, and what it takes.

        Raises UserError (an empty task, an unknown name, a missing folder) and ConfigurationError.
        """
        request = PlanTaskRequest(
            task,
            workspace or self.folder,
            since,
            pattern,
            tuple(agents),
            tuple(Gate.parse(f"{name}={value}") for name, value in (gates or {}).items()),
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
        baseline: Iterable[str] = (),
        fail_on: Severity | None = None,
    ) -> RunRecord:
        """Run a plan, or plan a task and run it; a `workspace` moves a plan to that folder.

        `budget_usd` refuses a plan whose estimate reaches higher, or that has no price, before anything is
        called. `baseline` are fingerprints of findings that are known already. A failed gate is a verdict in the
        record's report, not an exception.
        """
        if isinstance(plan, str):
            plan = await self.plan_task(plan, workspace)
        elif workspace is not None:
            plan = replace(plan, root=workspace)
        budget = None if budget_usd is None else Decimal(str(budget_usd))
        request = RunTaskRequest(plan, frozenset(baseline), fail_on, budget)
        return await self._container.run_task().execute(request)

    async def runs(self, limit: int = 20) -> tuple[RunSummary, ...]:
        """The newest runs first."""
        return await self._container.list_runs().execute(ListRunsRequest(limit))

    async def show_run(self, run_id: str = LAST) -> RunRecord:
        """One run as it was recorded."""
        return await self._container.show_run().execute(ShowRunRequest(run_id))

    async def agents(self) -> tuple[AgentTemplate, ...]:
        """Every agent that a team can be composed of."""
        return await self._container.list_agents().execute(ListAgentsRequest())

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
) -> AsyncIterator[Muster]:
    """Open Muster for the settings that hold in the folder `workspace`.

    `settings` win over environment and files. Adapters of your own take the place of ours; `agents` are added
    to the roster, the same id replacing a built-in one. Raises ConfigurationError.
    """
    from .container import close_container, open_container

    own: dict[str, object | None] = {
        "model": language_model,
        "store": long_term_store,
        "journal": run_journal,
        "evidence_tools": None if evidence_tools is None else tuple(evidence_tools),
        "added_agents": tuple(agents) or None,
    }
    chosen = {name: adapter for name, adapter in own.items() if adapter is not None}
    container = open_container(workspace, settings, adapters=chosen)
    try:
        yield Muster(container, workspace)
    finally:
        close_container(container)
