"""What every response cache promises."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.messaging.message import ToolCall
from muster.domain.models.attempt import Attempt
from muster.domain.models.cached_answer import CachedAnswer
from muster.domain.models.exchange import FinishReason, ModelResponse
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.domain.ports.response_cache import ResponseCache
from muster.infrastructure.common.redis_client import RedisClient
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.responses.redis_cache import RedisResponseCache
from muster.infrastructure.responses.sqlite_cache import SqliteResponseCache
from tests.fakes.redis_server import RedisServer, redis_server

ANSWER = CachedAnswer(
    ModelResponse(
        "ü\n\0", (ToolCall("c1", "look", '{"a":1}'),), FinishReason.TOOL_CALLS, Usage(1, 2, 3, 4, 5),
        "fake/dated", reasoning='{"sealed":1}',
    )
)  # fmt: skip
KEYS = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    """One server for all of them."""
    with redis_server() as running:
        yield running


@pytest.fixture(params=["sqlite", "redis"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ResponseCache]:
    """Each cache in turn."""
    if request.param == "sqlite":
        kept = SqliteResponseCache(tmp_path / "answers.db", SystemClock())
        yield kept
        kept.close()
    else:
        client = RedisClient(request.getfixturevalue("server").url, patience=20)
        yield RedisResponseCache(client, SystemClock())
        client.close()


@pytest.fixture
def key() -> str:
    """A key that no test has used."""
    return f"key-{next(KEYS)}"


async def test_what_was_put_comes_back(cache: ResponseCache, key: str) -> None:
    """Every field."""
    await cache.put(key, ANSWER)
    assert await cache.get(key) == ANSWER


async def test_what_was_never_put_is_none(cache: ResponseCache, key: str) -> None:
    """Nor is it found under another key."""
    await cache.put(key, ANSWER)
    assert await cache.get(key + "-other") is None


MAD: Any = "abc"


@pytest.mark.parametrize(
    "change",
    [
        {"text": "half \ud800 character"},
        {"reasoning": "\udfff"},
        {"tool_calls": (ToolCall("c1", "look", "\ud800"),)},
        {"model": "fake/\ud800"},
        {"usage": Usage(MAD)},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_an_answer_that_cannot_be_written_down_is_not_kept(
    cache: ResponseCache, key: str, change: dict[str, Any]
) -> None:
    """It was paid for: keeping it must not destroy it, and the cache goes on."""
    await cache.put(key, CachedAnswer(replace(ANSWER.response, **change)))
    assert await cache.get(key) is None
    await cache.put(key, ANSWER)
    assert await cache.get(key) == ANSWER


async def test_the_newest_wins(cache: ResponseCache, key: str) -> None:
    """Under the same key."""
    newer = CachedAnswer(replace(ANSWER.response, text="newer"))
    await cache.put(key, ANSWER)
    await cache.put(key, newer)
    assert await cache.get(key) == newer


async def test_the_attempts_that_an_answer_took_are_not_kept(cache: ResponseCache, key: str) -> None:
    """Whoever gets it from the cache has made none of them."""
    attempt = Attempt("fake", "fake/judge", ModelTier.CHEAP)
    await cache.put(key, CachedAnswer(replace(ANSWER.response, attempts=(attempt,))))
    assert await cache.get(key) == ANSWER


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(), arguments=st.text())
def test_any_text_comes_back_or_is_missed(cache: ResponseCache, text: str, arguments: str) -> None:
    """Never another one."""
    answer = CachedAnswer(replace(ANSWER.response, text=text, tool_calls=(ToolCall("c", "t", arguments),)))
    name = f"any-{next(KEYS)}"

    async def use() -> None:
        await cache.put(name, answer)
        assert await cache.get(name) == answer

    asyncio.run(use())
