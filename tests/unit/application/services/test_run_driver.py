"""Runs that go on from where they stood, and pay for nothing twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from muster import Muster, RunStatus
from muster.application.flow.durable_model import LOST
from muster.application.use_cases.run_task import RunOptions
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import ErrorKind, RunBusy, StorageError, UnknownName, UserError
from muster.domain.journal.opened import RunDump
from muster.domain.journal.record import Record, RecordKind
from muster.domain.orchestration.approvals import Approvals, WaitKind
from muster.domain.orchestration.gates import Gate
from muster.domain.orchestration.plan import ExecutionPlan
from muster.domain.orchestration.run import AgentStatus
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from tests.fakes.evidence import FakeEvidence
from tests.fakes.scripted_model import ScriptedModel, Step, calling, saying
from tests.unit.application.use_cases.test_run_task import FIRST, SECOND, opened, project

__all__ = ["project"]

ANSWER = saying(json.dumps({"summary": "all looked at"}))


def script() -> list[Sequence[Step]]:
    """What the model says when two agents work one after the other: a tool each, then an answer."""
    return [calling(("alpha", "{}")), ANSWER, calling(("beta", "{}")), ANSWER]


def tools() -> list[FakeEvidence]:
    """A tool for each of the two agents."""
    return [FakeEvidence("alpha", FIRST), FakeEvidence("beta", SECOND)]


async def planned(app: Muster, project: str) -> ExecutionPlan:
    """Both agents, one after the other."""
    return await app.plan_task("review it", project, agents=["first", "second"], pattern="sequential")


def asking(
    agents: frozenset[str] = frozenset(),
    tools: frozenset[str] = frozenset(),
    above_usd: Decimal | None = None,
) -> RunOptions:
    """A run that asks a person about these."""
    return RunOptions(Approvals(tools, agents, above_usd))


async def third_call(model: ScriptedModel) -> None:
    """Wait until the model was asked three times."""
    async with asyncio.timeout(10):
        while len(model.requests) < 3:  # noqa: ASYNC110 - the model is a fake that tells nobody
            await asyncio.sleep(0.01)


async def test_from_every_record_on_a_run_goes_on_to_the_same_end(project: str) -> None:
    """Law: whatever the journal holds at a crash, only what is missing is done, and the result is the same."""
    journal = MemoryRunJournal()
    async with opened(project, tools(), model=ScriptedModel(*script()), journal=journal) as app:
        whole = await app.run_task(await planned(app, project))
    records = await journal.events(whole.id)
    assert sum(one.kind is RecordKind.RESULT and "/model/" in one.key for one in records) == 4

    for cut in range(len(records) + 1):
        kept = records[:cut]
        answered = sum(one.kind is RecordKind.RESULT and "/model/" in one.key for one in kept)
        gathered = sum(one.kind is RecordKind.RESULT and one.key.startswith("evidence/") for one in kept)
        model = ScriptedModel(*script()[answered:], info=None) if answered < 4 else ScriptedModel(ANSWER)
        looks = tools()
        later = MemoryRunJournal()
        await later.adopt(RunDump(replace(whole, status=RunStatus.INTERRUPTED, agents=(), report=None), kept))
        async with opened(project, looks, model=model, journal=later) as app:
            again = await app.resume_run(whole.id)
        in_flight = bool(kept) and kept[-1].kind is RecordKind.INTENT
        assert len(model.requests) == 4 - answered, cut
        assert sum(tool.gathered for tool in looks) == 2 - gathered, cut
        assert again.findings == whole.findings
        assert again.cost == whole.cost
        assert [agent.summary for agent in again.agents] == ["all looked at"] * 2
        assert (again.status, again.resumed, again.repeated) == (RunStatus.COMPLETED, 1, int(in_flight))
        lost = [a for agent in again.agents for a in agent.attempts if a.error is ErrorKind.LOST]
        assert [a.detail for a in lost] == [LOST] * in_flight


async def test_what_was_spent_before_counts_against_the_budget(project: str) -> None:
    """Three calls are allowed, two were made before the crash: one more is made, and the fourth is refused."""
    journal = MemoryRunJournal()
    limits = BudgetLimits(calls=3)
    async with opened(project, tools(), model=ScriptedModel(*script()), journal=journal) as app:
        whole = await app.run_task(await planned(app, project), budget=BudgetLimits(calls=4))
    records = await journal.events(whole.id)
    second = next(
        n for n, one in enumerate(records) if one.key == "first#1/model/2" and one.kind is RecordKind.RESULT
    )
    begun = replace(
        whole, status=RunStatus.INTERRUPTED, agents=(), report=None, terms=replace(whole.terms, limits=limits)
    )
    later, model = MemoryRunJournal(), ScriptedModel(*script()[2:])
    await later.adopt(RunDump(begun, records[: second + 1]))
    async with opened(project, tools(), model=model, journal=later) as app:
        again = await app.resume_run(whole.id)
    assert len(model.requests) == 1
    assert again.agents[1].attempts[-1].error is ErrorKind.BUDGET


async def test_a_completed_run_has_nothing_to_go_on_with(project: str) -> None:
    """It is said what can be done instead."""
    async with opened(project, tools(), model=ScriptedModel(*script())) as app:
        run = await app.run_task(await planned(app, project))
        with pytest.raises(UserError, match="completed: there is nothing to go on with"):
            await app.resume_run(run.id)


async def test_a_cancelled_run_can_be_resumed(project: str) -> None:
    """What was answered before is not asked for again."""
    hold = asyncio.Event()
    model = ScriptedModel(*script()[:2], [hold, *ANSWER], ANSWER)
    journal = MemoryRunJournal()
    async with opened(project, tools(), model=model, journal=journal) as app:
        run = asyncio.create_task(app.run_task(await planned(app, project)))
        await third_call(model)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        (line,) = await app.runs()
        assert line.status is RunStatus.CANCELLED
        done = await app.resume_run(line.id)
    assert (done.status, len(model.requests)) == (RunStatus.COMPLETED, 4)
    assert done.agents[0].summary == "all looked at"


async def test_another_process_can_stop_a_run(project: str) -> None:
    """It keeps what it has, and says by whom it was stopped."""
    hold = asyncio.Event()
    model = ScriptedModel(*script()[:2], [hold])
    journal = MemoryRunJournal()
    async with opened(project, tools(), model=model, journal=journal) as app:
        task = asyncio.create_task(app.run_task(await planned(app, project)))
        await third_call(model)
        (line,) = await app.runs()
        told = await app.cancel_run(line.id, who="Ada")
        run = await task
    assert told.asked
    assert (run.status, run.error) == (RunStatus.CANCELLED, "cancelled by Ada")
    assert [agent.status for agent in run.agents] == [AgentStatus.COMPLETED, AgentStatus.CANCELLED]


async def test_a_run_waits_for_approval_and_holds_nothing(project: str) -> None:
    """The agent that is to be asked about has not begun; with a yes it does, with a no it is a failed step."""
    for approved in (True, False):
        journal = MemoryRunJournal()
        model = ScriptedModel(*script())
        async with opened(project, tools(), model=model, journal=journal) as app:
            plan = await planned(app, project)
            run = await app.run_task(plan, options=asking(agents=frozenset({"second"})))
            assert (run.status, len(model.requests)) == (RunStatus.WAITING, 2)
            (wait,) = run.waits
            assert (wait.kind, wait.name) == (WaitKind.APPROVAL, "approve:second#1")
            kept = await app.show_run(run.id)
            assert (kept.status, kept.waits) == (RunStatus.WAITING, run.waits)
            assert [agent.agent for agent in kept.agents] == ["first"]

            again = await app.resume_run(run.id)
            assert (again.status, len(model.requests)) == (RunStatus.WAITING, 2)

            answered = await app.answer_run(run.id, approved=approved, reason="not today", who="Ada")
            assert [one.name for one in answered.waits] == ["approve:second#1"]
            with pytest.raises(UserError, match="asks nothing"):
                await app.answer_run(run.id)
            done = await app.resume_run(run.id)
        assert done.status is RunStatus.COMPLETED
        assert len(model.requests) == (4 if approved else 2)
        if not approved:
            assert done.agents[1].error == "a person did not allow it: not today"


async def test_a_tool_call_is_asked_about_with_its_arguments(project: str) -> None:
    """A denied call is told to the model as an error, with the reason; the tool is not run."""
    looks = tools()
    model = ScriptedModel(*script())
    async with opened(project, looks, model=model, journal=MemoryRunJournal()) as app:
        run = await app.run_task(await planned(app, project), options=asking(tools=frozenset({"alpha"})))
        (wait,) = run.waits
        assert wait.words == "first#1/tool/1/call_1 wants to call alpha with {}"
        await app.answer_run(run.id, step="first#1/tool/1/call_1", approved=False, reason="too slow")
        done = await app.resume_run(run.id)
    assert done.status is RunStatus.COMPLETED
    told = json.loads(model.requests[1].messages[-1].content)
    assert told == {"error": "a person did not allow this call: too slow"}


async def test_spending_above_an_amount_waits_for_a_person(project: str) -> None:
    """The call that could exceed it is not made before the yes; then nobody asks again."""
    model = ScriptedModel(*script())
    async with opened(project, tools(), model=model, journal=MemoryRunJournal()) as app:
        run = await app.run_task(await planned(app, project), options=asking(above_usd=Decimal("0.001")))
        assert (run.status, len(model.requests)) == (RunStatus.WAITING, 0)
        assert "more than $0.001" in run.waits[0].words
        await app.answer_run(run.id)
        done = await app.resume_run(run.id)
    assert (done.status, len(model.requests)) == (RunStatus.COMPLETED, 4)


async def test_the_same_key_begins_one_run(project: str) -> None:
    """The second asker gets the finished run; nothing is asked or paid again."""
    model = ScriptedModel(*script())
    async with opened(project, tools(), model=model, journal=MemoryRunJournal()) as app:
        plan = await planned(app, project)
        first = await app.run_task(plan, options=RunOptions(idempotency_key="monday"))
        second = await app.run_task(plan, options=RunOptions(idempotency_key="monday"))
        assert (second, len(model.requests)) == (first, 4)
        assert len(await app.runs()) == 1


async def test_the_same_key_at_the_same_time_begins_one_run(project: str) -> None:
    """One of the two is told that the run is at work."""
    model = ScriptedModel(*script())
    async with opened(project, tools(), model=model, journal=MemoryRunJournal()) as app:
        plan = await planned(app, project)
        both = await asyncio.gather(
            app.run_task(plan, options=RunOptions(idempotency_key="k")),
            app.run_task(plan, options=RunOptions(idempotency_key="k")),
            return_exceptions=True,
        )
        assert [type(one) for one in both if isinstance(one, BaseException)] == [RunBusy]
        assert len(model.requests) == 4


async def test_a_fork_has_what_came_before_its_step_for_nothing(project: str) -> None:
    """The first agent's work is taken over and costs nothing; the second works anew; the first run stays."""
    journal = MemoryRunJournal()
    model = ScriptedModel(*script(), *script()[2:])
    async with opened(project, tools(), model=model, journal=journal) as app:
        whole = await app.run_task(await planned(app, project))
        fork = await app.fork_run(whole.id, "second#1")
        assert len(model.requests) == 6
        assert (fork.status, fork.parent, fork.findings) == (RunStatus.COMPLETED, whole.id, whole.findings)
        assert fork.agents[1].cost == whole.agents[1].cost
        assert (fork.agents[0].cost, fork.agents[0].usage.total) == (Decimal(0), 0)
        assert [attempt.cached for attempt in fork.agents[0].attempts] == [True, True]
        assert fork.cost == whole.agents[1].cost
        assert await app.show_run(whole.id) == whole
        with pytest.raises(UnknownName, match="unknown step 'third#1'"):
            await app.fork_run(whole.id, "third#1")


