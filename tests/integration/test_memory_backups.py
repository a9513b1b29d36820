"""Copies of a memory: whole, private, and without what was forgotten since."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from muster.application.memory.guarded import GuardedLongTermStore
from muster.application.use_cases.forget_memory import ForgetMemory, ForgetMemoryRequest
from muster.domain.errors import AccessDenied, StorageError, UnsafePath
from muster.domain.memory.backup import KnownBackup
from muster.domain.memory.entry import Origin, Query
from muster.domain.ports.long_term_store import LongTermStore
from muster.domain.security.classification import Classification
from muster.domain.security.principal import Principal, Role
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.json_files_store import JsonFilesLongTermStore
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore

Opened = Callable[[Path], LongTermStore]
SECRET = "zanzibar"


def _sqlite(path: Path) -> LongTermStore:
    return SqliteLongTermStore(path / "memory.db" if path.is_dir() else path)


@pytest.fixture(params=[_sqlite, JsonFilesLongTermStore], ids=["sqlite", "json files"])
def opened(request: pytest.FixtureRequest) -> Opened:
    """Each kind of store."""
    kind: Opened = request.param
    return kind


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the memory is."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def close(store: LongTermStore) -> None:
    """Let go of its file."""
    if isinstance(store, SqliteLongTermStore):
        store.close()


def content(place: Path) -> bytes:
    """All bytes of a copy."""
    return b"".join(one.read_bytes() for one in ([place] if place.is_file() else sorted(place.iterdir())))


def names(folder: Path) -> list[str]:
    """What lies in it."""
    return sorted(one.name for one in folder.iterdir())


async def test_a_copy_is_a_memory_of_its_own(opened: Opened, home: Path, tmp_path: Path) -> None:
    """Put in the place of the old one, it has every entry with class, origin and time, and finds them."""
    store, target = opened(home), tmp_path / "safe" / "copy"
    await store.store("a", {"said": SECRET}, "PUBLIC", origin=Origin(owner="ann", conversation="c"))
    await store.store("b", [1, None])
    told = await store.backup(str(target))
    assert (told.path, told.entries, told.damaged) == (str(target), 2, ())
    assert await store.backups() == (KnownBackup(path=str(target), reachable=True),)
    await store.store("a", "later")
    before = await store.entry("b")
    close(store)
    copy = opened(target)
    assert await copy.entry("b") == before
    found = await copy.entry("a")
    assert found is not None
    assert (found.data, found.classification, found.origin.owner) == (
        {"said": SECRET},
        Classification.PUBLIC,
        "ann",
    )
    assert [hit.entry.key for hit in await copy.search(Query(words=SECRET))] == ["a"]
    assert (await copy.verify()).entries == 2
    assert await copy.backups() == ()
    assert await copy.store("c", 3)
    close(copy)


async def test_a_copy_is_for_its_owner_alone(opened: Opened, home: Path, tmp_path: Path) -> None:
    """Whatever the umask says."""
    store, target = opened(home), tmp_path / "copy"
    await store.store("a", 1)
    before = os.umask(0)
    try:
        await store.backup(str(target))
    finally:
        os.umask(before)
    places = [target, *(target.iterdir() if target.is_dir() else ())]
    assert {stat.S_IMODE(one.stat().st_mode) & 0o077 for one in places} == {0}
    close(store)


async def test_nothing_is_replaced_unless_that_is_wanted(opened: Opened, home: Path, tmp_path: Path) -> None:
    """And what is in the way stays as it was; nothing half done lies about."""
    store, target = opened(home), tmp_path / "copy"
    await store.store("a", 1)
    await store.backup(str(target))
    await store.store("b", 2)
    was = content(target)
    with pytest.raises(StorageError, match="is there already"):
        await store.backup(str(target))
    assert content(target) == was
    assert (await store.backup(str(target), replace=True)).entries == 2
    assert names(tmp_path) == ["copy", "home"]
    close(store)


@pytest.mark.parametrize("name", ["memory.db", "memory.db-wal"])
async def test_the_memory_is_no_place_for_its_backup(home: Path, name: str) -> None:
    """Not even when everything may be replaced, nor by another name of the folder."""
    store = SqliteLongTermStore(home / "memory.db")
    await store.store("a", 1)
    (home.parent / "link").symlink_to(home)
    for folder in (home, home.parent / "link"):
        with pytest.raises(StorageError, match="where the memory itself lies"):
            await store.backup(str(folder / name), replace=True)
    assert await store.retrieve("a") == 1
    store.close()
    folder_of_files = JsonFilesLongTermStore(home)
    with pytest.raises(StorageError, match="where the memory itself lies"):
        await folder_of_files.backup(str(home / "copy"), replace=True)


@pytest.mark.parametrize("place", ["/dev/null", "/etc/memory.db", "/proc/self/memory.db"])
async def test_places_of_the_system_are_none(home: Path, place: str) -> None:
    """Not even for who may write there."""
    store = SqliteLongTermStore(home / "memory.db")
    with pytest.raises((StorageError, UnsafePath)):
        await store.backup(place, replace=True)
    assert not Path("/dev/.null.new").exists()  # noqa: ASYNC240
    store.close()


async def test_a_folder_of_others_is_not_replaced(home: Path, tmp_path: Path) -> None:
    """Nor anything in it."""
    store = JsonFilesLongTermStore(home)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis").write_text("years")
    with pytest.raises(StorageError, match="is no backup"):
        await store.backup(str(tmp_path / "work"), replace=True)
    assert (tmp_path / "work" / "thesis").read_text() == "years"


async def test_what_is_forgotten_leaves_the_backups_too(opened: Opened, home: Path, tmp_path: Path) -> None:
    """By deleting and by age; every byte of it, in each copy, whichever process made it. The rest stays."""
    store = opened(home)
    await store.store("a", f"{SECRET} one", "PUBLIC")
    await store.store("b", f"{SECRET} two")
    await store.store("c", "kept")
    copies = [tmp_path / "first", tmp_path / "second"]
    for target in copies:
        await store.backup(str(target))
    assert [content(target).count(SECRET.encode()) > 0 for target in copies] == [True, True]
    close(store)
    again = opened(home)
    assert await again.delete("b")
    assert await again.prune({Classification.PUBLIC: datetime.now(UTC) + timedelta(hours=1)}) == ("a",)
    assert [content(target).count(SECRET.encode()) for target in copies] == [0, 0]
    close(again)
    for target in copies:
        copy = opened(target)
        assert await copy.list_keys() == ("c",)
        assert (await copy.verify()).damaged == ()
        close(copy)


async def test_a_backup_out_of_reach_is_named(
    opened: Opened, home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The entry is forgotten all the same; a copy that was moved away is named once and then dropped."""
    store, target = opened(home), tmp_path / "copy"
    await store.store("a", 1)
    await store.store("b", 2)
    await store.backup(str(target))
    target.rename(tmp_path / "moved")
    assert await store.backups() == (KnownBackup(path=str(target), reachable=False),)
    told = await ForgetMemory(store).execute(ForgetMemoryRequest(("a",)))
    assert (told.keys, told.unreached) == (("a",), (str(target),))
    assert "may still be in a backup" in caplog.text
    assert await store.list_keys() == ("b",)
    told = await ForgetMemory(store).execute(ForgetMemoryRequest(("b",)))
    assert (told.keys, told.unreached) == (("b",), ())
    close(store)


