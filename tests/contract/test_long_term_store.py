"""What every long-term store promises."""

import asyncio
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.ports.long_term_store import LongTermStore
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/\\~."), min_size=1).filter(
    str.strip
)


@pytest.fixture(params=["sqlite", "in process"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LongTermStore]:
    """Each store in turn, empty."""
    if request.param == "in process":
        yield InProcessLongTermStore()
    else:
        kept = SqliteLongTermStore(tmp_path / "memory.db")
        yield kept
        kept.close()


async def test_what_was_stored_comes_back(store: LongTermStore) -> None:
    """And the newer value replaces the older."""
    assert await store.store("a", {"n": [1, 2.5, None, True, "ü\x00"]})
    assert await store.retrieve("a") == {"n": [1, 2.5, None, True, "ü\x00"]}
    assert await store.store("a", 2)
    assert await store.retrieve("a") == 2


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.dictionaries(KEYS, JSON, max_size=6))
def test_it_is_a_dictionary(store: LongTermStore, entries: dict[str, object]) -> None:
    """Any keys, any JSON: each comes back, all are listed, and deleting leaves nothing."""

    async def use() -> None:
        for key, value in entries.items():
            assert await store.store(key, value)
        assert {key: await store.retrieve(key) for key in entries} == entries
        assert await store.list_keys() == tuple(sorted(entries))
        assert [await store.delete(key) for key in entries] == [True] * len(entries)
        assert await store.list_keys() == ()

    asyncio.run(use())


async def test_what_was_never_stored_is_none(store: LongTermStore) -> None:
    """Nor is there anything to delete."""
    assert await store.retrieve("nobody") is None
    assert await store.delete("nobody") is False


async def test_keys_are_listed_by_prefix_and_sorted(store: LongTermStore) -> None:
    """Signs that some query languages take for wildcards are letters like any other."""
    for key in ("b/2", "b/1", "a%c", "a_c", "abc", "ü"):
        await store.store(key, 1)
    assert await store.list_keys() == ("a%c", "a_c", "abc", "b/1", "b/2", "ü")
    assert await store.list_keys(prefix="b/") == ("b/1", "b/2")
    assert await store.list_keys(prefix="a%") == ("a%c",)
    assert await store.list_keys(prefix="z") == ()


@pytest.mark.parametrize("key", ["", "  ", "\n\t", "\ud800"])
async def test_a_key_that_says_nothing_is_refused(store: LongTermStore, key: str) -> None:
    """Blank, or no text at all."""
    for attempt in (store.store(key, 1), store.retrieve(key), store.delete(key)):
        with pytest.raises(ValueError, match="key"):
            await attempt


@pytest.mark.parametrize("value", [{1, 2}, object(), b"x", {1: 2}, [math.nan], math.inf, {"a": [{None: 1}]}])
async def test_what_is_not_json_is_refused_and_the_old_value_stays(
    store: LongTermStore, value: object
) -> None:
    """Also what would come back as something else."""
    await store.store("a", "old")
    with pytest.raises(TypeError, match="not JSON"):
        await store.store("a", value)
    assert await store.retrieve("a") == "old"


async def test_a_circle_and_a_bottomless_value_are_refused(store: LongTermStore) -> None:
    """They have no end, or one too deep to reach."""
    circle: list[object] = []
    circle.append(circle)
    deep: object = 0
    for _ in range(100_000):
        deep = [deep]
    for value in (circle, deep):
        with pytest.raises(TypeError, match="not JSON"):
            await store.store("a", value)


async def test_nobody_changes_what_is_stored_from_outside(store: LongTermStore) -> None:
    """Neither through the object that was stored nor through the one that came back."""
    value = [1]
    await store.store("a", value)
    value.append(2)
    got = await store.retrieve("a")
    assert isinstance(got, list)
    got.append(3)
    assert await store.retrieve("a") == [1]


def test_eight_threads_lose_nothing(store: LongTermStore) -> None:
    """200 keys each, every thread with an event loop of its own, all of them writing one key more."""

    def work(thread: int) -> None:
        async def keep() -> None:
            for number in range(200):
                assert await store.store(f"{thread}/{number}", [thread, number])
                if number % 20 == 0:
                    await store.store("shared", [thread, number])

        asyncio.run(keep())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    async def check() -> None:
        keys = [f"{thread}/{number}" for thread in range(8) for number in range(200)]
        assert await store.list_keys() == tuple(sorted([*keys, "shared"]))
        assert [await store.retrieve(key) for key in keys] == [[t, n] for t in range(8) for n in range(200)]
        assert await store.retrieve("shared") in [[thread, 180] for thread in range(8)]

    asyncio.run(check())