async def test_an_unknown_gate_is_refused_before_anybody_works(project: str) -> None:
    """Whoever made the plan."""
    model = ScriptedModel(*script())
    async with opened(project, tools(), model=model) as app:
        plan = replace(await planned(app, project), gates=(Gate("critcal", 0),))
        with pytest.raises(UnknownName, match="unknown gate 'critcal'"):
            await app.run_task(plan)
        assert await app.runs() == ()
    assert not model.requests


async def test_a_driver_that_lost_its_run_stops_and_writes_no_end(project: str) -> None:
    """Another one has taken it over meanwhile: the first tells so, and leaves the journal alone."""
    journal = StolenJournal()
    model = ScriptedModel(*script())
    async with opened(project, tools(), model=model, journal=journal) as app:
        with pytest.raises(StorageError, match="driven by another process"):
            await app.run_task(await planned(app, project))
        (line,) = await app.runs()
    assert line.status is RunStatus.RUNNING
    assert len(model.requests) <= 3


class StolenJournal(MemoryRunJournal):
    """Its run goes over to another driver after the second answer of a model."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = 0

    async def append(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """Keep it; then steal the run."""
        await super().append(run_id, epoch, records)
        self.answers += any("/model/" in one.key for one in records)
        if self.answers == 2:
            self.answers += 1
            self._kept[run_id].epoch += 1
