"""What comes next in a workflow, and what its end means."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import UnknownName, UserError
from muster.domain.evidence.severity import Severity
from muster.domain.orchestration.run import RunStatus, Verdict
from muster.domain.workflows.condition import parse_condition
from muster.domain.workflows.course import (
    RunIt,
    SkipIt,
    begun,
    failed,
    inputs_of,
    left_of,
    next_step,
    settled,
    skipped,
    verdict_of,
)
from muster.domain.workflows.evaluate import Known, evaluate
from muster.domain.workflows.state import (
    SkipCause,
    Spent,
    StageRecord,
    StageStatus,
    WorkflowState,
    WorkflowStatus,
)
from muster.domain.workflows.workflow import Expectation, OnError, Then, WorkflowInput, WorkflowStage
from tests.fakes.workflows import BEGAN, run_of, stage, state_of, workflow

CONTINUE = OnError(0, Then.CONTINUE)


def able(_stage: WorkflowStage) -> str:
    """A model for everything."""
    return ""


def unable(_stage: WorkflowStage) -> str:
    """No model for anything."""
    return "needs a language model"


def with_(state: WorkflowState, known_as: str, **given: object) -> WorkflowState:
    """The state with one stage that has come so far."""
    return state.with_record(replace(state.record(known_as), **given))  # type: ignore[arg-type]


def test_stages_come_in_order() -> None:
    """The first that is not over; none at the end."""
    state = state_of(workflow(stage("a"), stage("b")))
    assert next_step(state, able) == RunIt(stage("a"), 1)
    state = with_(state, "a", status=StageStatus.COMPLETED)
    assert next_step(state, able) == RunIt(stage("b"), 1)
    assert next_step(with_(state, "b", status=StageStatus.FAILED), able) is None


@pytest.mark.parametrize("status", [StageStatus.RUNNING, StageStatus.WAITING])
def test_a_stage_under_way_goes_on(status: StageStatus) -> None:
    """In the attempt that it is in; nothing about it is decided anew."""
    state = state_of(workflow(stage("a", when="input.x == 1", needs_model=True)))
    assert next_step(with_(state, "a", status=status, attempt=2), unable) == RunIt(state.stage("a"), 2)


def test_a_model_that_is_missing_skips_only_who_needs_it() -> None:
    """With the reason."""
    state = state_of(workflow(stage("a", needs_model=True)))
    assert next_step(state, unable) == SkipIt(state.stage("a"), SkipCause.NO_MODEL, "needs a language model")
    assert isinstance(next_step(state_of(workflow(stage("a"))), unable), RunIt)


def test_a_condition_that_does_not_hold_skips() -> None:
    """And says what was looked at."""
    flow = workflow(
        stage("a"), stage("b", when="stages.a.findings.high > 0"), stage("c", when="stages.b.findings > 0")
    )
    run = run_of(severities=[Severity.LOW])
    state = state_of(flow).with_record(settled(flow.stages[0], StageRecord("a"), run, BEGAN))
    step = next_step(state, able)
    assert isinstance(step, SkipIt)
    assert (step.cause, step.reason) == (
        SkipCause.CONDITION, "stages.a.findings.high is 0 (it runs when stages.a.findings.high > 0)"
    )  # fmt: skip
    after = next_step(state.with_record(skipped(state.record("b"), step, BEGAN)), able)
    assert isinstance(after, SkipIt)
    assert after.cause is SkipCause.CONDITION  # b was left out on purpose, and so is what comes of it


def test_what_was_not_measured_decides_nothing() -> None:
    """The stage is not run, and that is a gap."""
    flow = workflow(stage("a"), stage("b", when="stages.a.measures.coverage.percent < 80"))
    state = state_of(flow).with_record(settled(flow.stages[0], StageRecord("a"), run_of(), BEGAN))
    step = next_step(state, able)
    assert isinstance(step, SkipIt)
    assert step.cause is SkipCause.UNDECIDED
    state = state.with_record(skipped(state.record("b"), step, BEGAN))
    assert verdict_of(state) is Verdict.PARTIAL


def test_after_a_failure_only_cleaning_up_comes() -> None:
    """Unless the stage says that the rest goes on."""
    for how, cause in ((OnError(), SkipCause.STOPPED), (CONTINUE, None)):
        flow = workflow(stage("a", on_error=how), stage("b"), stage("end", always=True))
        state = with_(state_of(flow), "a", status=StageStatus.FAILED)
        step = next_step(state, able)
        assert step is not None
        assert getattr(step, "cause", None) is cause
        over = with_(state, "b", status=StageStatus.SKIPPED, cause=SkipCause.STOPPED)
        assert next_step(over, able) == RunIt(flow.stages[2], 1)


def test_after_a_cancellation_too() -> None:
    """Also the stage that was under way ends."""
    flow = workflow(stage("a"), stage("b"), stage("end", always=True))
    state = replace(with_(state_of(flow), "a", status=StageStatus.RUNNING), status=WorkflowStatus.CANCELLED)
    for name in ("a", "b"):
        step = next_step(state, able)
        assert isinstance(step, SkipIt)
        assert (step.stage.id, step.cause) == (name, SkipCause.CANCELLED)
        state = state.with_record(skipped(state.record(name), step, BEGAN))
    assert next_step(state, able) == RunIt(flow.stages[2], 1)


def test_a_failed_attempt_is_made_again_as_often_as_it_says() -> None:
    """Then it is over; what all attempts took is kept."""
    one = stage("a", on_error=OnError(1))
    bad = run_of(verdict=None, error="out of paper", cost=Decimal("0.10"))
    first = settled(one, begun(StageRecord("a"), 1, BEGAN), bad, BEGAN)
    assert (first.status, first.reason) == (StageStatus.PENDING, "out of paper")
    second = settled(one, begun(first, 2, BEGAN), bad, BEGAN)
    assert (second.status, second.attempt, second.spent.usd) == (StageStatus.FAILED, 2, Decimal("0.20"))


@pytest.mark.parametrize("status", [RunStatus.CANCELLED, RunStatus.FAILED, RunStatus.INTERRUPTED])
def test_a_run_that_did_not_complete_is_a_failure(status: RunStatus) -> None:
    """Whatever it left."""
    record = settled(stage("a"), StageRecord("a", attempt=1), run_of(status=status), BEGAN)
    assert (record.status, record.reason) == (StageStatus.FAILED, f"its run is {status.value}")


def test_an_output_that_is_not_as_expected_is_a_failure() -> None:
    """Which names what there was, and keeps it."""
    one = stage("a", expect=Expectation(measures=("coverage.percent",), at_most={"all": 0}))
    record = settled(one, StageRecord("a", attempt=1), run_of(severities=[Severity.LOW]), BEGAN)
    assert record.status is StageStatus.FAILED
    assert record.reason == (
        "its output is not as expected: measure coverage.percent: unmeasured; at most 0 findings: 1 found"
    )
    assert record.handed is not None


def test_the_rest_may_spend_what_is_left() -> None:
    """Never less than nothing; no limit stays no limit."""
    limits = BudgetLimits(calls=5, tokens=100, usd=Decimal("0.50"), seconds=9)
    spent = Spent(Decimal("0.20"), 120, 2, 4.0)
    state = replace(with_(state_of(workflow(stage("a"))), "a", spent=spent), limits=limits)
    assert left_of(state) == BudgetLimits(3, 0, Decimal("0.30"), 5.0)
    assert left_of(replace(state, limits=BudgetLimits())) == BudgetLimits()


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ({}, {}, Verdict.PASSED),
        ({"verdict": Verdict.FAILED}, {}, Verdict.FAILED),
        ({"verdict": Verdict.PARTIAL}, {}, Verdict.PARTIAL),
        ({"status": StageStatus.FAILED, "verdict": None}, {}, Verdict.PARTIAL),
        ({"status": StageStatus.FAILED, "verdict": None}, {"verdict": Verdict.FAILED}, Verdict.FAILED),
        ({"status": StageStatus.SKIPPED, "cause": SkipCause.CONDITION, "verdict": None}, {}, Verdict.PASSED),
        ({"status": StageStatus.SKIPPED, "cause": SkipCause.NO_MODEL, "verdict": None}, {}, Verdict.PARTIAL),
        ({}, {"status": StageStatus.SKIPPED, "cause": SkipCause.NO_MODEL, "verdict": None}, Verdict.PASSED),
        ({"status": StageStatus.SKIPPED, "cause": SkipCause.STOPPED, "verdict": None}, {}, Verdict.PARTIAL),
        ({"status": StageStatus.PENDING, "verdict": None}, {}, Verdict.PARTIAL),
        (
            {"status": StageStatus.SKIPPED, "cause": SkipCause.CONDITION, "verdict": None},
            {"status": StageStatus.SKIPPED, "cause": SkipCause.CONDITION, "verdict": None},
            Verdict.PARTIAL,
        ),
    ],
)
def test_what_the_end_means(first: dict[str, object], second: dict[str, object], verdict: Verdict) -> None:
    """Failed gates fail it; what was not done makes it partial, unless it was optional; nothing is no pass."""
    state = state_of(workflow(stage("a"), stage("b", optional=True)))
    good: dict[str, object] = {"status": StageStatus.COMPLETED, "verdict": Verdict.PASSED}
    state = with_(with_(state, "a", **(good | first)), "b", **(good | second))
    assert verdict_of(state) is verdict


def test_inputs_are_given_or_have_defaults() -> None:
    """What is missing, unknown, too long or no choice is refused."""
    flow = workflow(
        stage("a"),
        inputs=[
            WorkflowInput("depth", "how deep", "full", ("full", "quick")),
            WorkflowInput("what", "the thing"),
        ],
    )
    assert inputs_of(flow, {"what": "it"}) == {"depth": "full", "what": "it"}
    with pytest.raises(UserError, match="needs the input 'what'"):
        inputs_of(flow, {})
    with pytest.raises(UserError, match="input 'depth' cannot be 'deep'"):
        inputs_of(flow, {"what": "it", "depth": "deep"})
    with pytest.raises(UserError, match="2001 characters"):
        inputs_of(flow, {"what": "a" * 2001})
    with pytest.raises(UnknownName) as caught:
        inputs_of(flow, {"wat": "it"})
    assert caught.value.hint == "did you mean what?"
    with pytest.raises(UnknownName) as caught:
        inputs_of(flow, {"xyz": "1"})
    assert caught.value.hint == "known: depth, what"
    with pytest.raises(UnknownName) as caught:
        inputs_of(workflow(stage("a")), {"xyz": "1"})
    assert caught.value.hint == "workflow 'flow' takes no inputs"


ENDS = st.sampled_from(["good", "bad", "empty"])


@st.composite
def flows(draw: st.DrawFn) -> tuple[WorkflowStage, ...]:
    """Up to six stages with conditions on earlier ones, then up to two that run always."""
    stages: list[WorkflowStage] = []
    for number in range(draw(st.integers(1, 6))):
        asked = [
            text
            for earlier in range(number)
            for text in (
                f"stages.s{earlier}.verdict == failed",
                f"stages.s{earlier}.findings.high > 0",
                f"stages.s{earlier}.status != skipped",
                f"not stages.s{earlier}.measures.coverage.percent >= 50",
            )
        ]
        when = draw(st.sampled_from(["", *asked]))
        how = OnError(draw(st.integers(0, 2)), draw(st.sampled_from(Then)))
        stages.append(stage(f"s{number}", when=when, on_error=how, needs_model=draw(st.booleans())))
    always = [stage(f"z{number}", always=True) for number in range(draw(st.integers(0, 2)))]
    return (*stages, *always)


@given(stages=flows(), data=st.data(), judges=st.booleans(), cancel_at=st.none() | st.integers(0, 8))
def test_whatever_becomes_of_stages(
    stages: tuple[WorkflowStage, ...], data: st.DataObject, judges: bool, cancel_at: int | None
) -> None:
    """No stage runs whose condition does not hold, `always` stages do, each stage ends, none is run once too often."""
    state = state_of(workflow(*stages))
    lacking = able if judges else unable
    ran: dict[str, int] = {}
    for turn in range(40):
        if turn == cancel_at:
            state = replace(state, status=WorkflowStatus.CANCELLED)
        step = next_step(state, lacking)
        if step is None:
            break
        record = state.record(step.stage.id)
        if isinstance(step, SkipIt):
            assert not step.stage.always
            state = state.with_record(skipped(record, step, BEGAN))
            continue
        known = Known(state.inputs, {each.id: each for each in state.records})
        assert not step.stage.when or evaluate(parse_condition(step.stage.when), known).holds
        assert judges or not step.stage.needs_model
        ran[step.stage.id] = ran.get(step.stage.id, 0) + 1
        record = begun(record, step.attempt, BEGAN)
        end = data.draw(ENDS)
        if end == "good":
            verdict = data.draw(st.sampled_from(Verdict))
            run = run_of(verdict=verdict, severities=data.draw(st.sampled_from([[], [Severity.HIGH]])))
            state = state.with_record(settled(step.stage, record, run, BEGAN))
        else:
            state = state.with_record(failed(step.stage, record, end, BEGAN))
    assert all(record.is_over for record in state.records)
    assert all(ran.get(each.id, 0) >= 1 for each in stages if each.always)
    assert all(ran.get(each.id, 0) <= each.on_error.retries + 1 for each in stages)
    assert all(record.reason for record in state.records if record.status is StageStatus.SKIPPED)
