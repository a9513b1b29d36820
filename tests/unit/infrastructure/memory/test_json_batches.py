"""Files that are written at once: one wait for the folder, and each its own trouble."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.errors import LockHeld, StorageError
from muster.infrastructure.common.exclusion import alone
from muster.infrastructure.common.private_file import unready_of
from muster.infrastructure.memory import json_turns
from muster.infrastructure.memory.json_files import file_of, indented
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the disk was waited for, by the kind of what was synced."""
    seen, lock, fsync = Counter[str](), threading.Lock(), os.fsync

    def counted(descriptor: int) -> None:
        fsync(descriptor)
        with lock:
            seen["folder" if Path(f"/proc/self/fd/{descriptor}").readlink().is_dir() else "file"] += 1

    monkeypatch.setattr(os, "fsync", counted)
    return seen


def names(folder: Path) -> list[str]:
    """Of the files in it, hidden ones last."""
    return sorted((path.name for path in folder.iterdir()), key=lambda name: (name[0] == ".", name))


async def test_what_is_written_at_once_waits_for_the_folder_once(
    tmp_path: Path, synced: Counter[str]
) -> None:
    """The first that comes is written alone, all others together; each file is synced, and keeps what it was given."""
    store = JsonFilesLongTermStore(tmp_path)
    assert await asyncio.gather(*[store.store(f"k/{n}", [n, "x"]) for n in range(100)]) == [True] * 100
    assert synced["file"] == 100
    assert 1 <= synced["folder"] <= 10
    assert [await store.retrieve(f"k/{n}") for n in range(100)] == [[n, "x"] for n in range(100)]
    assert names(tmp_path) == [*sorted(file_of(tmp_path, b"k/%d" % n).name for n in range(100)), ".lock"]


async def test_one_file_that_cannot_be_written_is_no_other_s_trouble(tmp_path: Path) -> None:
    """Where its name or its unready one is taken by a folder, it is refused alone."""
    store = JsonFilesLongTermStore(tmp_path)
    file_of(tmp_path, b"k/3").mkdir()
    file_of(tmp_path, b"k/8").with_name(f".{file_of(tmp_path, b'k/8').name}.new").mkdir()
    told = await asyncio.gather(*[store.store(f"k/{n}", n) for n in range(20)], return_exceptions=True)
    assert [n for n, one in enumerate(told) if one is not True] == [3, 8]
    for one in (told[3], told[8]):
        assert isinstance(one, StorageError)
        assert one.hint
    assert {await store.retrieve(f"k/{n}") for n in range(20) if n not in {3, 8}} == set(range(20)) - {3, 8}
    file_of(tmp_path, b"k/3").rmdir()
    assert await store.store("k/3", "afterwards")


async def test_what_a_killed_writer_left_is_in_nobody_s_way(tmp_path: Path) -> None:
    """Half a file, or a link that leads out: neither is written through, and nothing of it stays."""
    store, outside = JsonFilesLongTermStore(tmp_path / "memory"), tmp_path / "outside"
    for number, key in enumerate((b"half", b"link")):
        file_of(tmp_path / "memory", key).parent.mkdir(exist_ok=True)
        unready = unready_of(file_of(tmp_path / "memory", key))
        unready.write_text("{") if number == 0 else unready.symlink_to(outside)
    assert all(await asyncio.gather(store.store("half", 1), store.store("link", 2)))
    assert [await store.retrieve("half"), await store.retrieve("link")] == [1, 2]
    assert [name for name in names(tmp_path / "memory") if name[0] == "."] == [".lock"]
    assert not outside.exists()
    assert {file_of(tmp_path / "memory", key).stat().st_mode & 0o777 for key in (b"half", b"link")} == {0o600}


async def test_the_last_word_on_a_key_is_the_last_that_was_asked_for(tmp_path: Path) -> None:
    """However many are asked for at once."""
    store = JsonFilesLongTermStore(tmp_path)
    await asyncio.gather(*[store.store(f"k/{n % 3}", n) for n in range(60)])
    assert [await store.retrieve(f"k/{n}") for n in range(3)] == [57, 58, 59]


async def test_of_all_who_replace_the_same_entry_at_once_one_does(tmp_path: Path) -> None:
    """Each looks at what the one before it left."""
    store = JsonFilesLongTermStore(tmp_path)
    await store.store("counter", 0)
    for expected in range(1, 4):
        seen = await store.entry("counter")
        assert seen is not None
        told = await asyncio.gather(*[store.replace(seen, expected) for _ in range(12)])
        assert sorted(told) == [False] * 11 + [True]
        assert await store.retrieve("counter") == expected


async def test_a_folder_that_cannot_be_locked_is_told_to_all_who_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And none of it is written; the next is."""
    monkeypatch.setattr(json_turns, "PATIENCE", 0.05)
    store = JsonFilesLongTermStore(tmp_path)
    with alone(tmp_path / ".lock", "a test", 1):
        told = await asyncio.gather(*[store.store(f"k/{n}", n) for n in range(5)], return_exceptions=True)
    assert [type(one) for one in told] == [LockHeld] * 5
    assert await store.list_keys() == ()
    assert await store.store("k/0", "now")


def test_what_nobody_waits_for_any_more_is_written(tmp_path: Path) -> None:
    """An event loop that ends does not take back what was asked for."""
    store = JsonFilesLongTermStore(tmp_path)

    async def leave() -> None:
        tasks = [asyncio.create_task(store.store(f"k/{n}", n)) for n in range(20)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()

    asyncio.run(leave())
    assert asyncio.run(store.store("last", 1))
    assert len(asyncio.run(store.list_keys())) == 21


@given(value=JSON)
def test_json_for_people_is_that_of_the_standard_library(value: object) -> None:
    """To the letter, with one space a level."""
    assert indented(value) == json.dumps(value, indent=1)