async def test_damage_is_copied_and_told(home: Path, tmp_path: Path) -> None:
    """The rest is worth having."""
    store = SqliteLongTermStore(home / "memory.db")
    await store.store("a", 1)
    await store.store("b", 2)
    store.close()
    with closing(apsw.Connection(str(home / "memory.db"))) as connection:
        connection.execute("UPDATE entries SET value = x'33' WHERE key = CAST('b' AS BLOB)")
    told = await store_again(home).backup(str(tmp_path / "copy"))
    assert (told.entries, told.damaged) == (2, ("b",))


def store_again(home: Path) -> SqliteLongTermStore:
    """The same file."""
    return SqliteLongTermStore(home / "memory.db")


async def test_what_has_no_files_has_no_backup() -> None:
    """It says so."""
    store = InProcessLongTermStore()
    with pytest.raises(StorageError, match="has no files"):
        await store.backup("copy")
    assert await store.backups() == ()


async def test_a_copy_of_everything_takes_a_steward(home: Path, tmp_path: Path) -> None:
    """Whoever may only read what is his does not carry off the rest."""
    store = SqliteLongTermStore(home / "memory.db")
    guarded = GuardedLongTermStore(store, Principal(user="ann", role=Role.VALIDATOR))
    with pytest.raises(AccessDenied, match="may not back up"):
        await guarded.backup(str(tmp_path / "copy"))
    assert not (tmp_path / "copy").exists()
    store.close()
