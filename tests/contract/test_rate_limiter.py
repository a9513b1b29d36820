"""What every rate limiter promises."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from muster.domain.models.rate import RateLimit
from muster.domain.ports.rate_limiter import RateLimiter
from muster.infrastructure.common.redis_client import RedisClient
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.limits.in_process_limiter import InProcessRateLimiter
from muster.infrastructure.limits.redis_limiter import RedisRateLimiter
from tests.fakes.redis_server import RedisServer, redis_server

KEYS = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    """One server for all of them."""
    with redis_server() as running:
        yield running


@pytest.fixture(params=["in process", "redis"])
def limiter(request: pytest.FixtureRequest) -> Iterator[RateLimiter]:
    """Each limiter in turn."""
    if request.param == "in process":
        yield InProcessRateLimiter(SystemClock())
    else:
        client = RedisClient(request.getfixturevalue("server").url, patience=20)
        yield RedisRateLimiter(client, SystemClock())
        client.close()


@pytest.fixture
def key() -> str:
    """A key that no test has used."""
    return f"fake/judge-{next(KEYS)}"


async def test_what_fits_is_taken_and_the_rest_is_told_when_to_come_again(
    limiter: RateLimiter, key: str
) -> None:
    """Within a minute; asking takes nothing."""
    limit = RateLimit(requests=3)
    assert [await limiter.acquire(key, limit, 10) for _ in range(3)] == [0.0] * 3
    for _ in range(20):
        assert 55 < await limiter.acquire(key, limit, 10) <= 61.1


async def test_tokens_are_limited_too(limiter: RateLimiter, key: str) -> None:
    """What is refused takes none, so that something smaller still fits."""
    limit = RateLimit(tokens=100)
    assert await limiter.acquire(key, limit, 60) == 0.0
    assert await limiter.acquire(key, limit, 41) > 55
    assert await limiter.acquire(key, limit, 40) == 0.0
    assert await limiter.acquire(key, limit, 1) > 55


async def test_both_limits_hold(limiter: RateLimiter, key: str) -> None:
    """The first one that is reached counts."""
    limit = RateLimit(requests=2, tokens=100)
    assert await limiter.acquire(key, limit, 100) == 0.0
    assert await limiter.acquire(key, limit, 1) > 55
    assert await limiter.acquire(key, RateLimit(requests=2), 1) == 0.0
    assert await limiter.acquire(key, RateLimit(requests=2), 1) > 55


async def test_no_limit_is_no_limit(limiter: RateLimiter, key: str) -> None:
    """None stands for it."""
    assert [await limiter.acquire(key, RateLimit(), 10**9) for _ in range(50)] == [0.0] * 50


async def test_a_limit_of_nothing_lets_nothing_through(limiter: RateLimiter, key: str) -> None:
    """And says so without an end."""
    assert await limiter.acquire(key, RateLimit(requests=0), 1) >= 59


async def test_keys_do_not_know_each_other(limiter: RateLimiter, key: str) -> None:
    """Each model has a minute of its own."""
    limit = RateLimit(requests=1)
    assert await limiter.acquire(key, limit, 1) == 0.0
    assert await limiter.acquire(key + "-other", limit, 1) == 0.0


async def test_what_was_not_needed_is_given_back(limiter: RateLimiter, key: str) -> None:
    """Once the true count is known; never more than was taken."""
    limit = RateLimit(tokens=100)
    await limiter.acquire(key, limit, 100)
    await limiter.adjust(key, limit, -70)
    assert await limiter.acquire(key, limit, 70) == 0.0
    await limiter.adjust(key, limit, -100_000)
    assert await limiter.acquire(key, limit, 100) == 0.0
    assert await limiter.acquire(key, limit, 1) > 55


async def test_what_was_taken_in_addition_counts(limiter: RateLimiter, key: str) -> None:
    """Also when nothing else did."""
    limit = RateLimit(tokens=100)
    await limiter.adjust(key, limit, 60)
    assert await limiter.acquire(key, limit, 41) > 55
    await limiter.acquire(key, limit, 10)
    await limiter.adjust(key, limit, 30)
    assert await limiter.acquire(key, limit, 1) > 55


async def test_a_call_larger_than_a_minute_goes_through_an_empty_one(limiter: RateLimiter, key: str) -> None:
    """Or it would wait for ever; nothing goes beside it."""
    limit = RateLimit(tokens=100)
    assert await limiter.acquire(key, limit, 5000) == 0.0
    assert await limiter.acquire(key, limit, 1) > 55
    assert await limiter.acquire(key, limit, 5000) > 55


def test_eight_threads_take_no_more_than_there_is(limiter: RateLimiter, key: str) -> None:
    """Each with an event loop of its own: 400 ask, 25 get it."""
    limit = RateLimit(requests=25, tokens=2500)

    def work(_: int) -> int:
        async def ask() -> int:
            answers = await asyncio.gather(*(limiter.acquire(key, limit, 100) for _ in range(50)))
            return answers.count(0.0)

        return asyncio.run(ask())

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 25
