"""The minute of one process, by a clock that is moved by hand."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.models.rate import RateLimit
from muster.infrastructure.limits.in_process_limiter import InProcessRateLimiter
from tests.fakes.clock import FakeClock

LIMIT = RateLimit(requests=5, tokens=100)
ASKED = st.tuples(st.floats(0, 30, allow_nan=False), st.integers(0, 60), st.integers(-60, 0))


@given(st.lists(ASKED, max_size=60))
def test_no_minute_ever_holds_more_than_the_limit(calls: list[tuple[float, int, int]]) -> None:
    """Whatever is asked for and whenever, with counts corrected at once."""
    clock = FakeClock()
    limiter = InProcessRateLimiter(clock)
    taken: list[tuple[float, int]] = []

    async def use() -> None:
        for pause, tokens, correction in calls:
            clock.advance(pause)
            if await limiter.acquire("k", LIMIT, tokens) == 0.0:
                known = max(tokens + correction, 0)
                taken.append((clock.monotonic(), known))
                await limiter.adjust("k", LIMIT, known - tokens)

    asyncio.run(use())
    for start, _ in taken:
        minute = [tokens for at, tokens in taken if start <= at < start + 60]
        assert len(minute) <= 5
        assert sum(minute) <= 100


@given(st.lists(ASKED, max_size=40), st.integers(0, 300))
def test_whoever_comes_when_told_gets_through(calls: list[tuple[float, int, int]], tokens: int) -> None:
    """At the first try, when nobody came between, also with more than a minute has."""
    clock = FakeClock()
    limiter = InProcessRateLimiter(clock)

    async def use() -> None:
        for pause, amount, _ in calls:
            clock.advance(pause)
            await limiter.acquire("k", LIMIT, amount)
        wait = await limiter.acquire("k", LIMIT, tokens)
        assert wait <= 60.01
        clock.advance(wait)
        if wait > 0:
            assert await limiter.acquire("k", LIMIT, tokens) == 0.0

    asyncio.run(use())


async def test_the_wait_is_no_longer_than_needed() -> None:
    """Not until the minute is empty, but until there is room."""
    clock = FakeClock()
    limiter = InProcessRateLimiter(clock)
    for tokens in (40, 40, 20):
        assert await limiter.acquire("k", LIMIT, tokens) == 0.0
        clock.advance(10)
    assert await limiter.acquire("k", LIMIT, 30) == pytest.approx(30, abs=0.01)
    assert await limiter.acquire("k", LIMIT, 50) == pytest.approx(40, abs=0.01)


async def test_a_clock_that_is_set_changes_nothing() -> None:
    """Only the steady counter counts, forwards and backwards."""
    clock = FakeClock()
    limiter = InProcessRateLimiter(clock)
    limit = RateLimit(requests=1)
    assert await limiter.acquire("k", limit, 1) == 0.0
    for days in (400, -800):
        clock.jump(days)
        assert await limiter.acquire("k", limit, 1) == pytest.approx(60, abs=0.01)
    clock.advance(60)
    assert await limiter.acquire("k", limit, 1) == 0.0


async def test_an_old_minute_takes_no_room() -> None:
    """What has gone is forgotten, a correction that comes late too."""
    clock = FakeClock()
    limiter = InProcessRateLimiter(clock)
    for _ in range(3000):
        await limiter.acquire("k", RateLimit(requests=10), 1)
        clock.advance(7)
    assert len(limiter._windows["k"]._requests) <= 10
    clock.advance(100)
    await limiter.adjust("k", LIMIT, -50)
    assert await limiter.acquire("k", LIMIT, 100) == 0.0
