"""Answers in Redis: damage, and a server that goes away."""

from __future__ import annotations

import logging

import pytest

from muster.infrastructure.common.redis_client import RedisClient
from muster.infrastructure.responses.redis_cache import PAUSE, PREFIX, RedisResponseCache
from tests.contract.test_response_cache import ANSWER
from tests.fakes.clock import FakeClock
from tests.fakes.redis_server import redis_server


async def test_a_damaged_answer_is_a_miss() -> None:
    """Whoever damaged it."""
    with redis_server() as server:
        client = RedisClient(server.url, patience=20)
        cache = RedisResponseCache(client, FakeClock())
        await cache.put("a", ANSWER)
        data = await client.get(PREFIX + "a")
        assert data is not None
        await client.put(PREFIX + "a", data[:-3] + b"...", 60)
        assert await cache.get("a") is None
        client.close()


async def test_a_server_that_goes_away_is_said_once_and_missed(caplog: pytest.LogCaptureFixture) -> None:
    """When it is back, answers are shared again."""
    with redis_server() as server:
        client, clock = RedisClient(server.url, patience=20), FakeClock()
        cache = RedisResponseCache(client, clock)
        await cache.put("a", ANSWER)
        server.stop()
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                assert await cache.get("a") is None
                await cache.put("a", ANSWER)
        assert caplog.text.count("not shared until Redis is back") == 1
        server.start()
        clock.advance(PAUSE)
        assert await cache.get("a") is None
        await cache.put("a", ANSWER)
        assert await cache.get("a") == ANSWER
        client.close()
