"""Vectors on the disk: made once, bound to model and text, gone with their entries."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import apsw
import pytest

from muster.domain.memory.entry import Query
from muster.domain.ports.embedder import Embedder
from muster.domain.ports.long_term_store import LongTermStore
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore
from muster.infrastructure.memory.onnx_embedder import OnnxEmbedder
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore
from tests.fakes.listening_embedder import Listening
from tests.fakes.tiny_model import tiny_model


async def found(store: LongTermStore, words: str) -> list[str]:
    """Keys of the hits, best first."""
    return [hit.entry.key for hit in await store.search(Query(words=words))]


def vectors(path: Path) -> int:
    """How many vectors lie in a file."""
    connection = apsw.Connection(str(path))
    try:
        return int(connection.execute("SELECT count(vector) FROM vectors").get)
    finally:
        connection.close()


async def test_a_file_keeps_its_vectors_until_the_model_changes(tmp_path: Path) -> None:
    """Then all of them are made anew; deleting takes an entry's vector out of the file."""
    path, first = tmp_path / "memory.db", Listening(tiny_model(tmp_path / "a"))
    plain = SqliteLongTermStore(path)
    await plain.store("old", "puppy")
    plain.close()
    for heard in (["puppy", "dog"], ["dog"]):
        store = SqliteLongTermStore(path, embedder=first)
        assert await found(store, "dog") == ["old"]
        store.close()
        assert first.heard == heard
        first.heard.clear()
    other = Listening(tiny_model(tmp_path / "b", meanings={"puppy": (0.0, 1.0), "tea": (0.1, 1.0)}))
    store = SqliteLongTermStore(path, embedder=other)
    assert await found(store, "tea") == ["old"]
    assert other.heard == ["puppy", "tea"]
    assert vectors(path) == 1
    await store.delete("old")
    assert vectors(path) == 0
    store.close()


async def test_a_folder_keeps_its_vectors_until_text_or_model_changes(tmp_path: Path) -> None:
    """Deleting takes an entry's vector with it, and writing an entry anew; a damaged one is made anew."""
    folder, first = tmp_path / "memory", Listening(tiny_model(tmp_path / "a"))

    async def heard(model: Listening, words: str) -> tuple[list[str], list[str]]:
        model.heard.clear()
        keys = await found(JsonFilesLongTermStore(folder, embedder=model), words)
        return keys, [text for text in model.heard if text != words]

    def kept() -> list[Path]:
        return sorted((folder / ".vectors").iterdir())

    store = JsonFilesLongTermStore(folder)
    await store.store("old", "puppy")
    assert await heard(first, "dog") == (["old"], ["puppy"])
    assert await heard(first, "dog") == (["old"], [])
    assert [path.stat().st_mode & 0o777 for path in kept()] == [0o600]
    kept()[0].write_bytes(bytes(48))
    assert await heard(first, "dog") == (["old"], ["puppy"])
    other = {"puppy": (0.0, 1.0), "tea": (0.1, 1.0)}
    assert await heard(Listening(tiny_model(tmp_path / "b", meanings=other)), "tea") == (["old"], ["puppy"])
    await store.store("old", "puppy", "SENSITIVE")
    assert kept() == []
    assert await heard(first, "dog") == ([], [])
    await store.store("new", "hound")
    assert await heard(first, "dog") == (["new"], ["hound"])
    await store.delete("new")
    assert kept() == []


class Interrupted(Listening):
    """Somebody writes while the first vector is made."""

    def __init__(self, folder: Path, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__(folder)
        self._meanwhile = meanwhile

    def embed(self, texts: Sequence[str]) -> tuple[bytes, ...]:
        """On its own thread, so that the writing has a loop of its own."""

        async def write() -> None:
            await self._meanwhile()

        if not self.heard:
            asyncio.run(write())
        return super().embed(texts)


@pytest.mark.parametrize("kind", ["sqlite", "json files"])
async def test_an_entry_that_is_written_anew_meanwhile_gets_no_vector_of_its_old_text(
    tmp_path: Path, kind: str
) -> None:
    """Nor does one that is deleted: their vectors would outlive their texts."""

    def made(embedder: Embedder | None = None) -> LongTermStore:
        if kind == "sqlite":
            return SqliteLongTermStore(tmp_path / "memory.db", embedder=embedder)
        return JsonFilesLongTermStore(tmp_path / "memory", embedder=embedder)

    other = made()
    await other.store("a", "puppy")
    await other.store("b", "hound")

    async def meanwhile() -> None:
        await other.store("a", "puppy", "SENSITIVE")
        await other.delete("b")

    store = made(Interrupted(tiny_model(tmp_path / "m"), meanwhile))
    assert await found(store, "dog") == []
    if kind == "sqlite":
        assert vectors(tmp_path / "memory.db") == 0
    else:
        assert not list((tmp_path / "memory").glob(".vectors/*"))
    for one in (store, other):
        if isinstance(one, SqliteLongTermStore):
            one.close()


async def test_stores_of_one_file_see_each_others_vectors(tmp_path: Path) -> None:
    """And what the other deletes or writes anew; each vector is made once."""
    path, model = tmp_path / "memory.db", Listening(tiny_model(tmp_path / "m"))
    one, two = (SqliteLongTermStore(path, embedder=model) for _ in range(2))
    await one.store("a", "puppy")
    await two.store("b", "hound")
    assert [await found(store, "dog") for store in (one, two)] == [["a", "b"]] * 2
    await one.delete("a")
    await one.store("b", "tea")
    assert [await found(store, "dog") for store in (two, one)] == [[], []]
    assert await found(two, "coffee") == ["b"]
    assert sorted(text for text in model.heard if text != "dog") == ["coffee", "hound", "puppy", "tea"]
    one.close()
    two.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE vectors SET vector = zeroblob(16) WHERE id = (SELECT id FROM entries WHERE key = x'61')",
        "UPDATE vectors SET vector = (SELECT vector FROM vectors ORDER BY seq DESC LIMIT 1), "
        "digest = (SELECT digest FROM vectors ORDER BY seq DESC LIMIT 1)",
    ],
)
async def test_a_damaged_or_exchanged_vector_is_made_anew(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It misleads no search."""
    path, model = tmp_path / "memory.db", OnnxEmbedder(tiny_model(tmp_path / "m"))
    store = SqliteLongTermStore(path, embedder=model)
    await store.store("a", "puppy")
    await store.store("b", "yacht")
    assert await found(store, "dog") == ["a"]
    store.close()
    connection = apsw.Connection(str(path))
    connection.execute(damage)
    connection.close()
    store = SqliteLongTermStore(path, embedder=model)
    with caplog.at_level(logging.WARNING):
        assert await found(store, "dog") == []
        assert await found(store, "dog") == ["a"]
    assert await found(store, "ship") == ["b"]
    store.close()
    assert "does not match its digest" in caplog.text
