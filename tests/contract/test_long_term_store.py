"""What every long-term store promises."""

import asyncio
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.memory.entry import Origin, Query
from muster.domain.ports.long_term_store import LongTermStore
from muster.domain.security.classification import Classification
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore
from muster.infrastructure.memory.onnx_embedder import OnnxEmbedder
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore
from tests.fakes.tiny_model import tiny_model

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/\\~."), min_size=1).filter(
    str.strip
)


@pytest.fixture(params=["sqlite", "sqlite with an embedder", "json files", "in process"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LongTermStore]:
    """Each store in turn, empty."""
    if request.param == "in process":
        yield InProcessLongTermStore()
    elif request.param == "json files":
        yield JsonFilesLongTermStore(tmp_path / "memory")
    else:
        model = OnnxEmbedder(tiny_model(tmp_path / "model")) if "embedder" in request.param else None
        kept = SqliteLongTermStore(tmp_path / "memory.db", embedder=model)
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


@pytest.mark.parametrize(
    "key",
    ["", "  ", "\n\t", "\ud800"],
)
async def test_a_key_that_says_nothing_is_refused(store: LongTermStore, key: str) -> None:
    """Blank, no text at all, or a path that leads out."""
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
    """40 keys each, every thread with an event loop of its own, all of them writing one key more."""

    def work(thread: int) -> None:
        async def keep() -> None:
            for number in range(40):
                assert await store.store(f"{thread}/{number}", [thread, number])
                if number % 20 == 0:
                    await store.store("shared", [thread, number])

        asyncio.run(keep())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    async def check() -> None:
        keys = [f"{thread}/{number}" for thread in range(8) for number in range(40)]
        assert await store.list_keys() == tuple(sorted([*keys, "shared"]))
        assert [await store.retrieve(key) for key in keys] == [[t, n] for t in range(8) for n in range(40)]
        assert await store.retrieve("shared") in [[thread, 20] for thread in range(8)]

    asyncio.run(check())


async def found(store: LongTermStore, words: str, **more: object) -> list[str]:
    """Keys of the hits, best first."""
    return [hit.entry.key for hit in await store.search(Query(words=words, **more))]  # type: ignore[arg-type]


async def test_class_origin_and_time_come_back(store: LongTermStore) -> None:
    """And keys are listed by class."""
    said = datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
    origin = Origin(owner="ann", project="p", author="agent", conversation="c", said_at=said, promotion="s/1")
    before = datetime.now(UTC)
    assert await store.store("a", [1], "public", origin=origin)
    assert await store.store("b", 2)
    entry = await store.entry("a")
    assert entry is not None
    assert (entry.key, entry.data, entry.classification) == ("a", [1], Classification.PUBLIC)
    assert entry.origin == origin
    assert before <= entry.stored_at <= datetime.now(UTC)
    assert await store.list_keys("PUBLIC") == ("a",)
    assert await store.list_keys("INTERNAL", prefix="b") == ("b",)
    assert await store.entry("nobody") is None


async def test_an_unknown_class_is_refused_and_the_old_value_stays(store: LongTermStore) -> None:
    """Nor does it list anything."""
    await store.store("a", "old")
    with pytest.raises(ValueError, match="unknown classification 'SECRET'"):
        await store.store("a", "new", "SECRET")
    with pytest.raises(ValueError, match="unknown classification"):
        await store.list_keys("SECRET")
    assert await store.retrieve("a") == "old"


async def test_words_find_entries_in_any_form_and_rare_ones_first(store: LongTermStore) -> None:
    """Stemmed, joined by OR; what was deleted or written anew is found by its old words no more."""
    for number in range(20):
        await store.store(f"noise/{number}", f"the painter talks of tea, number {number}")
    await store.store("paint", {"title": "Sunrise", "body": ["she was painting a lighthouse"]})
    await store.store("silent", "lighthouse", text="")
    await store.store("hidden", "lighthouse", "SENSITIVE", text="lighthouse")
    assert (await found(store, "Which lighthouses were painted?"))[0] == "paint"
    assert await found(store, "lighthouse") == ["paint"]
    assert await found(store, "sunrises") == ["paint"]
    assert len(await found(store, "tea", limit=7)) == 7
    await store.store("paint", "a harbour")
    assert await found(store, "lighthouse") == []
    assert await found(store, "harbours") == ["paint"]
    assert await store.delete("paint")
    assert await found(store, "harbour") == []


async def test_neighbours_and_dates_help_to_find(store: LongTermStore) -> None:
    """The answer stands beside the question, and a month beside no word; other conversations are no neighbours."""
    said = datetime(2023, 5, 7, tzinfo=UTC)
    for number, text in enumerate(["hello", "what about the regatta?", "Lisbon of course", "fine"]):
        await store.store(f"c/{number}", text, origin=Origin(conversation="c", said_at=said))
    await store.store("d/0", "nothing of the kind", origin=Origin(conversation="d"))
    assert await found(store, "regatta") == ["c/1", "c/0", "c/2", "c/3"]
    assert set(await found(store, "May 2023")) == {"c/0", "c/1", "c/2", "c/3"}


async def test_a_search_keeps_to_class_owner_and_prefix(store: LongTermStore) -> None:
    """Also when hundreds of others would answer as well."""
    await asyncio.gather(*[store.store(f"x/{number}", None, text="apple") for number in range(1020)])
    await store.store("y/1", "apple", "PUBLIC", origin=Origin(owner="ann"))
    assert await found(store, "apples", prefix="y/") == ["y/1"]
    assert await found(store, "apples", classification=Classification.PUBLIC) == ["y/1"]
    assert await found(store, "apples", owner="ann") == ["y/1"]
    assert await found(store, "apples", owner="bob") == []
    assert await found(store, "apples", limit=0) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text() | st.sampled_from(['"', "a AND", "NEAR(", "-x*", "text:", "\ud800", "\0", " "]))
