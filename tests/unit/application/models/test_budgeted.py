"""Calls under a budget: refused before they are made, settled for what they took, never free."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from muster.application.models.budget import BudgetBook
from muster.application.models.budgeted import BudgetedModel, worst_case
from muster.application.models.closing import close
from muster.application.models.guarded import GuardedModel
from muster.application.models.metered import MeteredModel
from muster.application.models.refusal import Refusals
from muster.domain.budget.limits import BudgetLimits, Spending
from muster.domain.errors import BudgetExceeded, ErrorKind, ModelFailure
from muster.domain.ledger.entry import LedgerQuery
from muster.domain.messaging.message import Message, Role
from muster.domain.models.attempt import UsageSource
from muster.domain.models.exchange import (
    AttemptEnded,
    CallContext,
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    TextDelta,
)
from muster.domain.models.info import ModelPrices
from muster.domain.models.usage import Usage
from muster.domain.security.scrubbed import PrivacyPolicy
from muster.domain.tokens.count import TokenCount
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.evidence.secret_scrubber import SecretScrubber
from muster.infrastructure.ledger.memory_ledger import MemoryCostLedger
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.scripted_model import ScriptedModel, Step, model_info, saying

HELLO = (Message(Role.USER, "hello"),)
EVERYTHING = LedgerQuery()


class House:
    """A scripted model that is metered and paid for from the budgets of `book`."""

    def __init__(self, *scripts: list[Step], model: ScriptedModel | None = None) -> None:
        self.clock = SystemClock()
        self.book = BudgetBook(self.clock)
        self.ledger = MemoryCostLedger()
        self.inner = model or ScriptedModel(*scripts)
        metered = MeteredModel(self.inner, self.ledger, CharacterCounter(), self.clock)
        refusals = Refusals(self.ledger, self.clock)
        self.model = BudgetedModel(metered, self.book, CharacterCounter(), refusals)
        self.events: list[ModelEvent] = []
        self.called = asyncio.Event()

    async def call(self, *accounts: str, pause: float = 0.0) -> None:
        """Read one call; its events are kept, also those before an error; `pause` makes a slow reader."""
        events = self.model.stream(asking(*accounts))
        try:
            async for event in events:
                self.events.append(event)
                self.called.set()
                await asyncio.sleep(pause)
        finally:
            await close(events)

    @property
    def kinds(self) -> list[str]:
        """The names of the events."""
        return [type(event).__name__ for event in self.events]


def asking(*accounts: str, longest: int = 100) -> ModelRequest:
    """A request of nine tokens that these budgets pay for."""
    return ModelRequest(HELLO, max_output_tokens=longest, context=CallContext(accounts=accounts))


async def test_a_call_is_settled_for_what_the_provider_reported() -> None:
    """Before its end is told, so that a reader who stops there has paid."""
    house = House(saying("hi", Usage(input=10, output=5)))
    budget = house.book.open("run", BudgetLimits(usd=Decimal(1)))
    seen = [
        (type(event).__name__, budget.spent.tokens, budget.reserved.tokens)
        async for event in house.model.stream(asking("run"))
    ]
    assert seen[0] == ("TextDelta", 0, 109)
    assert seen[-2:] == [("AttemptEnded", 15, 0), ("Finished", 15, 0)]
    assert budget.spent == Spending(1, 15, Decimal("0.00002"))


async def test_fifty_runs_that_share_ten_calls_make_exactly_ten() -> None:
    """The others are refused before anything is sent, and each refusal is on record with what it spared."""
    house = House(saying("hi"))
    house.book.open("all", BudgetLimits(calls=10))
    for number in range(50):
        house.book.open(f"run {number}", BudgetLimits(), parent="all")

    ended = await asyncio.gather(*(house.call(f"run {n}") for n in range(50)), return_exceptions=True)

    assert len(house.inner.requests) == 10
    refused = [error for error in ended if isinstance(error, BudgetExceeded)]
    assert len(refused) == 40
    assert all("0 of 10 are left" in error.message for error in refused)
    kept = [entry.attempt for entry in await house.ledger.entries(EVERYTHING)]
    assert [attempt.spared for attempt in kept if attempt.error is ErrorKind.BUDGET] == [
        Decimal("0.000209")
    ] * 40
    assert sum(attempt.ok for attempt in kept) == 10


async def test_a_refusal_is_an_attempt_before_it_is_an_error() -> None:
    """Whoever watches sees what was refused and what it would have cost."""
    house = House(saying("hi"))
    house.book.open("run", BudgetLimits(usd=Decimal("0.0002")))
    with pytest.raises(BudgetExceeded, match=r"up to \$0.000209"):
        await house.call("run")
    (event,) = house.events
    assert isinstance(event, AttemptEnded)
    assert (event.attempt.error, event.attempt.cost) == (ErrorKind.BUDGET, Decimal(0))
    assert event.attempt.spared == Decimal("0.000209")
    assert house.inner.requests == []


async def test_a_failed_call_costs_what_it_took() -> None:
    """Half an answer is paid for, a refusal by status is a call without tokens."""
    broken: list[Step] = [TextDelta("half"), ModelFailure("gone", kind=ErrorKind.CONNECTION)]
    denied: list[Step] = [ModelFailure("busy", kind=ErrorKind.OVERLOADED)]
    house = House(broken, denied)
    budget = house.book.open("run", BudgetLimits(tokens=1000))
    for _ in range(2):
        with pytest.raises(ModelFailure):
            await house.call("run")
    assert (budget.spent.calls, budget.spent.tokens, budget.reserved.tokens) == (2, 13, 0)


@pytest.mark.parametrize("pause", [0.0, 5.0], ids=["in the call", "in the reader"])
async def test_a_cancelled_call_is_settled_at_what_the_ledger_says(pause: float) -> None:
    """Budget and ledger agree on the estimate: what was sent and said until then."""
    never = asyncio.Event()
    house = House([TextDelta("half"), never])
    budget = house.book.open("run", BudgetLimits(tokens=1000))
    task = asyncio.create_task(house.call("run", pause=pause))
    await house.called.wait()
    await asyncio.sleep(0.01)
    assert budget.reserved.tokens == 109
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (entry,) = await house.ledger.entries(EVERYTHING)
    assert (entry.attempt.error, entry.attempt.usage) == (ErrorKind.CANCELLED, Usage(9, 4))
    assert (budget.spent.tokens, budget.reserved.tokens) == (13, 0)
    assert budget.spent.usd == entry.attempt.cost


async def test_a_blocked_prompt_costs_the_budget_nothing() -> None:
    """It never left."""
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    house = House()
    guarded = GuardedModel(ScriptedModel(saying("hi")), SecretScrubber(), PrivacyPolicy.BLOCK)
    metered = MeteredModel(guarded, house.ledger, CharacterCounter(), house.clock)
    model = BudgetedModel(metered, house.book, CharacterCounter(), Refusals(house.ledger, house.clock))
    budget = house.book.open("run", BudgetLimits(calls=1))
    request = ModelRequest((Message(Role.USER, secret),), context=CallContext(accounts=("run",)))
    with pytest.raises(ModelFailure) as caught:
        _ = [event async for event in model.stream(request)]
    assert caught.value.kind is ErrorKind.BLOCKED
    assert (budget.spent, budget.reserved) == (Spending(), Spending())
    (entry,) = await house.ledger.entries(EVERYTHING)
    assert (entry.attempt.error, entry.attempt.cost) == (ErrorKind.BLOCKED, Decimal(0))


async def test_a_call_ends_when_the_time_of_its_budget_is_up() -> None:
    """While it hangs; what was said until then is on record, and the error says which budget."""
    house = House([TextDelta("half"), asyncio.Event()])
    budget = house.book.open("run", BudgetLimits(seconds=0.05, tokens=1000))
    with pytest.raises(BudgetExceeded, match=r"'run': its 0.05 seconds are over"):
        await house.call("run")
    ended = house.events[-1]
    assert isinstance(ended, AttemptEnded)
    assert (ended.attempt.error, ended.attempt.source) == (ErrorKind.TIMEOUT, UsageSource.ESTIMATED)
    assert "the time of its budget was over" in ended.attempt.detail
    assert (ended.attempt.usage, ended.attempt.cost) == (Usage(9, 4), Decimal("0.000017"))
    (entry,) = await house.ledger.entries(EVERYTHING)
    assert entry.attempt == ended.attempt
    assert (budget.spent.tokens, budget.reserved.tokens) == (13, 0)


async def test_a_call_ends_in_time_although_its_budget_was_closed() -> None:
    """Closing takes the name away, not the limit."""
    house = House([TextDelta("half"), asyncio.Event()])
    budget = house.book.open("run", BudgetLimits(seconds=0.05))
    task = asyncio.create_task(house.call("run"))
    await house.called.wait()
    budget.close()
    with pytest.raises(BudgetExceeded, match="'run'"):
        await task


async def test_the_time_of_a_budget_does_not_go_off_in_the_reader() -> None:
    """Whoever is slow with an event is not cancelled; the call is, at the next one."""
    house = House([TextDelta("a"), TextDelta("b"), asyncio.Event()])
    house.book.open("run", BudgetLimits(seconds=0.02))
    with pytest.raises(BudgetExceeded):
        await house.call("run", pause=0.05)
    assert house.kinds[0] == "TextDelta"
    assert house.kinds[-1] == "AttemptEnded"


async def test_an_answer_in_time_is_whole() -> None:
    """The same events as without a limit."""
    house = House(saying("hi"))
    house.book.open("run", BudgetLimits(seconds=30))
    await house.call("run")
    assert house.kinds == ["TextDelta", "UsageReported", "AttemptEnded", "Finished"]


async def test_a_prompt_is_counted_only_where_a_limit_asks_for_it() -> None:
    """That takes time; refusals and what was broken off are told in full all the same."""

    class Watched(CharacterCounter):
        looks = 0

        def count(self, text: str) -> TokenCount:
            self.looks += 1
            return super().count(text)

    house, counter = House(saying("hi")), Watched()
    house.model._counter = counter
    budget = house.book.open("run", BudgetLimits(calls=1, seconds=30))
    await house.call("run")
    assert (counter.looks, budget.spent.tokens) == (0, 15)
    with pytest.raises(BudgetExceeded, match=r"would have cost up to \$0.000209"):
        await house.call("run")
    assert counter.looks == 1


async def test_without_accounts_nobody_counts() -> None:
    """The very stream of the model inside."""

    class Bare(ScriptedModel):
        def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
            self.given = super().stream(request)
            return self.given

    bare = Bare(saying("hi"))
    ledger, clock = MemoryCostLedger(), SystemClock()
    model = BudgetedModel(bare, BudgetBook(clock), CharacterCounter(), Refusals(ledger, clock))
    assert model.stream(asking()) is bare.given
    assert model.info is bare.info
    assert [type(event) async for event in bare.given][-1] is Finished


async def test_a_model_without_account_of_its_calls_is_settled_at_the_estimate() -> None:
    """Should it ever be stacked without a meter."""
    bare = ScriptedModel([Finished(FinishReason.STOP, "fake/scripted")])
    clock = SystemClock()
    book = BudgetBook(clock)
    budget = book.open("run", BudgetLimits())
    model = BudgetedModel(bare, book, CharacterCounter(), Refusals(MemoryCostLedger(), clock))
    _ = [event async for event in model.stream(asking("run"))]
    assert budget.spent.tokens == 109


@pytest.mark.parametrize(
    ("prices", "longest", "expected"),
    [
        (ModelPrices(Decimal(1), Decimal(2), Decimal(0), Decimal(0)), 100, Decimal("0.000209")),
        (ModelPrices(Decimal(1), Decimal(2), Decimal(0), Decimal(3)), 100, Decimal("0.000227")),
        (ModelPrices(Decimal(1), Decimal(2), Decimal(0), Decimal(0)), 1_000_000, Decimal("0.016393")),
    ],
    ids=["plain", "cache writes are dearer", "an answer is no longer than the model can"],
)
def test_the_worst_case_is_the_worst_case(prices: ModelPrices, longest: int, expected: Decimal) -> None:
    """Nine tokens in, at the dearest price that may apply."""
    assert worst_case(asking(longest=longest), model_info(prices=prices), CharacterCounter()).usd == expected


def test_an_estimate_is_taken_at_its_margin() -> None:
    """A counter that may be 20 % off is believed to be 20 % too low."""
    spending = worst_case(asking(longest=0), model_info(), CharacterCounter(0.2))
    assert spending.tokens == 11
