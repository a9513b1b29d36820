"""One call with everything that it took."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import BaseModel

from muster.application.models.executor import CallOptions, Execution, LLMExecutor
from muster.application.models.fallback import FallbackModel
from muster.application.models.metered import MeteredModel
from muster.application.models.retrying import RetryingModel
from muster.application.models.structured import Shape
from muster.domain.errors import BudgetExceeded, ErrorKind, ModelFailure, UnknownName
from muster.domain.messaging.message import Message, Role, ToolCall
from muster.domain.models.exchange import (
    AttemptEnded,
    CallContext,
    Finished,
    FinishReason,
    ModelRequest,
    Reasoning,
    TextDelta,
    UsageReported,
)
from muster.domain.models.fallback import FallbackPolicy
from muster.domain.models.info import ModelInfo
from muster.domain.models.retry import RetryPolicy
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.domain.ports.language_model import LanguageModel
from muster.domain.tools.spec import ToolSpec
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_model import ScriptedModel, Step, calling, saying

from .calls import ListedLedger, failure, known

FIRST, SECOND = known("one/a"), known("two/b", ModelTier.PREMIUM)
HELLO = (Message(Role.USER, "hello"),)
TOOL = ToolSpec("look", "looks", {"type": "object"})
USED = Usage(input=1000, output=500)
PRICE = Decimal("0.002")
"""What `USED` costs."""


class Grade(BaseModel):
    """A grade."""

    points: int


class Bench:
    """An executor over two models, each of which plays its scripts in turn."""

    def __init__(
        self, *scripts: Sequence[Step], second: Sequence[Step] = (), info: ModelInfo = FIRST, retries: int = 0
    ) -> None:
        self.ledger, self.clock = ListedLedger(), FakeClock()
        self.first = ScriptedModel(*scripts, info=info)
        self.second = ScriptedModel(second, info=SECOND)
        self.retries = retries
        counter = CharacterCounter()
        self.stack = FallbackModel(
            self.metered(self.first), [SECOND], lambda _: self.metered(self.second), FallbackPolicy(), counter
        )
        self.executor = LLMExecutor(self.model)

    def metered(self, model: LanguageModel) -> LanguageModel:
        """One candidate's stack."""
        metered = MeteredModel(model, self.ledger, CharacterCounter(), self.clock)
        return RetryingModel(metered, RetryPolicy(self.retries), self.clock, random.random)

    def model(self, provider: str, tier: ModelTier) -> LanguageModel:
        """What the container does."""
        if provider != "one":
            raise UnknownName.of("provider", provider, ["one"])
        return self.stack

    async def ask(self, shape: Shape | None = None, tools: Sequence[ToolSpec] = ()) -> Execution:
        """One call."""
        return await self.executor.execute(
            "one", ModelTier.CAPABLE, HELLO, tools=tools, response_schema=shape
        )

    async def fail(self, shape: Shape | None = None) -> ModelFailure:
        """One call that fails."""
        with pytest.raises(ModelFailure) as caught:
            await self.ask(shape)
        return caught.value


def answering(text: str, model: str = "one/a") -> list[Step]:
    """A script that costs `PRICE`."""
    return [TextDelta(text), UsageReported(USED), Finished(FinishReason.STOP, model)]


async def test_everything_that_was_asked_reaches_the_model_unchanged() -> None:
    """System prompt, messages, tools, temperature, limit, effort, and who asks."""
    bench = Bench(saying("hi"))
    context = CallContext("run-9", "writer", ("run-9",))
    options = CallOptions(0.1, 99, Reasoning.HIGH, context)

    await bench.executor.execute("one", ModelTier.CAPABLE, HELLO, "Be brief.", (TOOL,), options=options)

    assert bench.first.requests == [
        ModelRequest(
            (Message(Role.SYSTEM, "Be brief."), *HELLO), (TOOL,), 0.1, 99,
            reasoning=Reasoning.HIGH, stream=False, context=context,
        )
    ]  # fmt: skip


async def test_no_more_is_asked_for_than_the_model_can_give() -> None:
    """A limit above the model's own would be refused."""
    bench = Bench(saying("hi"), info=replace(FIRST, max_output=50))

    await bench.ask()
    assert bench.first.requests[0].max_output_tokens == 50


async def test_an_answer_says_which_model_gave_it_and_what_it_cost() -> None:
    """The name is that of the model that answered."""
    bench = Bench(answering("hi", "one/a-2024"))

    done = await bench.ask()

    assert (done.text, done.value, done.model_used, done.tier_used) == (
        "hi",
        None,
        "one/a-2024",
        ModelTier.CAPABLE,
    )
    assert (done.is_fallback, done.usage, done.cost) == (False, USED, PRICE)
    assert list(done.attempts) == bench.ledger.attempts


