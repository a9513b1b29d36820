"""Sensitive entries in the store, in the index, and in the hands of who has the key."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from muster.application.memory.sealed import SealedLongTermStore
from muster.domain.errors import KeyUnavailable, SecurityViolation
from muster.domain.memory.entry import Origin, Query
from muster.domain.security.sealed import is_sealed
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore
from muster.infrastructure.security.aes_gcm import AesGcmCipher
from muster.infrastructure.security.key_rings import FileKeyRing
from tests.fakes.clock import FakeClock

from .support import sealed_by_a_new_key, written_below


def ring(folder: Path) -> FileKeyRing:
    """A ring in a file that may not be there yet."""
    return FileKeyRing(folder / "keys.json", FakeClock())


async def test_what_is_sensitive_reaches_the_store_as_ciphertext(tmp_path: Path) -> None:
    """And no byte of it stands in the file; what is internal lies there as it is."""
    inner = SqliteLongTermStore(tmp_path / "memory.db")
    store = sealed_by_a_new_key(tmp_path, inner)
    assert await store.store("case", {"note": "marmalade allergy"}, "SENSITIVE", text="marmalade allergy")
    assert await store.store("plain", {"note": "toast"}, "INTERNAL")
    kept = await inner.entry("case")
    assert kept is not None
    assert is_sealed(kept.data)
    assert await inner.search(Query(words="marmalade")) == ()
    assert await store.retrieve("case") == {"note": "marmalade allergy"}
    inner.close()
    files = written_below(tmp_path)
    assert b"marmalade" not in files
    assert b"toast" in files


async def test_it_is_found_all_the_same_and_ranked_with_the_others(tmp_path: Path) -> None:
    """By its words, endings aside; only among the class that was asked for."""
    store = sealed_by_a_new_key(tmp_path, InProcessLongTermStore())
    await store.store("a", "allergies against marmalade", "SENSITIVE")
    await store.store("b", "a marmalade recipe")
    await store.store("c", "bread", "SENSITIVE")
    both = await store.search(Query(words="marmalade allergy"))
    assert {hit.entry.key: hit.entry.data for hit in both} == {
        "a": "allergies against marmalade",
        "b": "a marmalade recipe",
    }
    assert [hit.entry.key for hit in await store.search(Query(words="marmalade", limit=1))] != []
    assert await store.search(Query(words="  ")) == ()
    assert await store.search(Query(words="marmalade", prefix="z")) == ()


async def test_without_a_key_it_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    """Never stored in the clear; what is not sensitive needs no key."""
    inner = InProcessLongTermStore()
    store = SealedLongTermStore(inner, AesGcmCipher(ring(tmp_path)))
    with pytest.raises(KeyUnavailable):
        await store.store("case", "marmalade", "SENSITIVE")
    assert await store.store("plain", "toast")
    assert await inner.list_keys() == ("plain",)


async def test_another_s_ciphertext_under_this_key_is_no_answer(tmp_path: Path) -> None:
    """Nor is plain text that somebody wrote there as sensitive."""
    inner = InProcessLongTermStore()
    store = sealed_by_a_new_key(tmp_path, inner)
    await store.store("salary/ann", 100, "SENSITIVE")
    await store.store("salary/ben", 200, "SENSITIVE")
    kept = await inner.retrieve("salary/ben")
    await inner.store("salary/ann", kept, "SENSITIVE")
    await inner.store("salary/cid", {"salary": 300}, "SENSITIVE")
    for key in ("salary/ann", "salary/cid"):
        with pytest.raises(SecurityViolation):
            await store.retrieve(key)
    assert await store.retrieve("salary/ben") == 200


async def test_a_damaged_one_is_told_and_hides_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A search passes over it."""
    inner = InProcessLongTermStore()
    store = sealed_by_a_new_key(tmp_path, inner)
    await store.store("a", "marmalade", "SENSITIVE")
    await store.store("b", "marmalade", "SENSITIVE")
    await inner.store("a", {"muster-sealed": 1}, "SENSITIVE", text="")
    with caplog.at_level(logging.WARNING):
        found = await store.search(Query(words="marmalade"))
    assert [hit.entry.key for hit in found] == ["b"]
    assert "'a' was not searched" in caplog.text


async def test_what_is_not_json_is_refused_before_it_is_encrypted(tmp_path: Path) -> None:
    """As every store refuses it; the old value stays."""
    store = sealed_by_a_new_key(tmp_path, InProcessLongTermStore())
    await store.store("a", 1, "SENSITIVE", origin=Origin(author="ann"))
    with pytest.raises(TypeError, match="'a' is not JSON"):
        await store.store("a", object(), "SENSITIVE")
    with pytest.raises(ValueError, match="unknown classification 'SECRETISH'"):
        await store.store("a", 2, "SECRETISH")
    assert await store.retrieve("a") == 1
