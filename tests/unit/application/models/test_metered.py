"""Every call on record, at what it cost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal

import pytest

from muster.application.models.metered import UNPAID, MeteredModel
from muster.domain.errors import ErrorKind, ModelFailure
from muster.domain.messaging.message import Message, Role
from muster.domain.models.attempt import Attempt, UsageSource
from muster.domain.models.exchange import (
    AttemptEnded,
    CallContext,
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
    UsageReported,
)
from muster.domain.models.info import ModelInfo
from muster.domain.models.usage import Usage
from muster.domain.tools.spec import ToolSpec
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.clock import START, FakeClock
from tests.fakes.scripted_model import ScriptedModel, Step, saying

from .calls import ASKED, ListedLedger, attempts_of, failed, failure, known, settled, told

END = Finished(FinishReason.STOP, "fake/scripted-2024")
SENT = len("hello") + 4
"""Characters of the request, and its framing: the counter counts one token a character."""


class Bench:
    """A metered model with what it writes to."""

    def __init__(self, *steps: Step, info: ModelInfo | None = None) -> None:
        self.ledger, self.clock = ListedLedger(), FakeClock()
        self.inner = ScriptedModel(list(steps), info=info or known())
        self.model = MeteredModel(self.inner, self.ledger, CharacterCounter(), self.clock)

    async def attempt(self, request: ModelRequest = ASKED) -> Attempt:
        """The attempt of a call that goes well; the same in the events and in the ledger."""
        events = await told(self.model, request)
        assert attempts_of(events) == self.ledger.attempts
        return self.ledger.attempts[-1]

    async def failed_attempt(self) -> Attempt:
        """The attempt of a call that fails; the last event, and in the ledger."""
        events, _ = await failed(self.model, ModelFailure)
        assert isinstance(events[-1], AttemptEnded)
        assert attempts_of(events) == self.ledger.attempts
        return self.ledger.attempts[-1]


async def test_an_answer_is_one_attempt_at_what_the_provider_counted() -> None:
    """Told just before the end, and kept with the model that answered, who asked, and when."""
    bench = Bench(TextDelta("hi"), UsageReported(Usage(input=1000, output=500)), END)

    events = await told(bench.model)

    kinds = [type(event) for event in events]
    assert kinds == [TextDelta, UsageReported, AttemptEnded, Finished]
    entry = bench.ledger.kept[0]
    assert (entry.at, entry.run_id, entry.agent) == (START, "run-1", "reviewer")
    attempt = entry.attempt
    assert (attempt.model, attempt.error, attempt.source) == (
        "fake/scripted-2024",
        None,
        UsageSource.REPORTED,
    )
    assert attempt.usage == Usage(input=1000, output=500)
    assert attempt.cost == Decimal("0.002")  # $1 and $2 per million


async def test_tokens_that_nobody_reported_are_counted_and_said_to_be_estimated() -> None:
    """Messages, tools and schema go in; text and tool calls come out, each call once."""
    tool = ToolSpec("look", "looks", {})
    bench = Bench(
        TextDelta("one"), TextDelta("two"), ToolCallDelta(0, '{"a"', "1", "look"), ToolCallDelta(1, "[]", "2", "see"),
        ToolCallDone(0, "look", '{"a": 1}', "1"), END,
    )  # fmt: skip

    attempt = await bench.attempt(replace(ASKED, tools=(tool,), response_schema={}, schema_name="x"))

    sent = SENT + len("look" + "looks" + "{}") + 4 + len("x" + "{}") + 4
    said = len("one" + "two" + "look" + '{"a": 1}' + "see" + "[]")
    assert attempt.source is UsageSource.ESTIMATED
    assert attempt.usage == Usage(input=sent, output=said)
    assert attempt.cost == (Decimal(sent) + 2 * Decimal(said)) / 1_000_000


@pytest.mark.parametrize("kind", sorted(UNPAID))
async def test_a_call_that_was_refused_by_status_cost_nothing(kind: ErrorKind) -> None:
    """Known to be nothing, not estimated to be."""
    attempt = await Bench(failure(kind)).failed_attempt()

    assert (attempt.error, attempt.usage, attempt.source) == (kind, Usage(), UsageSource.NONE)
    assert attempt.cost == 0
    assert attempt.detail == f"fake/scripted: {kind.value} (do something)"


@pytest.mark.parametrize("kind", sorted(set(ErrorKind) - UNPAID))
async def test_a_call_whose_bill_is_unknown_is_estimated(kind: ErrorKind) -> None:
    """A time-out says nothing about what the provider did and will charge for."""
    attempt = await Bench(failure(kind)).failed_attempt()

    assert attempt.usage == Usage(input=SENT)
    assert attempt.source is UsageSource.ESTIMATED


async def test_a_request_that_was_never_sent_cost_nothing() -> None:
    """The adapter knows: there was nobody to connect to."""
    attempt = await Bench(failure(ErrorKind.CONNECTION, sent=False)).failed_attempt()

    assert (attempt.usage, attempt.source) == (Usage(), UsageSource.NONE)


async def test_an_answer_that_breaks_off_is_paid_for_as_far_as_it_came() -> None:
    """Even when the server then says 500: words had been made."""
    attempt = await Bench(TextDelta("half an"), failure(ErrorKind.SERVER)).failed_attempt()

    assert attempt.usage == Usage(input=SENT, output=len("half an"))
    assert attempt.source is UsageSource.ESTIMATED


async def test_an_early_report_does_not_hide_what_was_said_after_it() -> None:
    """Anthropic reports its input at the start, with one token of output."""
    early = UsageReported(Usage(input=50, output=1, cache_read=7))
    attempt = await Bench(early, TextDelta("half an answer"), failure(ErrorKind.CONNECTION)).failed_attempt()

    assert attempt.usage == Usage(input=50, output=len("half an answer"), cache_read=7)
    assert attempt.source is UsageSource.ESTIMATED


async def test_a_full_report_before_a_failure_stands() -> None:
    """Also when the end of the stream is missing."""
    attempt = await Bench(TextDelta("hi"), UsageReported(Usage(5, 900))).failed_attempt()

    assert (attempt.error, attempt.usage) == (ErrorKind.INCOMPLETE, Usage(5, 900))
    assert attempt.source is UsageSource.REPORTED


async def test_a_bug_in_an_adapter_is_on_record_too() -> None:
    """And comes out as it is."""
    bench = Bench(KeyError("choices"))

    with pytest.raises(KeyError, match="choices"):
        await told(bench.model)
    assert [attempt.error for attempt in bench.ledger.attempts] == [ErrorKind.UNKNOWN]


async def test_a_cancelled_call_is_on_record_with_what_it_took() -> None:
    """It cannot tell anybody, but it keeps account."""
    bench = Bench(TextDelta("half"), asyncio.Event())
    task = asyncio.create_task(told(bench.model))
    await settled()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    (attempt,) = bench.ledger.attempts
    assert attempt.error is ErrorKind.CANCELLED
    assert attempt.usage == Usage(input=SENT, output=len("half"))


async def test_an_abandoned_answer_is_on_record_and_its_connection_is_given_back() -> None:
    """Whoever closes the stream early closes it down to the adapter, at once."""
    ended: list[str] = []

    class Adapter(ScriptedModel):
        async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
            try:
                yield TextDelta("half")
                yield TextDelta("more")
            finally:
                ended.append("closed")

    ledger = ListedLedger()
    model = MeteredModel(Adapter(info=known()), ledger, CharacterCounter(), FakeClock())
    stream = model.stream(ASKED)
    async with aclosing(stream) as events:  # type: ignore[type-var]  # it is a generator
        await anext(events)

    assert ended == ["closed"]
    assert [attempt.error for attempt in ledger.attempts] == [ErrorKind.CANCELLED]


async def test_closing_after_the_end_records_nothing_twice() -> None:
    """A reader may leave at the last event."""
    bench = Bench(*saying("hi"))
    async for event in bench.model.stream(ASKED):
        if isinstance(event, Finished):
            break
    await asyncio.sleep(0)

    assert [attempt.ok for attempt in bench.ledger.attempts] == [True]


async def test_an_unpriced_model_has_no_cost() -> None:
    """None is not nothing."""
    assert (await Bench(*saying("hi"), info=known(prices=None)).attempt()).cost is None


async def test_batch_work_shows_what_a_batch_would_have_cost() -> None:
    """Beside the price that is paid; without batches there is no such price."""
    asked = replace(ASKED, context=CallContext(batch=True))
    attempt = await Bench(*saying("hi", Usage(1000, 500))).attempt(asked)
    assert (attempt.batch, attempt.cost, attempt.batch_cost) == (True, Decimal("0.002"), Decimal("0.001"))

    prices = known().prices
    assert prices is not None
    none = known(prices=replace(prices, batch=None))
    attempt = await Bench(*saying("hi"), info=none).attempt(asked)
    assert (attempt.batch, attempt.batch_cost) == (True, None)


async def test_time_is_counted_from_the_call_and_waits_are_kept_apart() -> None:
    """Seconds on the steady clock; how the call came about stands in its context."""
    bench = Bench(*saying("hi"))
    asked = replace(ASKED, context=CallContext(waited=1.5, fallback=True))
    async for event in bench.model.stream(asked):
        if isinstance(event, TextDelta):
            bench.clock.advance(2.0)

    (attempt,) = bench.ledger.attempts
    assert (attempt.duration, attempt.waited, attempt.fallback) == (2.0, 1.5, True)


async def test_many_calls_at_once_do_not_mix() -> None:
    """The wrapper keeps nothing of a call: 100 callers, 100 attempts, each with its own tokens."""

    class Echo(ScriptedModel):
        async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
            for letter in request.messages[0].content:
                await asyncio.sleep(0)
                yield TextDelta(letter)
            yield END

    ledger = ListedLedger()
    model = MeteredModel(Echo(info=known()), ledger, CharacterCounter(), FakeClock())
    asked = [replace(ASKED, messages=(Message(Role.USER, "x" * n),)) for n in range(100)]
    await asyncio.gather(*(told(model, request) for request in asked))

    assert sorted(a.usage.output for a in ledger.attempts) == list(range(100))
    assert all(a.usage.input == a.usage.output + 4 for a in ledger.attempts)