async def test_a_stand_ins_answer_says_so_and_pays_for_every_attempt() -> None:
    """The half answer of the first model is on the bill."""
    broken: list[Step] = [TextDelta("half"), UsageReported(USED), failure(ErrorKind.CONNECTION)]
    bench = Bench(broken, second=answering("whole", "two/b"), retries=1)

    done = await bench.ask()

    assert (done.text, done.model_used, done.tier_used, done.is_fallback) == (
        "whole", "two/b", ModelTier.PREMIUM, True,
    )  # fmt: skip
    assert [attempt.ok for attempt in done.attempts] == [False, False, True]
    assert (done.usage, done.cost) == (USED + USED + USED, 3 * PRICE)


async def test_a_model_that_nobody_meters_is_priced_by_what_it_reports() -> None:
    """A host may pass its own model, without any wrapper."""
    executor = LLMExecutor(lambda _provider, _tier: ScriptedModel(answering("hi"), info=FIRST))

    done = await executor.execute("one", ModelTier.CAPABLE, HELLO)
    assert (done.attempts, done.usage, done.cost) == ((), USED, PRICE)


async def test_an_unpriced_answer_has_no_cost() -> None:
    """None is not nothing."""
    assert (await Bench(saying("hi"), info=known("one/a", prices=None)).ask()).cost is None


async def test_tool_calls_are_an_answer() -> None:
    """Also where a value is asked for in the end: the tools come first."""
    bench = Bench(calling(("look", "{}")))

    for shape in (None, Grade):
        done = await bench.ask(shape, (TOOL,))
        assert done.tool_calls == (ToolCall("call_1", "look", "{}"),)
        assert (done.text, done.value, done.finish_reason) == ("", None, FinishReason.TOOL_CALLS)


@pytest.mark.parametrize(("text", "reason"), [("", FinishReason.STOP), (" \n", FinishReason.LENGTH)])
async def test_an_empty_answer_is_a_failure(text: str, reason: FinishReason) -> None:
    """It names the model, and what was spent is not lost."""
    bench = Bench([TextDelta(text), UsageReported(USED), Finished(reason, "one/a")])

    for shape in (None, Grade):
        error = await bench.fail(shape)
        assert error.kind is ErrorKind.BAD_ANSWER
        assert "one/a gave an empty answer" in str(error)
        assert error.details["cost"] == PRICE


async def test_a_refusal_is_a_failure_and_not_a_text() -> None:
    """What the model said stands in the details."""
    error = await Bench([TextDelta("I cannot."), Finished(FinishReason.REFUSED, "one/a")]).fail()

    assert error.kind is ErrorKind.REFUSED
    assert error.details["text"] == "I cannot."


async def test_a_failure_carries_every_attempt_and_the_cost_so_far() -> None:
    """Also of a single attempt that broke off."""
    broken: list[Step] = [TextDelta("half"), UsageReported(USED), failure(ErrorKind.REFUSED)]
    bench = Bench(broken)

    error = await bench.fail()

    assert error.details["attempts"] == tuple(bench.ledger.attempts)
    assert error.details["cost"] == PRICE


async def test_a_budget_error_carries_the_attempts_too() -> None:
    """And stays what it is."""
    executor = LLMExecutor(lambda _provider, _tier: ScriptedModel([BudgetExceeded("too dear")]))

    with pytest.raises(BudgetExceeded) as caught:
        await executor.execute("one", ModelTier.CAPABLE, HELLO)
    assert (caught.value.details["attempts"], caught.value.details["cost"]) == ((), 0)


async def test_an_unknown_provider_is_said_at_once() -> None:
    """By the container's own error."""
    with pytest.raises(UnknownName, match="unknown provider 'nobody'"):
        await Bench(saying("hi")).executor.execute("nobody", ModelTier.CHEAP, HELLO)


@pytest.mark.parametrize(
    ("shape", "value"), [(Grade, Grade(points=7)), (Grade.model_json_schema(), {"points": 7})]
)
async def test_a_structured_answer_is_a_value(shape: Shape, value: object) -> None:
    """The schema is sent along; one round is enough."""
    bench = Bench(answering('{"points": 7}'))

    done = await bench.ask(shape)

    assert (done.value, done.text, len(done.attempts)) == (value, '{"points": 7}', 1)
    (sent,) = bench.first.requests
    assert (sent.response_schema, sent.schema_name) == (Grade.model_json_schema(), "Grade")
    assert sent.messages == HELLO


async def test_a_model_that_takes_no_schema_is_told_it_in_words() -> None:
    """Before the conversation begins."""
    bench = Bench(answering('{"points": 7}'), info=known("one/a", schema=False))

    await bench.executor.execute("one", ModelTier.CAPABLE, HELLO, "Be brief.", response_schema=Grade)

    system, schema, hello = bench.first.requests[0].messages
    assert (system.content, hello) == ("Be brief.", HELLO[0])
    assert schema.role is Role.SYSTEM
    assert json.dumps(Grade.model_json_schema()) in schema.content


