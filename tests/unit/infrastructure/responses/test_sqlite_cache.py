"""Answers in a file: age, room, damage, and a file that is in the way."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from muster.domain.models.cached_answer import CachedAnswer
from muster.infrastructure.responses.packing import packed, unpacked
from muster.infrastructure.responses.sqlite_cache import SqliteResponseCache
from tests.contract.test_response_cache import ANSWER
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    """A clock that is moved by hand."""
    return FakeClock()


@pytest.fixture
def cache(tmp_path: Path, clock: FakeClock) -> Iterator[SqliteResponseCache]:
    """Keeps answers for a hundred seconds, and ten kilobytes of them."""
    made = SqliteResponseCache(tmp_path / "answers.db", clock, seconds=100, most_bytes=10_000)
    yield made
    made.close()


async def test_an_answer_expires(cache: SqliteResponseCache, clock: FakeClock) -> None:
    """Its bytes go with the next one that is kept."""
    await cache.put("a", ANSWER)
    clock.advance(99)
    assert await cache.get("a") == ANSWER
    clock.advance(1)
    assert await cache.get("a") is None
    await cache.put("b", ANSWER)
    assert await _kept(cache) == ["b"]


async def test_an_answer_from_the_future_is_not_believed(
    cache: SqliteResponseCache, clock: FakeClock
) -> None:
    """A clock that was set back would keep it for ever."""
    await cache.put("a", ANSWER)
    clock.advance(-10)
    assert await cache.get("a") is None


async def test_the_oldest_make_room(cache: SqliteResponseCache, clock: FakeClock) -> None:
    """The newest stay, as many as fit."""
    large = CachedAnswer(replace(ANSWER.response, text="x" * 3000))
    for name in "abcde":
        await cache.put(name, large)
        clock.advance(1)
    assert await _kept(cache) == ["c", "d", "e"]
    assert await cache.get("a") is None
    assert await cache.get("e") == large


async def test_what_is_larger_than_all_the_room_is_not_kept(cache: SqliteResponseCache) -> None:
    """It is missed, like everything that is not there."""
    await cache.put("a", CachedAnswer(replace(ANSWER.response, text="x" * 20_000)))
    assert await cache.get("a") is None


async def test_every_flipped_byte_is_a_miss(cache: SqliteResponseCache) -> None:
    """Never a wrong answer."""
    data = packed("a", ANSWER)
    assert data is not None
    assert unpacked("a", data) == ANSWER
    for position in range(len(data)):
        broken = bytearray(data)
        broken[position] ^= 1 << position % 8
        assert unpacked("a", bytes(broken)) is None
    assert unpacked("b", data) is None
    assert unpacked("a", b"") is None


async def test_an_answer_of_another_release_is_a_miss(cache: SqliteResponseCache) -> None:
    """Whole, but not in the form that is known."""
    import hashlib

    content = b'{"response": {"unknown": 1}}'
    await cache._database.write(
        lambda c: c.execute(
            "INSERT INTO answers VALUES ('a', ?, 10, ?)",
            (cache._clock.now().timestamp(), hashlib.sha256(b"a\0" + content).digest() + content),
        )
    )
    assert await cache.get("a") is None


async def test_a_file_in_the_way_is_logged_and_missed(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither getting nor putting fails."""
    (tmp_path / "other.db").write_text("something else " * 1000)
    cache = SqliteResponseCache(tmp_path / "other.db", clock)
    with caplog.at_level(logging.WARNING):
        await cache.put("a", ANSWER)
        assert await cache.get("a") is None
    assert "an answer was not kept" in caplog.text
    assert "an answer could not be looked up" in caplog.text
    cache.close()


async def _kept(cache: SqliteResponseCache) -> list[str]:
    return await cache._database.read(
        lambda c: [str(key) for (key,) in c.execute("SELECT key FROM answers ORDER BY key")]
    )
