"""One drive of a run: from where it stands to its end, or to where it must wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal

from ...domain.budget.limits import Spending
from ...domain.errors import Fenced, StorageError
from ...domain.events.events import GateChecked, RunFinished, RunWaiting
from ...domain.journal.opened import OpenedRun
from ...domain.ledger.entry import REFUSED
from ...domain.memory.outcome import StepOutcome
from ...domain.memory.run_outcome import outcome_of
from ...domain.orchestration.decision import GateCheck
from ...domain.orchestration.health import Health
from ...domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunReport, RunStatus
from ...domain.ports.run_journal import RunJournal
from ...domain.ports.workspace import Workspace
from ...domain.workspace.files import WorkspaceSnapshot
from ..flow.attended import Attendant, Parked, Stopped
from ..flow.book import FlowBook
from ..flow.durable_model import spent_in
from ..flow.flow import Flow
from ..orchestrators.patterns import pattern_of
from ..orchestrators.patterns.base import Stage, Step
from .agent_runner import AgentRunner
from .bench import Bench, BenchBuilder
from .crew import Crew, Surroundings
from .edited_run import EditedRun, EditedScene
from .escalator import Escalator, Ladder
from .memories import Memories, RunsOwn
from .reporting import Reporter, Standards
from .run_editing import Editing
from .run_memory import borrowed_agents

log = logging.getLogger(__name__)
REPORT_SECONDS = 0.4
"""What a cancelled run may take to merge what it has; Ctrl-C is answered within a second."""
RECENT = 100
"""Runs among which the previous one of the same folder and task is looked for."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every drive works with."""

    workspace: Workspace
    journal: RunJournal
    agents: AgentRunner
    benches: BenchBuilder
    reporter: Reporter
    editing: Editing
    around: Surroundings
    memories: Memories


