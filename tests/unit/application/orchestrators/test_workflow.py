"""Workflows at work: order, retries, clean-up, crashes, and two processes at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.application.orchestrators.workflow import StageOrder, WorkflowRunner
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import BudgetExceeded, Fenced, RunBusy, StorageError, UserError
from muster.domain.evidence.severity import Severity
from muster.domain.models.tier import ModelTier
from muster.domain.orchestration.approvals import Wait, WaitKind
from muster.domain.orchestration.plan import ExecutionPlan
from muster.domain.orchestration.run import RunRecord, RunStatus, Verdict
from muster.domain.workflows.course import verdict_of
from muster.domain.workflows.state import SkipCause, StageRecord, StageStatus, WorkflowState, WorkflowStatus
from muster.domain.workflows.workflow import Expectation, OnError, Then, WorkflowStage
from muster.infrastructure.workflows.memory_store import MemoryWorkflowStore
from tests.fakes.clock import FakeClock
from tests.fakes.workflows import (
    BEGAN,
    Crash,
    CrashingStore,
    Engine,
    Outcome,
    PlainPlans,
    run_of,
    runner,
    stage,
    state_of,
    workflow,
)

GOOD = run_of(measures={"coverage.percent": 40.0}, severities=[Severity.HIGH])


def statuses(state: WorkflowState) -> dict[str, str]:
    """Each stage with its status."""
    return {record.id: record.status.value for record in state.records}


async def test_stages_run_in_order_and_everything_is_kept() -> None:
    """What is returned is what is on the disk, and each stage was run once."""
    store, engine = MemoryWorkflowStore(), Engine()
    state = await store.save(state_of(workflow(stage("a"), stage("b"))))
    done = await runner(store, engine).drive(state)
    assert await store.load("flow-01") == done
    assert (done.status, verdict_of(done), engine.stages) == (
        WorkflowStatus.COMPLETED,
        Verdict.PASSED,
        ["a", "b"],
    )
    assert [order.key for order in engine.orders] == ["flow-01/a/1", "flow-01/b/1"]
    assert [record.run_id for record in done.records] == ["run-a-1", "run-b-1"]
    assert done.spent.usd == Decimal("0.02")


async def test_a_stage_is_kept_as_under_way_before_its_run_begins() -> None:
    """Else a crash would begin another one."""
    store, seen = MemoryWorkflowStore(), list[str]()

    async def look(order: StageOrder) -> RunRecord:
        kept = await store.load("flow-01")
        assert kept is not None
        seen.extend(statuses(kept).values())
        return run_of(order.plan)

    state = await store.save(state_of(workflow(stage("a"))))
    await WorkflowRunner(store, PlainPlans(), look, FakeClock()).drive(state)
    assert seen == ["running"]


async def test_each_change_is_told_once_it_is_kept() -> None:
    """In order."""
    store, told = MemoryWorkflowStore(), list[tuple[str, str]]()

    def watch(_state: WorkflowState, record: StageRecord) -> None:
        told.append((record.id, record.status.value))

    flow = workflow(stage("a"), stage("b", when="stages.a.verdict == failed"))
    await runner(store, Engine()).drive(await store.save(state_of(flow)), watch)
    assert told == [("a", "running"), ("a", "completed"), ("b", "skipped")]


async def test_what_fails_is_tried_again_in_a_run_of_its_own() -> None:
    """By another key; then it is as if nothing had been."""
    store = MemoryWorkflowStore()

    def script(_stage: str, attempt: int) -> Outcome:
        return run_of() if attempt == 3 else BudgetExceeded("too dear")

    engine = Engine(script)
    flow = workflow(stage("a", on_error=OnError(2)))
    done = await runner(store, engine).drive(await store.save(state_of(flow)))
    assert [order.key for order in engine.orders] == ["flow-01/a/1", "flow-01/a/2", "flow-01/a/3"]
    assert (statuses(done), done.records[0].attempt, done.records[0].reason) == ({"a": "completed"}, 3, "")


class RefusingPlans(PlainPlans):
    """No team can be made."""

    async def plan(self, state: WorkflowState, stage: WorkflowStage) -> ExecutionPlan:
        """Refuse it."""
        raise UserError("two are too few")


async def test_a_stage_that_cannot_be_planned_is_not_tried_again() -> None:
    """It would be refused again."""
    store = MemoryWorkflowStore()
    state = await store.save(state_of(workflow(stage("a", on_error=OnError(2)))))
    done = await WorkflowRunner(store, RefusingPlans(), Engine(), FakeClock()).drive(state)
    assert (done.records[0].status, done.records[0].attempt) == (StageStatus.FAILED, 1)


@pytest.mark.parametrize(("then", "rest"), [(Then.STOP, "skipped"), (Then.CONTINUE, "completed")])
@pytest.mark.parametrize("error", [UserError("no"), StorageError("full"), ValueError("a defect")])
async def test_a_stage_that_fails_stops_the_rest_or_not(then: Then, rest: str, error: Exception) -> None:
    """Cleaning up comes in any case, whatever was wrong."""
    store = MemoryWorkflowStore()
    engine = Engine(lambda name, _attempt: error if name == "a" else run_of())
    flow = workflow(stage("a", on_error=OnError(0, then)), stage("b"), stage("end", always=True))
    done = await runner(store, engine).drive(await store.save(state_of(flow)))
    assert statuses(done) == {"a": "failed", "b": rest, "end": "completed"}
    assert str(error) in done.records[0].reason
    assert verdict_of(done) is Verdict.PARTIAL


async def test_an_output_that_is_not_as_expected_is_tried_again() -> None:
    """Validation of the output is what decides, not that the run ended."""
    store = MemoryWorkflowStore()
    engine = Engine(lambda _stage, attempt: run_of(summary="" if attempt == 1 else "there"))
    flow = workflow(stage("a", expect=Expectation(summary=True), on_error=OnError(1)))
    done = await runner(store, engine).drive(await store.save(state_of(flow)))
    assert (statuses(done), engine.made) == ({"a": "completed"}, {"a": 2})


async def test_without_a_model_its_stages_are_skipped_with_the_reason() -> None:
    """With one they run."""
    for judges, status in ((False, "skipped"), (True, "completed")):
        store, engine = MemoryWorkflowStore(), Engine()
        state = await store.save(state_of(workflow(stage("a", needs_model=True))))
        done = await runner(store, engine, judges=judges).drive(state)
        assert statuses(done) == {"a": status}
        reason = "" if judges else "needs a language model, and fake/arranger is none"
        assert done.records[0].reason == reason


async def test_tier_and_what_is_left_go_into_the_order() -> None:
    """The second stage may spend what the first one left."""
    store, engine = MemoryWorkflowStore(), Engine(lambda _s, _a: run_of(cost=Decimal("0.30")))
    flow = workflow(stage("a", tier=ModelTier.PREMIUM), stage("b"))
    state = replace(state_of(flow), limits=BudgetLimits(usd=Decimal("0.50")))
    await runner(store, engine).drive(await store.save(state))
    assert [(order.tier, order.limits.usd) for order in engine.orders] == [
        (ModelTier.PREMIUM, Decimal("0.50")), (None, Decimal("0.20"))
    ]  # fmt: skip


async def test_a_run_that_waits_for_a_person_puts_the_workflow_aside() -> None:
    """It goes on in the same run when it is resumed."""
    wait = Wait(WaitKind.APPROVAL, "tool:write", "may it write?")
    waiting = replace(run_of(status=RunStatus.WAITING), waits=(wait,))
    store, engine = MemoryWorkflowStore(), Engine(lambda name, _attempt: waiting if name == "a" else run_of())
    state = await runner(store, engine).drive(await store.save(state_of(workflow(stage("a"), stage("b")))))
    assert (statuses(state), state.records[0].reason) == ({"a": "waiting", "b": "pending"}, "may it write?")
    assert state.finished_at is None
    engine.kept["flow-01/a/1"] = run_of()
    done = await runner(store, engine).drive(state)
    assert (statuses(done), engine.made) == ({"a": "completed", "b": "completed"}, {"a": 1, "b": 1})


@pytest.mark.parametrize("error", [RunBusy("at work"), Fenced("taken over")])
async def test_who_meets_another_process_leaves_the_stage_alone(error: Exception) -> None:
    """It is no failure of the stage, and nothing is written about it."""
    store, engine = MemoryWorkflowStore(), Engine(lambda _stage, _attempt: error)
    state = await store.save(state_of(workflow(stage("a"))))
    with pytest.raises(type(error)):
        await runner(store, engine).drive(state)
    kept = await store.load("flow-01")
    assert kept is not None
    assert statuses(kept) == {"a": "running"}


async def test_a_run_that_cannot_go_on_as_things_are_set_is_no_failure() -> None:
    """Resumed with another model it is refused, and can still be resumed with the right one."""
    store = MemoryWorkflowStore()
    flow = workflow(stage("a"))
    under_way = StageRecord("a", StageStatus.RUNNING, 1, started_at=BEGAN)
    state = await store.save(state_of(flow).with_record(under_way))
    with pytest.raises(UserError, match="other model"):
        await runner(store, Engine(lambda _s, _a: UserError("other model"))).drive(state)
    engine = Engine()
    assert statuses(await runner(store, engine).drive(state)) == {"a": "completed"}
    assert [order.key for order in engine.orders] == ["flow-01/a/1"]


async def test_who_was_overtaken_writes_nothing_more() -> None:
    """Somebody cancels while a stage runs; its process learns that at the end of the stage."""
    store = MemoryWorkflowStore()
    flow = workflow(stage("a"), stage("b"))

    async def cancelled_meanwhile(order: StageOrder) -> RunRecord:
        kept = await store.load("flow-01")
        assert kept is not None
        await store.save(replace(kept, status=WorkflowStatus.CANCELLED))
        return run_of(order.plan)

    state = await store.save(state_of(flow))
    with pytest.raises(Fenced):
        await WorkflowRunner(store, PlainPlans(), cancelled_meanwhile, FakeClock()).drive(state)
    kept = await store.load("flow-01")
    assert kept is not None
    assert (kept.status, statuses(kept)) == (WorkflowStatus.CANCELLED, {"a": "running", "b": "pending"})


async def test_a_cancelled_task_leaves_its_stage_under_way() -> None:
    """Ctrl-C: it goes on in the run that it had begun."""
    store, begun = MemoryWorkflowStore(), asyncio.Event()

    async def endless(_order: StageOrder) -> RunRecord:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    state = await store.save(state_of(workflow(stage("a"))))
    task = asyncio.create_task(WorkflowRunner(store, PlainPlans(), endless, FakeClock()).drive(state))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    kept = await store.load("flow-01")
    assert kept is not None
    assert statuses(kept) == {"a": "running"}


def outcome(seed: int, name: str, attempt: int) -> Outcome:
    """What becomes of an attempt: foretold, the same in each life of the process."""
    kind = (seed * 31 + hash_of(name) * 7 + attempt * 3) % 5
    if kind == 0:
        return StorageError("full")
    if kind == 1:
        return run_of(verdict=None, error="no report")
    verdict = list(Verdict)[(seed + attempt) % 3]
    return replace(GOOD, report=replace(GOOD.report, verdict=verdict) if GOOD.report else None)


def hash_of(name: str) -> int:
    """A number for a name, in every process the same."""
    return sum(name.encode())


CONDITIONS = ("", "stages.s0.verdict == failed", "stages.s0.findings.high > 0", "stages.s0.status == skipped")


@st.composite
def plans(draw: st.DrawFn) -> Sequence[WorkflowStage]:
    """Two to four stages, and one that cleans up."""
    stages = [
        stage(
            f"s{number}",
            when=draw(st.sampled_from(CONDITIONS)) if number else "",
            on_error=OnError(draw(st.integers(0, 2)), draw(st.sampled_from(Then))),
            needs_model=draw(st.booleans()),
        )
        for number in range(draw(st.integers(2, 4)))
    ]
    return [*stages, stage("end", always=True)]


def without_times(state: WorkflowState) -> WorkflowState:
    """The state without what tells how often it was kept."""
    return replace(state, revision=0)


@settings(max_examples=60)
@given(
    stages=plans(),
    seed=st.integers(0, 99),
    crashes=st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=4),
)
def test_after_any_crashes_the_end_is_the_same(
    stages: Sequence[WorkflowStage], seed: int, crashes: list[tuple[int, bool]]
) -> None:
    """Wherever the process died, before or after a change was on the disk; and no run was made twice."""

    def script(name: str, attempt: int) -> Outcome:
        return outcome(seed, name, attempt)

    async def undisturbed() -> tuple[WorkflowState, Engine]:
        store, engine = MemoryWorkflowStore(), Engine(script)
        return await runner(store, engine).drive(await store.save(state_of(workflow(*stages)))), engine

    async def disturbed() -> tuple[WorkflowState, Engine]:
        store, engine = MemoryWorkflowStore(), Engine(script)
        await store.save(state_of(workflow(*stages)))
        for at, written in [*crashes, (10_000, True)]:
            state = await store.load("flow-01")
            assert state is not None
            if state.finished_at:
                return state, engine
            try:
                return await runner(CrashingStore(store, at, written=written), engine).drive(state), engine
            except Crash:
                continue
        raise AssertionError("the last life has no crash")

    wanted, once = asyncio.run(undisturbed())
    found, engine = asyncio.run(disturbed())
    assert without_times(found) == without_times(wanted)
    assert engine.made == once.made
    assert found.record("end").status is not StageStatus.SKIPPED
    for record in found.records:
        if record.cause is SkipCause.CONDITION:
            assert engine.made[record.id] == 0