def test_any_text_is_a_query(store: LongTermStore, words: str) -> None:
    """It never raises."""

    async def ask() -> None:
        await store.store("a", "some text")
        assert await found(store, words) in ([], ["a"])

    asyncio.run(ask())


async def test_what_is_too_old_for_its_class_is_pruned(store: LongTermStore) -> None:
    """And found no more."""
    await store.store("a", "apple", "PUBLIC")
    await store.store("b", "apple")
    later = datetime.now(UTC) + timedelta(hours=1)
    assert await store.prune({Classification.PUBLIC: later - timedelta(hours=2)}) == ()
    assert await store.prune({Classification.PUBLIC: later}) == ("a",)
    assert await found(store, "apple") == ["b"]
    assert (await store.verify()).entries == 1
    assert (await store.verify(repair=True)).damaged == ()
    assert await found(store, "apple") == ["b"]


async def test_one_promotion_is_written_once(store: LongTermStore) -> None:
    """Whoever comes late with the same one changes nothing; another one, and whoever stores by hand, does."""
    assert await store.store("a", 1, origin=Origin(promotion="v1"))
    assert await store.store("a", 2, origin=Origin(promotion="v1"))
    assert await store.retrieve("a") == 1
    assert await store.store("a", 3, origin=Origin(promotion="v2"))
    assert await store.retrieve("a") == 3
    assert await store.store("a", 4)
    assert await store.retrieve("a") == 4


async def test_an_entry_is_replaced_while_it_is_the_one_that_was_seen(store: LongTermStore) -> None:
    """Class, origin and time stay, promoted or not; the index follows, and so does the digest."""
    said = datetime(2023, 5, 8, tzinfo=UTC)
    origin = Origin(owner="ann", project="p", author="x", conversation="c", said_at=said, promotion="v1")
    await store.store("a", {"title": "lighthouse"}, "PUBLIC", origin=origin)
    await store.store("b", "harbour", "SENSITIVE")
    seen, secret = await store.entry("a"), await store.entry("b")
    assert seen is not None
    assert secret is not None
    assert await store.replace(seen, ["regatta"])
    assert await store.replace(secret, "regatta", text="regatta")
    assert await store.entry("a") == replace(seen, data=["regatta"])
    assert await store.entry("b") == replace(secret, data="regatta")
    assert await found(store, "lighthouse") == []
    assert await found(store, "regatta") == ["a"]
    assert (await store.verify()).damaged == ()


async def test_an_entry_written_anew_is_found_like_one_just_written(store: LongTermStore) -> None:
    """Nothing of its old length stays in the index."""
    await store.store("a", "a bridge " + "of stone and steel and rope " * 80)
    for key in ("a", "b"):
        await store.store(key, "a bridge with a tower")
    first, second = await store.search(Query(words="bridge tower"))
    assert first.score == pytest.approx(second.score)


async def test_a_renewed_entry_counts_as_written_now(store: LongTermStore) -> None:
    """And is kept for its time from then on; all else stays."""
    await store.store("a", 1, "PUBLIC", origin=Origin(author="x", promotion="v1"))
    seen = await store.entry("a")
    assert seen is not None
    await asyncio.sleep(0.002)
    assert await store.replace(seen, 2, renewed=True)
    now = await store.entry("a")
    assert now is not None
    assert now == replace(seen, data=2, stored_at=now.stored_at)
    assert now.stored_at > seen.stored_at
    assert await store.prune({Classification.PUBLIC: seen.stored_at + timedelta(microseconds=1)}) == ()
    assert (await store.verify()).damaged == ()


async def test_what_was_written_meanwhile_is_not_replaced(store: LongTermStore) -> None:
    """Not even with the same data, or with data that Python takes for equal; nor is it made anew."""
    await store.store("a", 1)
    seen = await store.entry("a")
    assert seen is not None
    for data in (1, 2, True):
        await store.store("a", data)
        assert not await store.replace(seen, "late")
        assert await store.retrieve("a") is data or await store.retrieve("a") == data
    now = await store.entry("a")
    assert now is not None
    for stranger in (replace(now, data=1), replace(now, origin=Origin(owner="ben")), seen):
        assert not await store.replace(stranger, "late")
    assert await store.delete("a")
    assert not await store.replace(now, "late")
    assert await store.list_keys() == ()


async def test_a_replacement_that_is_not_json_changes_nothing(store: LongTermStore) -> None:
    """As when it is stored."""
    await store.store("a", "old")
    seen = await store.entry("a")
    assert seen is not None
    with pytest.raises(TypeError, match="not JSON"):
        await store.replace(seen, object())
    assert await store.entry("a") == seen


def test_of_many_who_count_at_once_no_step_is_lost(store: LongTermStore) -> None:
    """Four threads add one 15 times each; whoever comes second looks again."""

    def count(_: int) -> None:
        async def work() -> None:
            done = 0
            while done < 15:
                seen = await store.entry("n")
                assert seen is not None
                assert isinstance(seen.data, int)
                done += await store.replace(seen, seen.data + 1)

        asyncio.run(work())

    assert asyncio.run(store.store("n", 0))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))
    assert asyncio.run(store.retrieve("n")) == 60
