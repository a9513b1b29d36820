"""What every short-term store promises."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.ports.short_term_store import ShortTermStore
from muster.infrastructure.common.redis_client import RedisClient
from muster.infrastructure.memory.embedded_short_term_store import EmbeddedShortTermStore
from muster.infrastructure.memory.redis_short_term_store import RedisShortTermStore
from tests.contract.test_long_term_store import JSON, KEYS
from tests.fakes.clock import FakeClock
from tests.fakes.redis_server import RedisServer, redis_server

SPACES = itertools.count()
TTL = 0.4


@dataclass(frozen=True)
class Kept:
    """A store, and how its time passes."""

    store: ShortTermStore
    wait: Callable[[float], Coroutine[None, None, None]]
    now: Callable[[], datetime]


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    """One server for all of them."""
    with redis_server() as running:
        yield running


@pytest.fixture(params=["in process", "file", "redis"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """Each store in turn, empty; time passes by hand, except for the server's."""
    if request.param == "redis":
        client = RedisClient(request.getfixturevalue("server").url, patience=20)
        yield Kept(RedisShortTermStore(client, f"t{next(SPACES)}"), asyncio.sleep, lambda: datetime.now(UTC))
        client.close()
        return
    clock = FakeClock()

    async def advance(seconds: float) -> None:
        clock.advance(seconds)

    store = EmbeddedShortTermStore(clock, tmp_path / "short.db" if request.param == "file" else None)
    yield Kept(store, advance, clock.now)
    store.close()


@pytest.fixture
def store(kept: Kept) -> ShortTermStore:
    """The store alone."""
    return kept.store


async def test_what_was_stashed_comes_back_and_the_newer_replaces_the_older(store: ShortTermStore) -> None:
    """Until its time is over."""
    assert await store.stash("a", {"n": [1, 2.5, None, True, "ü\x00"]})
    assert await store.retrieve("a") == {"n": [1, 2.5, None, True, "ü\x00"]}
    assert await store.stash("a", 2)
    assert await store.retrieve("a") == 2
    assert await store.keys() == ("a",)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.dictionaries(KEYS, JSON, max_size=6))
def test_it_is_a_dictionary(store: ShortTermStore, entries: dict[str, object]) -> None:
    """Any keys, any JSON: each comes back, all are listed, and deleting leaves nothing."""

    async def use() -> None:
        assert await store.stash_many(entries)
        assert await store.retrieve_many([*entries, "not there"]) == entries
        assert await store.keys() == tuple(sorted(entries))
        assert [await store.delete(key) for key in entries] == [True] * len(entries)
        assert await store.keys() == ()

    asyncio.run(use())


async def test_what_was_never_stashed_is_not_there(store: ShortTermStore) -> None:
    """In any respect."""
    assert await store.retrieve("nobody") is None
    assert await store.expires_in("nobody") is None
    assert await store.stashed_at("nobody") is None
    assert await store.delete("nobody") is False
    assert await store.due() == ()


async def test_without_promotion_it_is_gone_when_its_time_is_over(kept: Kept) -> None:
    """Not before; nothing of it is left."""
    store = kept.store
    await store.stash("short", 1, TTL)
    await store.stash("long", 2, 60)
    assert await store.retrieve("short") == 1
    await kept.wait(TTL + 0.01)
    assert await store.retrieve_many(["short", "long"]) == {"long": 2}
    assert await store.keys() == ("long",)
    assert await store.expires_in("short") is None
    assert await store.stashed_at("short") is None
    assert await store.delete("short") is False
    assert await store.due() == ()


async def test_it_says_how_long_it_has_left_and_since_when_it_is_there(kept: Kept) -> None:
    """An hour, unless something else was said."""
    store, start = kept.store, kept.now()
    await store.stash("a", 1)
    await store.stash("b", 1, 86_400)
    await kept.wait(0.2)
    for key, seconds in (("a", 3600), ("b", 86_400)):
        left = await store.expires_in(key)
        assert left is not None
        assert seconds - 1 < left <= seconds - 0.19
        at = await store.stashed_at(key)
        assert at is not None
        assert start - timedelta(milliseconds=5) <= at <= kept.now()
        assert at.utcoffset() == timedelta(0)


async def test_with_promotion_it_stays_until_it_is_settled(kept: Kept) -> None:
    """The longest waiting first; other entries are never listed."""
    store = kept.store
    await store.stash("b", "later", TTL * 2, promote_on_expiry=True)
    await store.stash("c", "sooner", TTL, promote_on_expiry=True)
    await store.stash("a", "never", TTL)
    await store.stash("d", "not yet", 60, promote_on_expiry=True)
    assert await store.due() == ()
    await kept.wait(TTL * 2 + 0.01)
    due = await store.due()
    assert [(one.key, one.value) for one in due] == [("c", "sooner"), ("b", "later")]
    assert [one.key for one in await store.due(1)] == ["c"]
    assert await store.retrieve("c") == "sooner"
    assert await store.expires_in("c") == 0
    assert due[0].stashed_at == await store.stashed_at("c")
    assert await store.keys() == ("b", "c", "d")
    assert [await store.settle(due[0]) for _ in range(2)] == [True, False]
    assert await store.retrieve("c") is None
    assert await store.due() == due[1:]


