"""What a run that has not come to its end has spent, as its journal tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from muster.application.flow.asking import ASK
from muster.application.flow.durable_model import RESPONSE
from muster.application.services.recorded import answers, recorded
from muster.domain.journal.record import Record, RecordKind, Signal
from muster.domain.models.attempt import Attempt
from muster.domain.models.exchange import FinishReason, ModelResponse
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.domain.orchestration.run import GivenAnswer, RunRecord, RunStatus
from tests.fakes.builders import plan

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEY = "first#1/model/1"
BROKEN = '{"error": "cancelled", "attempts": []}'


def a_run(status: RunStatus, model: str = "house/m1") -> RunRecord:
    """A run of one agent with that model."""
    made = plan("first")
    return RunRecord("run-1", replace(made, agents=(replace(made.agents[0], model=model),)), status, AT)


def line(kind: RecordKind, payload: str = "", epoch: int = 1) -> Record:
    """A record of the agent's first call."""
    return Record(1, kind, KEY, AT, epoch, payload)


def answered(epoch: int = 1) -> Record:
    """A call that was paid."""
    call = Attempt("house", "house/m1", ModelTier.CHEAP, usage=Usage(100, 20), cost=Decimal("0.5"))
    response = ModelResponse("hello", (), FinishReason.STOP, call.usage, "house/m1", (call,))
    return line(RecordKind.RESULT, RESPONSE.dump(response), epoch)


def test_calls_of_an_agent_that_has_not_ended_are_counted() -> None:
    """They were paid, whatever became of the agent."""
    run = a_run(RunStatus.INTERRUPTED)
    told = recorded(run, [line(RecordKind.INTENT), answered()])
    shown = replace(run, recorded=told)
    assert (told.steps, told.broken_off, told.models) == (1, (), ("house/m1",))
    assert (shown.usage, shown.cost) == (Usage(100, 20), Decimal("0.5"))


def test_what_another_run_has_paid_costs_nothing_here() -> None:
    """A fork takes over the step, not its price."""
    told = recorded(a_run(RunStatus.INTERRUPTED), [answered(epoch=0)])
    assert (told.steps, told.calls, told.broken_off) == (1, (), ())


@pytest.mark.parametrize(
    ("status", "model", "ends", "broken_off"),
    [
        (RunStatus.CANCELLED, "house/m1", [line(RecordKind.FAILURE, BROKEN)], ("house/m1",)),
        (RunStatus.INTERRUPTED, "house/m1", [], ("house/m1",)),
        (RunStatus.RUNNING, "house/m1", [], ()),
        (RunStatus.CANCELLED, "house/m1", [line(RecordKind.FAILURE, '{"error": "BudgetExceeded: x"}')], ()),
        (RunStatus.CANCELLED, "offline/evidence", [line(RecordKind.FAILURE, BROKEN)], ()),
    ],
)
def test_a_call_that_was_broken_off_is_told(
    status: RunStatus, model: str, ends: list[Record], broken_off: tuple[str, ...]
) -> None:
    """Its cost is not known; one that is under way is none, nor is one of the embedded model."""
    told = recorded(a_run(status, model), [line(RecordKind.INTENT), *ends])
    assert told.broken_off == told.models == broken_off


def test_a_broken_call_is_no_call_that_cost_nothing() -> None:
    """Neither tokens nor dollars are known."""
    run = a_run(RunStatus.CANCELLED)
    assert replace(run, recorded=recorded(run, [line(RecordKind.INTENT)])).cost is None


def test_who_answered_is_told() -> None:
    """Questions and doubts; a wish to stop is no answer."""
    told = answers(
        [
            Signal(f"{ASK}first#1/tool/write", '{"approved": false, "reason": "by hand"}', AT, "ann"),
            Signal("doubt:first#1/tool/write", '{"do": "retry", "reason": ""}', AT, "bob"),
            Signal("cancel", "{}", AT, "ann"),
        ]
    )
    assert told == (
        GivenAnswer("first#1/tool/write", "denied", "ann", "by hand"),
        GivenAnswer("first#1/tool/write", "to be made again", "bob"),
    )
