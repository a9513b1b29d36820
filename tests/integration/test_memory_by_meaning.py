"""Search by meaning in the whole house, as settings put it together."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from muster.application.use_cases.search_memory import SearchMemoryRequest
from muster.container import Container, close_container, open_container
from muster.domain.errors import ConfigurationError
from tests.fakes.tiny_model import tiny_model


def house(folder: Path, monkeypatch: pytest.MonkeyPatch, memory: str = "sqlite") -> Container:
    """With a model of a few words, and a key for what is sensitive."""
    monkeypatch.setenv("MUSTER_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("MUSTER_MEMORY", memory)
    monkeypatch.setenv("MUSTER_EMBEDDER", str(folder / "model"))
    monkeypatch.delenv("MUSTER_MEMORY_KEY", raising=False)
    opened = open_container(str(folder))
    opened.key_ring().init()
    return opened


async def asked(opened: Container, words: str) -> list[str]:
    """Keys of what a user finds."""
    return [hit.entry.key for hit in await opened.search_memory().execute(SearchMemoryRequest(words))]


@pytest.mark.parametrize("memory", ["sqlite", "json"])
async def test_a_model_that_is_named_finds_what_words_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: str
) -> None:
    """Its user's own entries, and of what is sensitive no vector is made: that is found by its words."""
    tiny_model(tmp_path / "model")
    opened = house(tmp_path, monkeypatch, memory)
    await opened.store().store("mine", "the puppy sleeps")
    await opened.store().store("secret", "the hound is ill", "SENSITIVE")
    assert await asked(opened, "dog") == ["mine"]
    assert sorted(await asked(opened, "hound")) == ["mine", "secret"]
    close_container(opened)
    if memory == "json":
        assert len(list((tmp_path / "data" / "memory" / ".vectors").iterdir())) == 1
    else:
        connection = apsw.Connection(str(tmp_path / "data" / "memory.db"))
        assert connection.execute("SELECT count(vector) FROM vectors").get == 1
        connection.close()


async def test_a_model_that_is_missing_is_told_of_at_the_first_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Storing goes on."""
    opened = house(tmp_path, monkeypatch)
    assert await opened.store().store("mine", "the puppy sleeps")
    with pytest.raises(ConfigurationError, match=r"has no model\.onnx"):
        await asked(opened, "dog")
    close_container(opened)
