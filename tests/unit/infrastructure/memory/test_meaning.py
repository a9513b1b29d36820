"""Search by meaning, in every store that knows it, with a real model of a few words."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from muster.domain.errors import ConfigurationError
from muster.domain.memory.entry import Origin, Query
from muster.domain.ports.long_term_store import LongTermStore
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore
from muster.infrastructure.memory.meaning import AT_ONCE, Meaning
from muster.infrastructure.memory.onnx_embedder import OnnxEmbedder
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore
from tests.fakes.listening_embedder import Listening
from tests.fakes.tiny_model import tiny_model


@pytest.fixture
def embedder(tmp_path: Path) -> Listening:
    """Knows dogs, boats and drinks by several names."""
    return Listening(tiny_model(tmp_path / "model"))


@pytest.fixture(params=["sqlite", "json files", "in process"])
def store(request: pytest.FixtureRequest, tmp_path: Path, embedder: Listening) -> Iterator[LongTermStore]:
    """Each store in turn, empty."""
    if request.param == "in process":
        yield InProcessLongTermStore(embedder=embedder)
    elif request.param == "json files":
        yield JsonFilesLongTermStore(tmp_path / "memory", embedder=embedder)
    else:
        kept = SqliteLongTermStore(tmp_path / "memory.db", embedder=embedder)
        yield kept
        kept.close()


async def found(store: LongTermStore, words: str, **more: object) -> list[str]:
    """Keys of the hits, best first."""
    return [hit.entry.key for hit in await store.search(Query(words=words, **more))]  # type: ignore[arg-type]


async def until(store: LongTermStore, many: int) -> None:
    """Ask until so many vectors are there."""
    for _ in range(1000):
        if len(await found(store, "hound", limit=999)) == many:
            return
        await asyncio.sleep(0.01)
    pytest.fail("the vectors were never made")


async def test_what_means_alike_is_found_without_any_of_its_words(store: LongTermStore) -> None:
    """And what has nothing to do with it is not."""
    await store.store("a", "the puppy")
    await store.store("b", "the yacht")
    await store.store("c", "nothing that the model knows")
    assert await found(store, "a dog") == ["a"]
    assert await found(store, "ship") == ["b"]
    assert await found(store, "rain") == []


async def test_a_hit_tells_how_like_the_query_it_is(store: LongTermStore) -> None:
    """As a cosine, which may be compared with a number, whatever else was found; also of what has the words."""
    await store.store("near", "the puppy sleeps")
    await store.store("same", "the dog of the harbour")
    await store.store("words", "tea at the harbour")
    hits = await store.search(Query(words="dog harbour"))
    assert {hit.entry.key: hit.likeness for hit in hits} == {
        "near": pytest.approx(0.995, abs=0.001),
        "same": pytest.approx(1, abs=0.001),
        "words": pytest.approx(0, abs=0.001),
    }


async def test_words_and_meaning_are_added(store: LongTermStore) -> None:
    """Both is more than one of them, and neither hides the other."""
    await store.store("words", "the harbour of Lisbon")
    await store.store("meaning", "a yacht")
    await store.store("both", "a yacht in the harbour of Lisbon")
    assert await found(store, "ship harbour Lisbon") == ["both", "meaning", "words"]


async def test_neighbours_in_a_conversation_lend_their_meaning(store: LongTermStore) -> None:
    """Two to each side; not those of another conversation."""
    for number in range(15):
        for talk in ("c", "d"):
            text = "fine tea" if (talk, number) == ("c", 7) else "fine"
            await store.store(f"{talk}/{number}", text, origin=Origin(conversation=talk))
    hits = {hit.entry.key: hit.score for hit in await store.search(Query(words="coffee fine", limit=99))}
    assert max(hits, key=lambda key: hits[key]) == "c/7"
    beside, apart = [hits[f"c/{n}"] for n in (5, 6, 8, 9)], [hits[f"c/{n}"] for n in (4, 10)]
    assert beside == pytest.approx([beside[0]] * 4)
    assert apart == pytest.approx([hits["d/7"]] * 2)
    assert beside[0] > apart[0]


async def test_a_search_by_meaning_keeps_to_class_owner_and_prefix(store: LongTermStore) -> None:
    """Also when hundreds of others are as near."""
    await asyncio.gather(*[store.store(f"x/{number}", "puppy") for number in range(150)])
    await store.store("y/1", "puppy", "PUBLIC", origin=Origin(owner="ann"))
    await until(store, 151)
    assert await found(store, "hound", prefix="y/") == ["y/1"]
    assert await found(store, "hound", owner="ann") == ["y/1"]
    assert await found(store, "hound", owner="bob") == []
    assert len(await found(store, "hound", limit=7)) == 7


async def test_what_is_sensitive_or_has_no_text_is_never_shown_to_the_model(
    store: LongTermStore, embedder: Listening
) -> None:
    """Whatever text it came with: what lies on the disk as ciphertext has no vector either."""
    await store.store("secret", "my dog is ill", "SENSITIVE", text="my dog is ill")
    await store.store("silent", "my dog is well", text="")
    await store.store("plain", "a boat")
    assert await found(store, "dog") == []
    assert embedder.heard == ["a boat", "dog"]


async def test_an_entry_that_becomes_sensitive_loses_its_vector(
    store: LongTermStore, embedder: Listening
) -> None:
    """As does one that is written anew, or deleted."""
    for key in ("a", "b", "c"):
        await store.store(key, "puppy")
    assert await found(store, "dog") == ["a", "b", "c"]
    await store.store("a", "puppy", "SENSITIVE")
    await store.store("b", "tea")
    await store.delete("c")
    assert await found(store, "dog") == []
    assert await found(store, "coffee") == ["b"]


async def test_dates_are_for_words_alone(store: LongTermStore, embedder: Listening) -> None:
    """A vector says what was said, not when; a text that only looks a little like a date stays whole."""
    said = datetime(2023, 5, 7, tzinfo=UTC)
    await store.store("a", "puppy", origin=Origin(said_at=said))
    await store.store("b", "7 May\ndog")
    assert sorted(await found(store, "hound")) == ["a", "b"]
    assert embedder.heard == ["puppy", "7 May\ndog", "hound"]
    assert (await found(store, "May 2023"))[0] == "a"


async def test_vectors_are_made_once_and_many_are_made_beside(
    store: LongTermStore, embedder: Listening
) -> None:
    """The first search makes some and answers by words for the rest."""
    for number in range(AT_ONCE * 3 + 1):
        await store.store(f"{number:03}", "puppy")
    embedder.pause_after(AT_ONCE)
    assert len(await found(store, "hound", limit=999)) == AT_ONCE
    embedder.go_on()
    await until(store, AT_ONCE * 3 + 1)
    assert embedder.heard.count("puppy") == AT_ONCE * 3 + 1


async def test_repairing_makes_all_vectors(store: LongTermStore, embedder: Listening) -> None:
    """However many are wanted."""
    for number in range(AT_ONCE * 2):
        await store.store(f"{number:03}", "puppy")
    assert not (await store.verify(repair=True)).damaged
    assert embedder.heard == ["puppy"] * AT_ONCE * 2
    assert len(await found(store, "hound", limit=999)) == AT_ONCE * 2


async def test_an_empty_query_asks_no_model(store: LongTermStore, embedder: Listening) -> None:
    """There is nothing to compare."""
    await store.store("a", "puppy")
    assert await found(store, " \n") == []
    assert embedder.heard == []


async def test_a_model_that_is_not_there_is_an_error_of_configuration(tmp_path: Path) -> None:
    """At the first search; storing needs no model."""
    store = InProcessLongTermStore(embedder=OnnxEmbedder(tmp_path / "nowhere"))
    assert await store.store("a", "puppy")
    with pytest.raises(ConfigurationError, match=r"has no model\.onnx"):
        await store.search(Query(words="dog"))


async def test_beyond_its_bound_entries_are_found_by_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Told once."""
    embedder = OnnxEmbedder(tiny_model(tmp_path / "m"))
    store = InProcessLongTermStore(embedder=embedder)
    assert store._meaning is not None
    store._meaning = Meaning(store._meaning._rows, embedder, most=1)
    await store.store("a", "puppy")
    assert await found(store, "dog") == ["a"]
    await store.store("b", "hound")
    assert await found(store, "dog") == ["a"]
    assert await found(store, "hound") == ["b", "a"]
    assert caplog.text.count("only 1 entries have vectors") == 1


async def test_without_an_embedder_nothing_is_kept_for_one(tmp_path: Path) -> None:
    """No table, no trigger."""
    store = SqliteLongTermStore(tmp_path / "memory.db")
    await store.store("a", "puppy")
    assert await found(store, "dog") == []
    store.close()
    connection = apsw.Connection(str(tmp_path / "memory.db"))
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'vector%'").get == 0
    connection.close()
