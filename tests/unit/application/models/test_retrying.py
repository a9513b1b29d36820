"""Asking again, and saying so."""

from __future__ import annotations

import asyncio

import pytest

from muster.application.models.assembly import Assembly
from muster.application.models.metered import MeteredModel
from muster.application.models.retrying import RetryingModel
from muster.domain.errors import BudgetExceeded, ErrorKind, ModelFailure
from muster.domain.models.exchange import AnswerRestarted, AttemptEnded, Finished, TextDelta, UsageReported
from muster.domain.models.retry import RetryPolicy
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_model import ScriptedModel, Step, saying

from .calls import ASKED, ListedLedger, attempts_of, chance, failed, failure, known, settled, told

PASSING = [kind for kind in ErrorKind if kind.passing]


class Bench:
    """A model that is asked again, over one that plays `scripts`."""

    def __init__(self, *scripts: list[Step], policy: RetryPolicy | None = None) -> None:
        self.ledger, self.clock = ListedLedger(), FakeClock()
        self.inner = ScriptedModel(*scripts, info=known())
        metered = MeteredModel(self.inner, self.ledger, CharacterCounter(), self.clock)
        self.model = RetryingModel(metered, policy or RetryPolicy(), self.clock, chance(0.0))


@pytest.mark.parametrize("kind", PASSING)
async def test_what_may_pass_is_tried_three_times_more(kind: ErrorKind) -> None:
    """After 0.5, 1 and 2 s; then the last failure comes out."""
    bench = Bench([failure(kind)])

    events, error = await failed(bench.model, ModelFailure)

    assert (error.kind, len(bench.inner.requests)) == (kind, 4)
    assert bench.clock.slept == [0.5, 1.0, 2.0]
    assert [attempt.error for attempt in attempts_of(events)] == [kind] * 4
    assert attempts_of(events) == bench.ledger.attempts


@pytest.mark.parametrize("kind", sorted(set(ErrorKind) - set(PASSING)))
async def test_what_does_not_pass_is_asked_once(kind: ErrorKind) -> None:
    """No wait, no second request."""
    bench = Bench([failure(kind, retry_after=1.0)], saying("never"))

    _, error = await failed(bench.model, ModelFailure)

    assert (error.kind, len(bench.inner.requests), bench.clock.slept) == (kind, 1, [])


async def test_a_budget_that_is_exceeded_is_not_asked_again() -> None:
    """More money does not come by waiting."""
    bench = Bench([BudgetExceeded("too dear")], saying("never"))

    await failed(bench.model, BudgetExceeded)
    assert len(bench.inner.requests) == 1


async def test_a_429_waits_as_long_as_the_server_says() -> None:
    """And the wait stands in the next attempt, in the events and in the ledger."""
    bench = Bench([failure(ErrorKind.RATE_LIMIT, retry_after=17.25)], saying("hi"))

    events = await told(bench.model)

    assert bench.clock.slept == [17.25]
    assert [attempt.waited for attempt in attempts_of(events)] == [0.0, 17.25]
    assert [attempt.waited for attempt in bench.ledger.attempts] == [0.0, 17.25]
    assert isinstance(events[-1], Finished)


async def test_who_is_told_to_wait_an_hour_gives_up_at_once() -> None:
    """Another model can answer in the meantime."""
    bench = Bench([failure(ErrorKind.RATE_LIMIT, retry_after=3600)], saying("never"))

    await failed(bench.model, ModelFailure)
    assert (len(bench.inner.requests), bench.clock.slept) == (1, [])


async def test_pieces_of_a_broken_answer_are_called_void() -> None:
    """Before the new answer begins; whoever adds up the events has the new answer only."""
    broken: list[Step] = [TextDelta("half an"), failure(ErrorKind.CONNECTION)]
    bench = Bench(broken, saying("whole"))

    events = await told(bench.model)

    kinds = [type(event) for event in events]
    assert kinds == [
        TextDelta, AttemptEnded, AnswerRestarted, TextDelta, UsageReported, AttemptEnded, Finished,
    ]  # fmt: skip
    assert AnswerRestarted("connection") in events
    assembly = Assembly("fake/scripted")
    for event in events:
        assembly.add(event)
    response = assembly.response()
    assert response.text == "whole"
    assert len(response.attempts) == 2


async def test_nothing_is_called_void_where_nothing_was_said() -> None:
    """A refusal by status leaves no pieces."""
    bench = Bench([failure(ErrorKind.OVERLOADED)], saying("hi"))

    assert not [event for event in await told(bench.model) if isinstance(event, AnswerRestarted)]


async def test_the_same_request_is_sent_each_time() -> None:
    """All that a model sees; the context, which is never sent, tells the wait."""
    bench = Bench([failure(ErrorKind.TIMEOUT)], [failure(ErrorKind.TIMEOUT)], saying("hi"))

    await told(bench.model)

    sent = bench.inner.requests
    assert [request.messages for request in sent] == [ASKED.messages] * 3
    assert [request.context.waited for request in sent] == [0.0, 0.5, 1.0]
    assert {request.context.run_id for request in sent} == {"run-1"}


async def test_a_wait_is_cancelled_at_once() -> None:
    """Nobody has to sit out a backoff."""

    class Sleeper(FakeClock):
        async def sleep(self, seconds: float) -> None:
            self.slept.append(seconds)
            await asyncio.Event().wait()

    clock, inner = Sleeper(), ScriptedModel([failure(ErrorKind.OVERLOADED)], info=known())
    task = asyncio.create_task(told(RetryingModel(inner, RetryPolicy(), clock, chance(0.0))))
    await settled()
    assert clock.slept == [0.5]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert len(inner.requests) == 1


async def test_calls_at_once_count_their_own_attempts() -> None:
    """100 callers of one wrapper, each with three retries: no caller's failures are another's."""
    bench = Bench([failure(ErrorKind.OVERLOADED)])

    results = await asyncio.gather(*(failed(bench.model, ModelFailure) for _ in range(100)))

    assert [len(attempts_of(events)) for events, _ in results] == [4] * 100
    assert len(bench.inner.requests) == 400