async def test_settling_takes_away_this_very_writing_only(kept: Kept) -> None:
    """Not what came after it, though it be the same value; a deleted one is not promoted."""
    store = kept.store
    for key in ("anew", "deleted"):
        await store.stash(key, 1, TTL, promote_on_expiry=True)
    await kept.wait(TTL + 0.01)
    anew, deleted = await store.due()
    await store.stash("anew", 1, 60)
    assert await store.delete("deleted") is True
    assert await store.due() == ()
    assert [await store.settle(anew), await store.settle(deleted)] == [False, False]
    assert await store.retrieve("anew") == 1
    assert await store.keys() == ("anew",)


async def test_an_entry_may_begin_and_cease_to_be_promoted(kept: Kept) -> None:
    """What was said last counts."""
    store = kept.store
    await store.stash("on", 1, TTL)
    await store.stash("on", 1, TTL, promote_on_expiry=True)
    await store.stash("off", 1, TTL, promote_on_expiry=True)
    await store.stash("off", 1, TTL)
    await kept.wait(TTL + 0.01)
    assert [one.key for one in await store.due()] == ["on"]
    assert await store.keys() == ("on",)


async def test_keys_are_listed_by_prefix_and_sorted(store: ShortTermStore) -> None:
    """Signs that some query languages take for wildcards are letters like any other."""
    await store.stash_many(dict.fromkeys(("b/2", "b/1", "a%c", "a_c", "a*c", "[a]", "ü", "😀"), 1))
    assert await store.keys() == ("[a]", "a%c", "a*c", "a_c", "b/1", "b/2", "ü", "😀")
    assert await store.keys("b/") == ("b/1", "b/2")
    assert await store.keys("a*") == ("a*c",)
    assert await store.keys("[") == ("[a]",)
    assert await store.keys("z") == ()


@pytest.mark.parametrize("key", ["", "  ", "\n\t", "\ud800", "../x"])
async def test_a_key_that_says_nothing_is_refused(store: ShortTermStore, key: str) -> None:
    """Blank, no text at all, or leading elsewhere; nothing of the others is kept."""
    attempts = (store.stash_many({"good": 1, key: 1}), store.retrieve(key), store.delete(key))
    for attempt in attempts:
        with pytest.raises(ValueError, match="key"):
            await attempt
    assert await store.keys() == ()


@pytest.mark.parametrize("seconds", [0, -1, math.nan, math.inf])
async def test_a_time_that_is_none_is_refused(store: ShortTermStore, seconds: float) -> None:
    """The old value stays whole."""
    await store.stash("a", "old")
    with pytest.raises(ValueError, match="ttl_seconds"):
        await store.stash("a", "new", seconds)
    assert await store.retrieve("a") == "old"


@pytest.mark.parametrize("value", [{1, 2}, object(), b"x", {1: 2}, [math.nan]])
async def test_what_is_not_json_is_refused_and_the_old_value_stays(
    store: ShortTermStore, value: object
) -> None:
    """All of them or none."""
    await store.stash("a", "old")
    with pytest.raises(TypeError, match="not JSON"):
        await store.stash_many({"a": "new", "b": value})
    assert await store.retrieve_many(["a", "b"]) == {"a": "old"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["stash", "promote", "delete", "settle"])),
        max_size=12,
    )
)
def test_what_waits_is_exactly_what_was_last_stashed_to_be_promoted(
    kept: Kept, steps: list[tuple[str, str]]
) -> None:
    """Whatever came before; the time of those that are to be promoted is over at once."""
    store = kept.store
    model: dict[str, tuple[int, bool]] = {}

    async def use() -> None:
        for number, (key, step) in enumerate(steps):
            if step == "delete":
                assert await store.delete(key) is (model.pop(key, None) is not None)
            elif step == "settle":
                for due in await store.due():
                    assert await store.settle(due)
                for name in [name for name, (_, waits) in model.items() if waits]:
                    del model[name]
            else:
                waits = step == "promote"
                model[key] = number, waits
                assert await store.stash(key, number, 0.0005 if waits else 60, promote_on_expiry=waits)
                await kept.wait(0.001)
            assert {due.key for due in await store.due()} == {n for n, (_, waits) in model.items() if waits}
        assert await store.retrieve_many(list("abc")) == {name: value for name, (value, _) in model.items()}
        for key in "abc":
            await store.delete(key)
        assert (await store.keys(), await store.due()) == ((), ())

    asyncio.run(use())


def test_a_hundred_threads_lose_nothing_and_settle_each_entry_once(kept: Kept) -> None:
    """Each with an event loop of its own: what one settles, no other does."""
    store = kept.store

    def fill(thread: int) -> None:
        async def keep() -> None:
            for number in range(2):
                assert await store.stash(
                    f"{thread}/{number}", [thread, number], 0.001, promote_on_expiry=True
                )
                await store.stash("shared", thread)

        asyncio.run(keep())

    def empty(_: int) -> list[str]:
        async def take() -> list[str]:
            return [one.key for one in await store.due(200) if await store.settle(one)]

        return asyncio.run(take())

    with ThreadPoolExecutor(100) as pool:
        list(pool.map(fill, range(100)))
        asyncio.run(kept.wait(0.01))
        taken: list[str] = []
        while found := [key for keys in pool.map(empty, range(8)) for key in keys]:
            taken += found
    assert sorted(taken) == sorted(f"{thread}/{number}" for thread in range(100) for number in range(2))
    assert asyncio.run(store.keys()) == ("shared",)