class Drive:
    """Drives an opened run once; whatever ends it, the journal says so before anybody else is told."""

    def __init__(self, shop: Workshop, opened: OpenedRun, snapshot: WorkspaceSnapshot) -> None:
        self._shop = shop
        self._opened = opened
        self._run = opened.run
        self._snapshot = snapshot
        self._book = FlowBook(shop.journal, opened, shop.around.clock)
        self._flow = Flow(self._book, shop.around.clock)
        self._memory = RunsOwn(shop.memories, self._run, shop.agents)

    async def run(self, accounts: tuple[str, ...] = ()) -> RunRecord:
        """The run as it stands when the drive has ended; raises Fenced, and what a defect raises."""
        run, shop = self._run, self._shop
        spent = _spent(self._opened, self._book)
        self._book.spent = spent.usd or Decimal(0)
        with shop.around.budgets.open(run.id, run.terms.limits, spent=spent):
            bench = await self._bench(accounts)
            crew = Crew(run, bench, shop.agents, self._flow, shop.around, self._memory.remind)
            try:
                return await self._to_its_end(crew, bench)
            finally:
                await bench.desk.close()

    async def _bench(self, accounts: tuple[str, ...]) -> Bench:
        """What the agents share; a run for which there can be none has failed, and is not left open."""
        accounts = (self._run.id, *accounts)
        try:
            return await self._shop.benches.build(self._run, self._snapshot, accounts, self._flow)
        except BaseException as error:
            await self._finish(_broken(self._run, error), ())
            raise

    async def _to_its_end(self, crew: Crew, bench: Bench) -> RunRecord:
        heard = max((signal.number for signal in self._opened.signals), default=0)
        attendant = Attendant(self._book, self._shop.journal, heard)
        try:
            return await attendant.attend(self._work(crew, bench))
        except Parked as parked:
            return await self._finish(
                replace(self._run, status=RunStatus.WAITING, waits=parked.waits), crew.steps
            )
        except Stopped as stopped:
            return await self._cancelled(crew, f"cancelled by {stopped}")
        except asyncio.CancelledError:
            await self._cancelled(crew)
            raise
        except Fenced:
            raise
        except BaseException as error:
            await self._finish(_broken(self._run, error), crew.steps)
            raise

    async def _work(self, crew: Crew, bench: Bench) -> RunRecord:
        plan = self._run.plan
        ladder = Ladder(plan, self._run.terms.escalation, self._shop.agents, self._flow, crew.note)
        step = Escalator(crew.step, ladder).step
        stage = Stage(step, crew.send, plan.max_concurrency, self._gates, crew.note)
        results = await pattern_of(plan).execute(plan.agents, stage)
        if bench.edits is None or not bench.edits.changes:
            return await self._complete(crew, results, await self._report(results))
        ending = EditedRun(await self._edited(bench, step), bench.edits)
        edited = await ending.end(results)
        return await self._complete(crew, edited.results, edited.report)

    async def _edited(self, bench: Bench, step: Step) -> EditedScene:
        shop = self._shop
        return EditedScene(
            self._run, bench, self._snapshot, self._flow, step, shop.agents, shop.benches, shop.reporter,
            shop.editing, await self._standards(),
        )  # fmt: skip

    async def _gates(self, results: Sequence[AgentResult]) -> GateCheck:
        """Where the gates stand with these results; while somebody looks the run is not put aside."""
        with self._flow.lane("gates") as lane, lane.working():
            return GateCheck.of((await self._report(results)).gates)

    async def _complete(self, crew: Crew, results: tuple[AgentResult, ...], report: RunReport) -> RunRecord:
        report = replace(report, decisions=tuple(crew.decisions))
        for gate in report.gates:
            self._shop.around.bus.publish(GateChecked(self._run.id, gate))
        lines, borrowed = self._snapshot.facts.code_lines, borrowed_agents(self._opened.records)
        await self._shop.memories.outcomes.remember(
            [
                # The planned model: who answers may call itself otherwise.
                StepOutcome(planned.agent, planned.model, lines, result.usage.total, result.duration)
                for planned, result in crew.usual
                if result.status is AgentStatus.COMPLETED and planned.agent not in borrowed
            ]
        )
        problem = await self._memory.keep(results, report)
        done = replace(self._run, status=RunStatus.COMPLETED, agents=results, report=report, error=problem)
        return await self._finish(done, crew.steps)

    async def _report(self, results: Sequence[AgentResult]) -> RunReport:
        standards = await self._standards()
        return await self._shop.reporter.report(self._run.plan, self._snapshot, results, standards)

    async def _standards(self) -> Standards:
        run, terms = self._run, self._run.terms
        return Standards(
            terms.baseline, terms.fail_on, await self._previous(), await self._memory.book(), run.id
        )

    async def _previous(self) -> Health | None:
        """The health that the last completed run of the same task on the same folder measured."""
        plan, journal = self._run.plan, self._shop.journal
        with suppress(StorageError):  # a trend is a help: an old record that cannot be read stops no new run
            earlier = await journal.list(RECENT, RunStatus.COMPLETED)
            last = next((one.id for one in earlier if one.root == plan.root and one.task == plan.task), None)
            found = await journal.load(last) if last else None
            return found.report.health if found and found.report else None
        return None

    async def _cancelled(self, crew: Crew, error: str = "") -> RunRecord:
        """Keep what there is; the report is made if that is quick."""
        results = crew.results()
        report = None
        try:
            async with asyncio.timeout(REPORT_SECONDS):
                report = await self._report(results)
        except Exception:
            log.warning("the report of the cancelled run %s was not made", self._run.id, exc_info=True)
        ended = replace(self._run, status=RunStatus.CANCELLED, agents=results, report=report, error=error)
        return await self._finish(ended, crew.steps)

    async def _finish(self, run: RunRecord, steps: Sequence[AgentResult]) -> RunRecord:
        """Put the end into the journal, after what it could not keep before; then tell it, and learn from it."""
        with suppress(StorageError):  # it is told as one of the problems
            await self._book.flush()
        problems = [run.error, *dict.fromkeys(self._book.problems)]
        run = replace(run, repeated=self._book.repeated, error="; ".join(text for text in problems if text))
        if run.status is not RunStatus.WAITING:
            run = replace(run, finished_at=self._shop.around.clock.now())
        try:
            await self._shop.journal.finish(run, self._opened.epoch)
        except Fenced:
            raise
        except StorageError as error:
            run = replace(run, error=f"{run.error}; {error}".removeprefix("; "))
        bus = self._shop.around.bus
        if run.status is RunStatus.WAITING:
            bus.publish(RunWaiting(run.id, run.waits))
        else:
            bus.publish(RunFinished(run.id, run.status, run.duration or 0.0))
        borrowed = borrowed_agents(self._opened.records)
        lines = self._snapshot.facts.code_lines
        await self._shop.memories.outcomes.runs.remember(outcome_of(run, steps, lines, borrowed))
        return run


def _broken(run: RunRecord, error: BaseException) -> RunRecord:
    """The run as it ends when something breaks, or whoever began it gives up, before its agents are at work."""
    cancelled = isinstance(error, asyncio.CancelledError)
    status = RunStatus.CANCELLED if cancelled else RunStatus.FAILED
    return replace(run, status=status, error="" if cancelled else f"{type(error).__name__}: {error}")


def _spent(opened: OpenedRun, book: FlowBook) -> Spending:
    """What the calls of earlier drives have taken; read only where a limit asks for it.

    Calls that crashes took count as calls; what they cost nobody knows.
    """
    terms = opened.run.terms
    limits = terms.limits
    counted = (limits.calls, limits.tokens, limits.usd, terms.approvals.above_usd)
    if all(limit is None for limit in counted):
        return Spending()
    attempts = [attempt for record in opened.records for attempt in spent_in(record)]
    dollars = sum((attempt.cost or Decimal(0) for attempt in attempts), Decimal(0))
    called = sum(1 for attempt in attempts if attempt.error not in REFUSED and not attempt.cached)
    called += book.lost_calls
    return Spending(called, sum(attempt.usage.total for attempt in attempts), dollars)
