"""Questions under a budget: what is not allowed is not sent, and the answer says so."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from muster.application.services.chat_budget import Purse
from muster.application.use_cases.ask_models import AskRequest
from muster.application.use_cases.chat_interaction import ChatRequest, ChatResult
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import ErrorKind, UserError
from tests.fakes.chat_house import ChatHouse
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_model import ScriptedModel, saying

ASKED = "fake/scripted"
OPEN = BudgetLimits()


async def sitting(
    house: ChatHouse, limits: BudgetLimits, *texts: str, pause: float = 0.0
) -> list[ChatResult]:
    """What is answered to each of `texts` in one session, with a pause before each."""
    chat = house.chat_interaction()
    results: list[ChatResult] = []
    conversation = chat.begin()
    with chat.session(conversation, limits) as allowance:
        for text in texts:
            await house.clock.sleep(pause)
            results.append(await chat.execute(ChatRequest(conversation, text, allowance)))
            conversation = results[-1].conversation
    return results


async def test_a_session_makes_as_many_calls_as_it_may() -> None:
    """The question that is refused is kept, costs nothing, and is sent with the next one."""
    model = ScriptedModel(saying("Hello."))
    house = ChatHouse({ASKED: model}, usual=OPEN)

    one, two, three = await sitting(house, BudgetLimits(calls=2), "One", "Two", "Three")

    assert len(model.requests) == 2
    assert (one.reply.ok, two.reply.ok, three.reply.kind) == (True, True, ErrorKind.BUDGET)
    assert "0 of 2 are left" in three.reply.error
    assert (three.reply.usage.total, three.reply.cost) == (0, Decimal(0))
    assert three.conversation.entries[-2].message.content == "Three"
    await sitting(house, BudgetLimits(calls=2), "Four")
    assert len(model.requests) == 3, "a new session may spend anew"


async def test_the_settings_hold_where_nothing_is_said() -> None:
    """A limit that is given wins over theirs, be it higher or lower."""
    model = ScriptedModel(saying("Hello."))
    house = ChatHouse({ASKED: model}, usual=BudgetLimits(calls=1, usd=Decimal(1)))
    results = await sitting(house, OPEN, "One", "Two")
    assert [result.reply.ok for result in results] == [True, False]
    results = await sitting(house, BudgetLimits(calls=2), "One", "Two", "Three")
    assert [result.reply.ok for result in results] == [True, True, False]
    results = await sitting(house, BudgetLimits(calls=9, usd=Decimal("0.000001")), "One")
    assert "0.000001 of 0.000001 are left" in results[0].reply.error
    assert len(model.requests) == 3


async def test_the_settings_hold_for_a_question_without_a_session() -> None:
    """For each of them."""
    house = ChatHouse({ASKED: ScriptedModel(saying("Hello."))}, usual=BudgetLimits(calls=0))
    chat = house.chat_interaction()
    assert (await chat.execute(ChatRequest(chat.begin(), "Hi"))).reply.kind is ErrorKind.BUDGET


async def test_seconds_are_those_of_an_answer_and_not_of_who_types() -> None:
    """An hour before each question takes nothing from the minute that its answer has; an answer out of time ends."""
    never = [asyncio.Event()]
    model = ScriptedModel(saying("Hello."), saying("Hello."), never)
    house = ChatHouse({ASKED: model}, clock=FakeClock(), usual=OPEN)
    results = await sitting(house, BudgetLimits(seconds=0.2), "One", "Two", "Three", pause=3600)
    assert [result.reply.kind for result in results] == [None, None, ErrorKind.BUDGET]
    assert "its 0.2 seconds are over" in results[2].reply.error


async def test_all_answers_to_one_question_share_its_budget() -> None:
    """Of three that are asked at once two are, and the third says why not; the budget is closed afterwards."""
    model = ScriptedModel(saying("Because."))
    house = ChatHouse({"a": model, "b": model, "c": model}, usual=OPEN)
    request = AskRequest("Why?", ("a", "b", "c"), budget=BudgetLimits(calls=2))
    for _ in range(2):
        kinds = [answer.reply.kind for answer in await house.ask_models().execute(request)]
        assert sorted(kinds, key=str) == sorted([None, None, ErrorKind.BUDGET], key=str)
    assert len(model.requests) == 4


async def test_budgets_of_the_host_pay_too() -> None:
    """Several questions, one account."""
    model = ScriptedModel(saying("Because."))
    house = ChatHouse({"a": model}, usual=OPEN)
    with house.book.open("today", BudgetLimits(calls=1)) as today:
        request = AskRequest("Why?", ("a",), accounts=(today.name,))
        answers = [(await house.ask_models().execute(request))[0].reply.ok for _ in range(2)]
    assert answers == [True, False]
    assert today.spent.calls == 1


async def test_a_cancelled_question_leaves_its_budget_closed() -> None:
    """The same message may be sent again."""
    house = ChatHouse({ASKED: ScriptedModel([asyncio.Event()], saying("Hello."))}, usual=OPEN)
    chat = house.chat_interaction()
    request = ChatRequest(chat.begin(), "Hi")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await chat.execute(request)
    assert (await chat.execute(request)).reply.ok


def test_limits_that_nobody_keeps_are_refused() -> None:
    """Rather than forgotten; without limits nothing is kept."""
    purse = Purse()
    with purse.opened("ask-1", OPEN, ("today",)) as accounts:
        assert accounts == ("today",)
    with pytest.raises(UserError, match="nobody keeps"), purse.opened("ask-1", BudgetLimits(calls=1)):
        pass


async def test_a_limit_that_is_no_amount_is_refused_before_anything_is_asked() -> None:
    """By the session, before the first question is typed."""
    house = ChatHouse({ASKED: ScriptedModel(saying("Hello."))}, usual=OPEN)
    with pytest.raises(UserError, match="no amount"):
        await sitting(house, BudgetLimits(calls=-1), "Hi")
    with pytest.raises(UserError, match="no amount"):
        await house.ask_models().execute(AskRequest("Why?", budget=BudgetLimits(usd=Decimal(-1))))
    assert await house.store.list() == ()
