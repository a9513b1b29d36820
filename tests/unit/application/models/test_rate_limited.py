"""Calls wait for their turn, say how long they waited, and give back what they did not take."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from muster.application.models.metered import MeteredModel
from muster.application.models.rate_limited import Pace, RateLimitedModel
from muster.application.models.refusal import Refusals
from muster.domain.errors import ErrorKind, ModelFailure
from muster.domain.messaging.message import Message, Role
from muster.domain.models.attempt import Attempt
from muster.domain.models.exchange import AttemptEnded, CallContext, ModelEvent, ModelRequest
from muster.domain.models.rate import RateLimit
from muster.domain.models.usage import Usage
from muster.infrastructure.ledger.memory_ledger import MemoryCostLedger
from muster.infrastructure.limits.in_process_limiter import InProcessRateLimiter
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_model import ScriptedModel, Step, saying

ASKING = ModelRequest((Message(Role.USER, "hello"),), max_output_tokens=91)
"""Nine tokens in and at most 91 out: a hundred."""


class House:
    """A scripted model that is metered, behind a limit that is kept by a clock moved by hand."""

    def __init__(
        self, limit: RateLimit, *script: Step, longest: float = 600.0, left: float | None = None
    ) -> None:
        self.clock = FakeClock()
        self.inner = ScriptedModel(list(script) or saying("hi", Usage(10, 5)))
        self.ledger = MemoryCostLedger()
        self.limiter = InProcessRateLimiter(self.clock)
        pace = Pace(self.limiter, limit, self.clock, longest, lambda _: left)
        metered = MeteredModel(self.inner, self.ledger, CharacterCounter(), self.clock)
        refusals = Refusals(self.ledger, self.clock)
        self.model = RateLimitedModel(metered, pace, CharacterCounter(), refusals)
        self.events: list[ModelEvent] = []

    async def call(self, context: CallContext | None = None) -> float:
        """Make one call; the seconds that stand in its attempt."""
        request = replace(ASKING, context=context or CallContext())
        self.events = []
        async for event in self.model.stream(request):
            self.events.append(event)
        return self.attempt.waited

    @property
    def attempt(self) -> Attempt:
        """The last attempt."""
        return [event.attempt for event in self.events if isinstance(event, AttemptEnded)][-1]


async def test_the_call_beyond_the_limit_waits_and_says_so() -> None:
    """Until the first one is a minute old; what was waited before it is counted too."""
    house = House(RateLimit(requests=2))
    assert [await house.call(), await house.call()] == [0.0, 0.0]
    house.clock.advance(20)
    assert await house.call(CallContext(waited=1.5)) == pytest.approx(41.5, abs=0.01)
    assert house.clock.slept == [pytest.approx(40, abs=0.01)]


async def test_tokens_that_were_not_taken_are_given_back() -> None:
    """The longest answer is set aside, the real one counts: six calls of 15 tokens fit, and one expected at 100."""
    house = House(RateLimit(tokens=190))
    assert [await house.call() for _ in range(7)] == [0.0] * 7
    assert await house.call() > 59
    assert house.clock.slept != []


async def test_a_turn_too_far_off_is_refused_and_kept() -> None:
    """With the seconds that are missing, for whoever wants to wait by himself."""
    house = House(RateLimit(requests=1), longest=10)
    await house.call()
    with pytest.raises(ModelFailure, match=r"leaves no room for 60\.0 s more") as caught:
        await house.call()
    assert caught.value.kind is ErrorKind.OUR_LIMIT
    assert caught.value.retry_after == pytest.approx(60, abs=0.01)
    assert house.attempt.error is ErrorKind.OUR_LIMIT
    assert house.clock.slept == []
    assert len(house.inner.requests) == 1


async def test_nobody_waits_longer_than_the_budget_has_time() -> None:
    """A call that could only come too late is refused at once."""
    house = House(RateLimit(requests=1), left=5.0)
    await house.call(CallContext(accounts=("run",)))
    with pytest.raises(ModelFailure):
        await house.call(CallContext(accounts=("run",)))
    assert house.clock.slept == []


async def test_a_failed_call_gives_its_tokens_back() -> None:
    """The provider has spent none on it."""
    house = House(RateLimit(tokens=100), ModelFailure("busy", kind=ErrorKind.OVERLOADED))
    for _ in range(3):
        with pytest.raises(ModelFailure, match="busy"):
            await house.call()
    assert house.clock.slept == []


async def test_a_hundred_callers_never_exceed_the_limit() -> None:
    """All at once: twenty a minute is five minutes, and each call is made."""
    house = House(RateLimit(requests=20))
    moments: list[float] = []

    async def one() -> None:
        async for _ in house.model.stream(ASKING):
            pass
        moments.append(house.clock.monotonic())

    await asyncio.gather(*(one() for _ in range(100)))
    assert len(house.inner.requests) == 100
    assert all(sum(start <= at < start + 60 for at in moments) <= 20 for start in moments)


async def test_models_of_one_provider_share_its_limit() -> None:
    """It is the provider that counts."""
    house = House(RateLimit(requests=1))
    await house.call()
    other = House(RateLimit(requests=1))
    info = replace(other.inner.info, id="other")
    pace = Pace(house.limiter, RateLimit(requests=1), house.clock)
    refusals = Refusals(house.ledger, house.clock)
    model = RateLimitedModel(ScriptedModel(saying("hi"), info=info), pace, CharacterCounter(), refusals)
    _ = [event async for event in model.stream(ASKING)]
    assert house.clock.slept == [pytest.approx(60, abs=0.01)]


async def test_without_a_limit_nothing_is_counted() -> None:
    """Nor is anything waited for."""
    house = House(RateLimit())
    assert [await house.call() for _ in range(50)] == [0.0] * 50
    assert house.model.info is house.inner.info
