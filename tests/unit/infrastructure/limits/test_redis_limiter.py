"""Rate limits through Redis: shared by processes, kept alone while the server is away."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest

from muster.domain.models.rate import RateLimit
from muster.infrastructure.common.redis_client import RedisClient
from muster.infrastructure.limits.redis_limiter import PAUSE, PREFIX, RedisRateLimiter
from tests.fakes.clock import FakeClock
from tests.fakes.processes import finish, python
from tests.fakes.redis_server import RedisServer, free_port, redis_server

WORKER = """
import asyncio, sys
from muster.domain.models.rate import RateLimit
from muster.infrastructure.common.redis_client import RedisClient
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.limits.redis_limiter import RedisRateLimiter

async def main():
    client = RedisClient(sys.argv[1], patience=20)
    limiter = RedisRateLimiter(client, SystemClock())
    answers = [await limiter.acquire("shared", RateLimit(requests=30), 1) for _ in range(40)]
    client.close()
    print(answers.count(0.0))

asyncio.run(main())
"""
LIMIT = RateLimit(requests=2, tokens=100)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A server that a test may stop."""
    with redis_server() as running:
        yield running


@pytest.fixture
def client(server: RedisServer) -> Iterator[RedisClient]:
    """A way to it."""
    made = RedisClient(server.url, patience=20)
    yield made
    made.close()


def test_three_processes_share_one_limit(server: RedisServer) -> None:
    """120 ask, thirty get it."""
    outputs = finish(*(python(WORKER, server.url) for _ in range(3)))
    assert sum(int(output) for output in outputs) == 30


async def test_a_slice_is_forgotten_a_minute_after_its_end(client: RedisClient) -> None:
    """By the server's time: what is older than that is neither counted nor kept."""
    limiter = RedisRateLimiter(client, FakeClock())
    now = int(time.time())
    script = "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]); return '0'"
    for field, amount in [(f"r{now - 62}", 2), (f"t{now - 62}", 100), (f"t{now - 30}", 60)]:
        await client.run(script, (PREFIX + "k",), (field, amount))
    wait = await limiter.acquire("k", LIMIT, 50)
    assert 28 <= wait <= 31.1
    assert await limiter.acquire("k", LIMIT, 40) == 0.0
    left = await client.run("return table.concat(redis.call('HKEYS', KEYS[1]), ' ')", (PREFIX + "k",), ())
    assert f"r{now - 62}".encode() not in left


async def test_nothing_stays_in_the_server_for_ever(client: RedisClient) -> None:
    """A minute after the last call the key is gone."""
    limiter = RedisRateLimiter(client, FakeClock())
    await limiter.acquire("k", LIMIT, 1)
    ttl = await client.run("return tostring(redis.call('PTTL', KEYS[1]))", (PREFIX + "k",), ())
    assert 60_000 < int(ttl) <= 62_000


async def test_a_server_that_is_away_is_said_once_and_holds_nobody_up(
    server: RedisServer, client: RedisClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The limit is kept by this process meanwhile; after a while the server is asked again."""
    clock = FakeClock()
    limiter = RedisRateLimiter(client, clock)
    assert await limiter.acquire("k", LIMIT, 1) == 0.0
    server.stop()
    started = time.perf_counter()
    with caplog.at_level(logging.INFO):
        assert [await limiter.acquire("k", LIMIT, 1) for _ in range(2)] == [0.0, 0.0]
        assert await limiter.acquire("k", LIMIT, 1) > 0
        await limiter.adjust("k", LIMIT, -1)
        clock.advance(PAUSE)
        assert await limiter.acquire("k", LIMIT, 1) > 0
    assert time.perf_counter() - started < 3
    assert caplog.text.count("kept by each process alone") == 1
    server.start()
    clock.advance(PAUSE)
    with caplog.at_level(logging.INFO):
        assert await limiter.acquire("k", LIMIT, 1) == 0.0
    assert "shared through Redis again" in caplog.text


async def test_a_server_that_was_never_there_is_no_reason_to_stop() -> None:
    """Nobody listens at its port."""
    client = RedisClient(f"redis://127.0.0.1:{free_port()}/0")
    limiter = RedisRateLimiter(client, FakeClock())
    assert await limiter.acquire("k", LIMIT, 1) == 0.0
    client.close()