async def test_a_broken_value_goes_back_once_with_what_is_wrong() -> None:
    """Both rounds are paid for."""
    bench = Bench(answering('{"points": "many"}'), answering('{"points": 7}'))

    done = await bench.ask(Grade)

    assert done.value == Grade(points=7)
    assert (len(done.attempts), done.usage, done.cost) == (2, USED + USED, 2 * PRICE)
    hello, broken, wish = bench.first.requests[1].messages
    assert (hello, broken) == (HELLO[0], Message(Role.ASSISTANT, '{"points": "many"}'))
    assert wish.role is Role.USER
    assert "points: Input should be a valid integer" in wish.content
    assert bench.first.requests[1].response_schema == Grade.model_json_schema()


async def test_a_repair_round_may_call_tools_too() -> None:
    """The caller runs them and asks again; both rounds are on the bill."""
    bench = Bench(answering("seven"), calling(("look", "{}")))

    done = await bench.ask(Grade, (TOOL,))

    assert [call.name for call in done.tool_calls] == ["look"]
    assert (done.value, len(done.attempts)) == (None, 2)


async def test_a_value_that_stays_broken_is_a_failure_and_never_made_up() -> None:
    """After two rounds, both paid for; the message says what is wrong."""
    bench = Bench(answering("seven"), answering("about seven"), answering('{"points": 7}'))

    error = await bench.fail(Grade)

    assert error.kind is ErrorKind.BAD_ANSWER
    assert error.message == "one/a did not answer in the form that was asked for: it holds no JSON value"
    assert error.details["text"] == "about seven"
    assert (error.details["attempts"], error.details["cost"]) == (tuple(bench.ledger.attempts), 2 * PRICE)
    assert len(bench.first.requests) == 2


async def test_a_repair_round_that_fails_keeps_the_account_of_the_first() -> None:
    """Two attempts, and the money of the first."""
    bench = Bench(answering("seven"), [failure(ErrorKind.REFUSED)])

    error = await bench.fail(Grade)

    assert [attempt.error for attempt in bench.ledger.attempts] == [None, ErrorKind.REFUSED]
    assert error.details["attempts"] == tuple(bench.ledger.attempts)


async def test_a_value_that_was_cut_off_is_not_asked_for_again() -> None:
    """A second answer would be cut off at the same place; the hint says what helps."""
    cut: list[Step] = [TextDelta('{"points":'), Finished(FinishReason.LENGTH, "one/a")]
    bench = Bench(cut)

    error = await bench.fail(Grade)

    assert (error.kind, len(bench.first.requests)) == (ErrorKind.BAD_ANSWER, 1)
    assert error.hint == "the answer was cut off at its limit; allow more output tokens"


async def test_a_stream_is_passed_on_as_it_arrives() -> None:
    """Pieces, attempt, end; the request says that somebody watches."""
    bench = Bench(saying("hi"))

    stream = bench.executor.stream("one", ModelTier.CAPABLE, HELLO, "Be brief.", (TOOL,))
    events = [event async for event in stream]

    assert [type(event) for event in events] == [TextDelta, UsageReported, AttemptEnded, Finished]
    (sent,) = bench.first.requests
    assert (sent.stream, sent.tools) == (True, (TOOL,))
    assert [message.role for message in sent.messages] == [Role.SYSTEM, Role.USER]


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ([Finished(FinishReason.STOP, "one/a")], ErrorKind.BAD_ANSWER),
        ([TextDelta("No."), Finished(FinishReason.REFUSED, "one/a")], ErrorKind.REFUSED),
        ([TextDelta("half"), failure(ErrorKind.REFUSED)], ErrorKind.REFUSED),
    ],
)
async def test_a_stream_without_an_answer_never_says_that_it_is_finished(
    script: list[Step], kind: ErrorKind
) -> None:
    """It ends in the error, which carries the account."""
    bench = Bench(script)
    events: list[object] = []

    async def read() -> None:
        async for event in bench.executor.stream("one", ModelTier.CAPABLE, HELLO):
            events.append(event)  # noqa: PERF401 - what comes before the error counts

    with pytest.raises(ModelFailure) as caught:
        await read()

    assert caught.value.kind is kind
    assert not [event for event in events if isinstance(event, Finished)]
    assert caught.value.details["attempts"] == tuple(bench.ledger.attempts)


async def test_a_conversations_call_ids_are_not_used_twice() -> None:
    """An id that the model leaves out is made anew, beside those that are taken."""
    bench = Bench(calling(("look", "{}")))
    history = (*HELLO, Message(Role.ASSISTANT, "", tool_calls=(ToolCall("call_2", "look", "{}"),)))

    done = await bench.executor.execute("one", ModelTier.CAPABLE, history)
    assert done.tool_calls[0].call_id not in {"call_2", ""}
