"""Answers that fail or are cancelled: what is kept of them, and what they cost."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from muster.application.models.metered import MeteredModel
from muster.application.models.retrying import RetryingModel
from muster.application.use_cases.chat_interaction import ChatRequest
from muster.domain.chat.conversation import Conversation
from muster.domain.errors import (
    ErrorKind,
    ModelFailure,
)
from muster.domain.models.attempt import Attempt, UsageSource
from muster.domain.models.exchange import (
    AnswerRestarted,
    AttemptEnded,
    ModelEvent,
    TextDelta,
    UsageReported,
)
from muster.domain.models.retry import RetryPolicy
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.infrastructure.ledger.memory_ledger import MemoryCostLedger
from tests.fakes.chat_house import ChatHouse
from tests.fakes.clock import FakeClock
from tests.fakes.patience import until
from tests.fakes.scripted_model import ScriptedModel, Step, saying
from tests.fakes.token_counter import FakeTokenCounter

ASKED = "fake/scripted"


def sent(model: ScriptedModel) -> list[tuple[str, str]]:
    """Who says what in the last request."""
    return [(message.role.value, message.content) for message in model.requests[-1].messages]


def failing(kind: ErrorKind, *before: Step) -> list[Step]:
    """The script of a call that fails."""
    return [*before, ModelFailure("fake/scripted went away", kind=kind, hint="wait")]


async def talk(house: ChatHouse, *texts: str, told: Conversation | None = None) -> Conversation:
    """Say one thing after the other."""
    chat = house.chat_interaction()
    conversation = told or chat.begin()
    for text in texts:
        conversation = (await chat.execute(ChatRequest(conversation, text))).conversation
    return conversation


async def test_a_failed_answer_keeps_question_words_and_cost() -> None:
    """Every attempt counts; the next question goes with the one that got no answer."""
    attempt = Attempt(
        "fake", ASKED, ModelTier.CHEAP, ErrorKind.OVERLOADED, usage=Usage(7), source=UsageSource.ESTIMATED,
        cost=Decimal("0.5"),
    )  # fmt: skip
    model = ScriptedModel(failing(ErrorKind.OVERLOADED, AttemptEnded(attempt)), saying("Hello."))
    house = ChatHouse({ASKED: model})

    told = await talk(house, "Hi")

    assert (told.entries[1].error, told.entries[1].kind) == (
        "fake/scripted went away (wait)",
        ErrorKind.OVERLOADED,
    )
    assert (told.spent.usage, told.spent.cost) == (Usage(7), Decimal("0.5"))
    assert told.entries[1].estimated, "the attempt says so"
    assert await house.store.load(told.id) == told
    again = await talk(house, "Are you there?", told=told)
    assert sent(model) == [("user", "Hi\n\nAre you there?")]
    assert again.entries[-1].message.content == "Hello."


async def test_half_an_answer_is_kept_and_sent_along() -> None:
    """So that a person can say: go on."""
    model = ScriptedModel(failing(ErrorKind.INCOMPLETE, TextDelta("One, ")), saying("two."))
    told = await talk(ChatHouse({ASKED: model}), "Count", "Go on")
    assert told.entries[1].message.content == "One, "
    assert sent(model) == [("user", "Count"), ("assistant", "One, "), ("user", "Go on")]


async def cancelled(house: ChatHouse, model: ScriptedModel, pieces: int) -> Conversation:
    """A conversation whose answer is cancelled once so many pieces have come; as it is on the disk."""
    chat = house.chat_interaction()
    begun, heard = chat.begin(), list[ModelEvent]()
    asking = asyncio.create_task(chat.execute(ChatRequest(begun, "A question"), heard.append))
    await until(lambda: len(heard) >= pieces and model.requests)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    return await chat.resume(begun.id)


async def test_a_cancelled_answer_keeps_the_words_and_an_estimate_of_what_they_cost() -> None:
    """Nobody reports the tokens of a call that was cut off: counted, and said to be an estimate."""
    model = ScriptedModel([TextDelta("Eight ch"), asyncio.Event()])
    told = await cancelled(ChatHouse({ASKED: model}), model, 1)
    answer = told.entries[1]
    assert (answer.message.content, answer.kind, answer.error) == (
        "Eight ch", ErrorKind.CANCELLED, "the answer was cancelled",
    )  # fmt: skip
    assert answer.usage == Usage(input=3 + 4, output=2)
    assert (answer.cost, answer.estimated) == (Decimal("0.000011"), True)
    assert told.spent.estimated


async def test_a_call_that_follows_a_failed_one_is_estimated_alone() -> None:
    """The first was refused and cost nothing; the second is cut off, and has cost what was sent and said."""
    refused = ModelFailure("fake/scripted is busy", kind=ErrorKind.RATE_LIMIT)
    model = ScriptedModel([refused], [TextDelta("abcd" * 3), asyncio.Event()])
    clock, counter = FakeClock(), FakeTokenCounter()
    metered = MeteredModel(model, MemoryCostLedger(), counter, clock)
    house = ChatHouse({ASKED: RetryingModel(metered, RetryPolicy(), clock, lambda: 0.0)})
    told = await cancelled(house, model, 2)  # the attempt that failed, and a piece
    assert told.entries[1].usage == Usage(7, 3)
    assert (told.entries[1].cost, told.entries[1].estimated) == (Decimal("0.000013"), True)


async def test_a_call_that_had_ended_is_not_estimated() -> None:
    """Cancelled after the last word: the bill is known."""
    paid = Attempt("fake", ASKED, ModelTier.CHEAP, usage=Usage(9, 1), cost=Decimal(2))
    steps: list[Step] = [TextDelta("All."), UsageReported(Usage(9, 1)), AttemptEnded(paid), asyncio.Event()]
    model = ScriptedModel(steps)
    told = await cancelled(ChatHouse({ASKED: model}), model, 3)
    answer = told.entries[1]
    assert (answer.usage, answer.cost, answer.estimated) == (Usage(9, 1), Decimal(2), False)


async def test_void_words_are_no_part_of_half_an_answer() -> None:
    """An answer that began anew and then failed holds only what came after."""
    steps = failing(
        ErrorKind.INCOMPLETE, TextDelta("Void. "), AnswerRestarted("broke off"), TextDelta("One, ")
    )
    told = await talk(ChatHouse({ASKED: ScriptedModel(steps)}), "Count")
    assert told.entries[1].message.content == "One, "
