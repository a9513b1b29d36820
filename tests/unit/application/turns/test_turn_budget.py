"""A turn with a budget of its own, and what is told of calls that do not go well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from muster.application.models.budget import BudgetBook
from muster.application.models.budgeted import BudgetedModel
from muster.application.models.metered import MeteredModel
from muster.application.models.refusal import Refusals
from muster.application.models.retrying import RetryingModel
from muster.application.turns.executors import FunctionExecutor
from muster.application.turns.function_tool import FunctionTool
from muster.application.turns.runner import TurnRunner
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import ErrorKind, ModelFailure
from muster.domain.events.events import ModelAttempted, TextArrived, TextVoided
from muster.domain.messaging.message import Message
from muster.domain.models.exchange import TextDelta
from muster.domain.models.retry import RetryPolicy
from muster.domain.turns.types import TurnConfig, TurnInput, TurnStatus
from muster.infrastructure.ledger.memory_ledger import MemoryCostLedger
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.clock import FakeClock
from tests.fakes.listed_bus import ListedBus
from tests.fakes.scripted_model import ScriptedModel, calling, saying


def look() -> str:
    """Look."""
    return "seen"


class House:
    """A runner over a model that is paid for and tried again."""

    def __init__(self, model: ScriptedModel) -> None:
        self.clock, self.bus, self.ledger = FakeClock(), ListedBus(), MemoryCostLedger()
        self.book = BudgetBook(self.clock)
        counter = CharacterCounter()
        metered = MeteredModel(model, self.ledger, counter, self.clock)
        paid = BudgetedModel(metered, self.book, counter, Refusals(self.ledger, self.clock))
        stack = RetryingModel(paid, RetryPolicy(), self.clock, lambda: 0.0)
        tools = FunctionExecutor({"look": FunctionTool(look)})
        self.runner = TurnRunner(stack, tools, counter, self.clock, self.bus, None, self.book)


async def test_a_turn_stops_at_its_own_limit_and_keeps_what_it_has() -> None:
    """Two calls are allowed, the third is refused before it is made; a second turn begins anew."""
    model = ScriptedModel(calling(("look", "{}")))
    house = House(model)
    turn = TurnInput("look around", config=TurnConfig(budget=BudgetLimits(calls=2)), agent="critic")

    output = await house.runner.run(turn)

    assert len(model.requests) == 2
    assert (output.status, output.metadata["code"]) == (TurnStatus.FAILED, "budget")
    assert len(output.tool_calls) == 2
    assert [attempt.error for attempt in output.metrics.attempts] == [None, None, ErrorKind.BUDGET]
    assert output.metrics.cost == sum(attempt.cost or 0 for attempt in output.metrics.attempts)
    await house.runner.run(turn)
    assert len(model.requests) == 4


async def test_a_turn_takes_from_what_it_shares_too() -> None:
    """Its own limit is wider than that of the run."""
    model = ScriptedModel(calling(("look", "{}")))
    house = House(model)
    config = TurnConfig(budget=BudgetLimits(calls=9))
    with house.book.open("run", BudgetLimits(calls=1)) as run:
        output = await house.runner.run(TurnInput("look around", config=config, accounts=("run",)))
        assert run.spent.calls == 1
    assert (len(model.requests), output.status) == (1, TurnStatus.FAILED)


async def test_a_runner_without_a_book_refuses_a_turn_with_a_budget() -> None:
    """A limit that nobody keeps would be a lie."""
    runner = TurnRunner(
        ScriptedModel(saying("hi")), FunctionExecutor({}), CharacterCounter(), FakeClock(), ListedBus()
    )
    with pytest.raises(ValueError, match="keeps no budgets"):
        await runner.run(TurnInput("hi", config=TurnConfig(budget=BudgetLimits(calls=1))))


async def test_an_answer_that_begins_anew_voids_what_was_shown_of_it() -> None:
    """Whoever watches is told in order: piece, failed attempt, void, whole answer, attempt."""
    lost = ModelFailure("the line broke", kind=ErrorKind.INCOMPLETE)
    house = House(ScriptedModel([TextDelta("half"), lost], saying("whole")))

    output = await house.runner.run(TurnInput("hi"))

    told = [e for e in house.bus.events if isinstance(e, TextArrived | TextVoided | ModelAttempted)]
    assert [
        e.attempt.error
        if isinstance(e, ModelAttempted)
        else e.reason
        if isinstance(e, TextVoided)
        else e.text
        for e in told
    ] == ["half", ErrorKind.INCOMPLETE, "incomplete", "whole", None]
    assert output.text == "whole"
    assert output.metrics.usage.output == len("half") + 5


async def test_messages_are_guarded_before_they_are_shortened() -> None:
    """Half of a private key is no longer seen to be one: what is shortened is the redacted text."""
    key = "\n".join(
        ["-----BEGIN PRIVATE KEY-----", *(f"{n:03}" + "Kx9/" * 15 for n in range(40)), "-----END"]
    )

    def leak() -> str:
        """Give a key away."""
        return key

    def guard(messages: Sequence[Message]) -> tuple[Message, ...]:
        return tuple(
            replace(m, content="[key]" if "BEGIN PRIVATE" in m.content else m.content) for m in messages
        )

    model = ScriptedModel(calling(("leak", "{}")), saying("done"))
    tools = FunctionExecutor({"leak": FunctionTool(leak)})
    runner = TurnRunner(model, tools, CharacterCounter(), FakeClock(), ListedBus(), None, None, guard)
    config = TurnConfig(max_context_tokens=1500, response_reserve=100)
    await runner.run(TurnInput("look", config=config))

    assert len(model.requests) == 2
    assert "Kx9/" not in str(model.requests[1].messages)
    assert "[key]" in str(model.requests[1].messages)
