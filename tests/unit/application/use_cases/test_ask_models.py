"""One question, several models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest

from muster.application.use_cases.ask_models import AskRequest, ModelAnswer
from muster.domain.errors import ConfigurationError, ErrorKind, ModelFailure, UnknownName, UserError
from muster.domain.models.exchange import ModelEvent, ModelRequest, TextDelta
from muster.domain.models.usage import Usage
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.llm.offline import OfflineModel
from tests.fakes.chat_house import ChatHouse
from tests.fakes.patience import until
from tests.fakes.scripted_model import ScriptedModel, model_info, saying
from tests.fakes.token_counter import FakeTokenCounter


async def test_answers_come_in_the_order_of_asking() -> None:
    """Whoever is first; all are asked the same, at the same time."""
    gate = asyncio.Event()
    slow, fast = ScriptedModel([gate, *saying("slow")]), ScriptedModel(saying("fast"))
    house = ChatHouse({"a": slow, "b": fast})
    places: list[int] = []

    def arrived(place: int, answer: ModelAnswer) -> None:
        places.append(place)
        gate.set()

    answers = await house.ask_models().execute(AskRequest("Why?", ("a", "b"), "Be brief."), arrived)

    assert [(answer.asked, answer.reply.text) for answer in answers] == [("a", "slow"), ("b", "fast")]
    assert places == [1, 0]
    assert slow.requests[0].messages == fast.requests[0].messages
    assert [message.content for message in slow.requests[0].messages] == ["Be brief.", "Why?"]
    assert slow.requests[0].context.run_id == fast.requests[0].context.run_id == "ask-000001"


async def test_each_answer_has_its_tokens_and_cost() -> None:
    """At the price of its own model; unpriced is None."""
    unpriced = ScriptedModel(saying("b"), info=replace(model_info(), prices=None))
    answers = (
        await ChatHouse({"a": ScriptedModel(saying("a")), "b": unpriced})
        .ask_models()
        .execute(AskRequest("Why?", ("a", "b")))
    )
    assert [answer.reply.usage for answer in answers] == [Usage(10, 5)] * 2
    assert [answer.reply.cost for answer in answers] == [Decimal("0.00002"), None]


async def test_one_that_fails_takes_nothing_from_the_others() -> None:
    """Whether its call fails, or it cannot be had at all."""
    broken = ScriptedModel([ModelFailure("fake/x refused the key", kind=ErrorKind.AUTHENTICATION)])
    house = ChatHouse(
        {
            "broken": broken,
            "keyless": ConfigurationError("no key for it", hint="set one"),
            "offline": OfflineModel(FakeTokenCounter()),
            "good": ScriptedModel(saying("Because.")),
        }
    )
    answers = await house.ask_models().execute(AskRequest("Why?", tuple(house.models)))
    assert [answer.reply.error for answer in answers][:2] == [
        "fake/x refused the key",
        "no key for it (set one)",
    ]
    assert "no language model" in answers[2].reply.error
    assert [answer.reply.ok for answer in answers] == [False, False, False, True]
    assert [answer.reply.kind for answer in answers[:2]] == [ErrorKind.AUTHENTICATION, ErrorKind.UNKNOWN]


async def test_an_unknown_name_is_refused_before_anybody_is_asked() -> None:
    """A slip of the pen costs nothing."""
    good = ScriptedModel(saying("Because."))
    with pytest.raises(UnknownName, match="goood"):
        await ChatHouse({"good": good}).ask_models().execute(AskRequest("Why?", ("good", "goood")))
    assert good.requests == []


async def test_when_nobody_can_be_asked_the_reason_is_raised() -> None:
    """With what to set; that of the first model."""
    house = ChatHouse({"offline": OfflineModel(FakeTokenCounter()), "k": ConfigurationError("no key")})
    with pytest.raises(ConfigurationError, match="no language model") as refused:
        await house.ask_models().execute(AskRequest("Why?"))
    assert "OPENAI_API_KEY" in refused.value.hint
    with pytest.raises(ConfigurationError, match="no key"):
        await house.ask_models().execute(AskRequest("Why?", ("k", "offline")))


async def test_a_cancellation_keeps_what_has_come() -> None:
    """The answers that were there, and of the others as much as they had said."""
    quick = ScriptedModel(saying("done"))
    slow = ScriptedModel([TextDelta("I was"), asyncio.Event()])
    come: dict[int, ModelAnswer] = {}
    house = ChatHouse({"slow": slow, "quick": quick})
    asking = asyncio.create_task(
        house.ask_models().execute(AskRequest("Why?", ("slow", "quick")), come.__setitem__)
    )
    await until(lambda: 1 in come and slow.requests)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (come[1].reply.text, come[1].reply.ok) == ("done", True)
    assert (come[0].reply.text, come[0].reply.kind) == ("I was", ErrorKind.CANCELLED)
    assert come[0].reply.estimated


async def test_they_are_asked_at_once() -> None:
    """Ten models that take 0.1 s each take hardly longer together."""

    class Slow(ScriptedModel):
        async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
            await asyncio.sleep(0.1)
            async for event in super().stream(request):
                yield event

    clock = SystemClock()
    house = ChatHouse({f"m{n}": Slow(saying("x")) for n in range(10)}, clock=clock)
    began = clock.monotonic()
    answers = await house.ask_models().execute(AskRequest("Why?", tuple(house.models)))
    assert clock.monotonic() - began < 0.6
    assert all(answer.reply.seconds >= 0.09 for answer in answers)


async def test_a_model_that_stands_there_twice_is_asked_twice() -> None:
    """Two answers of one model can be compared as well."""
    model = ScriptedModel(saying("one"), saying("two"))
    answers = await ChatHouse({"a": model}).ask_models().execute(AskRequest("Why?", ("a", "a")))
    assert [answer.reply.text for answer in answers] == ["one", "two"]


async def test_a_question_without_words_is_refused() -> None:
    """Before any model is looked for."""
    with pytest.raises(UserError, match="nothing to ask"):
        await ChatHouse({}).ask_models().execute(AskRequest(" ", ("x",)))
