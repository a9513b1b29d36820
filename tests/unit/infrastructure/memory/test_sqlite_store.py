"""Memory in a file: damage, a full disk, several processes."""

import asyncio
import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from muster.domain.errors import StorageError
from muster.domain.memory.entry import Origin, Query
from muster.domain.security.classification import Classification
from muster.infrastructure.common.sqlite import Database
from muster.infrastructure.memory.sqlite_schema import APPLICATION_ID, MIGRATIONS
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore
from tests.fakes.processes import finish, python

WRITE = """
import asyncio, sys
from pathlib import Path
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore

async def main():
    store = SqliteLongTermStore(Path(sys.argv[1]))
    for number in range(100):
        assert await store.store(f"shared/{number}", [sys.argv[2]] * 50)
        assert await store.store(f"{sys.argv[2]}/{number}", number)
        seen = await store.retrieve(f"shared/{number}")
        assert len(set(seen)) == 1 and len(seen) == 50, seen
    store.close()

asyncio.run(main())
"""

KILLED = """
import asyncio, sys
from pathlib import Path
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore

async def main():
    store = SqliteLongTermStore(Path(sys.argv[1]))
    for number in range(100000):
        assert await store.store(f"{sys.argv[2]}/{number}", f"run{sys.argv[2]} says {number}")
        print(f"{sys.argv[2]}/{number}", flush=True)

asyncio.run(main())
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteLongTermStore]:
    """A new store."""
    made = SqliteLongTermStore(tmp_path / "memory.db")
    yield made
    made.close()


async def test_it_is_still_there_after_a_restart(store: SqliteLongTermStore) -> None:
    """Closed and opened again."""
    await store.store("a", [1, 2])
    store.close()
    again = SqliteLongTermStore(store._database.path)
    assert await again.retrieve("a") == [1, 2]
    again.close()


async def test_four_processes_lose_nothing(tmp_path: Path) -> None:
    """100 keys of their own and 100 that all of them write: none is missing, none is torn."""
    path = tmp_path / "memory.db"
    finish(*(python(WRITE, str(path), name) for name in "abcd"))
    store = SqliteLongTermStore(path)
    assert len(await store.list_keys()) == 500
    for number in range(100):
        assert [await store.retrieve(f"{name}/{number}") for name in "abcd"] == [number] * 4
        assert await store.retrieve(f"shared/{number}") in [[name] * 50 for name in "abcd"]
    store.close()


async def test_a_flipped_bit_on_the_disk_reads_as_none_and_hides_nothing(
    store: SqliteLongTermStore, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite itself does not notice; the record is set aside, reported, and can be written anew."""
    for key in ("before", "damaged", "later"):
        await store.store(key, f"the value of {key}")
    path = store._database.path
    store.close()
    content = path.read_bytes()
    assert content.count(b'"the value of damaged"') == 1
    path.write_bytes(content.replace(b'"the value of damaged"', b'"the value of damaGed"'))

    again = SqliteLongTermStore(path)
    with caplog.at_level(logging.WARNING):
        assert await again.retrieve("damaged") is None
    assert "'damaged' does not match its digest" in caplog.text
    assert await again.list_keys() == ("before", "later")
    assert [await again.retrieve(key) for key in ("before", "later")] == [
        "the value of before",
        "the value of later",
    ]
    aside = await again._database.read(lambda c: c.execute("SELECT key, value FROM quarantine").fetchall())
    assert aside == [(b"damaged", b'"the value of damaGed"')]
    assert await again.store("damaged", "new")
    assert await again.retrieve("damaged") == "new"
    again.close()


async def test_every_flipped_byte_of_a_record_is_noticed(store: SqliteLongTermStore) -> None:
    """Of the value and of the digest, one at a time: None each time, never a wrong value."""
    await store.store("a", "value")
    row = await store._database.read(lambda c: c.execute("SELECT value, digest FROM entries").get)
    for column, content in zip(("value", "digest"), row, strict=True):
        for position in range(len(content)):
            broken = bytearray(content)
            broken[position] ^= 1 << position % 8
            await store.store("a", "value")
            update = f"UPDATE entries SET {column} = ?"
            await store._database.write(lambda c, u=update, b=broken: c.execute(u, (bytes(b),)))  # type: ignore[misc]
            assert await store.retrieve("a") is None


async def test_a_name_that_no_longer_decodes_hides_no_other(store: SqliteLongTermStore) -> None:
    """Two keys, one of them broken in the file."""
    await store.store("a", 1)
    await store.store("b", 2)
    await store._database.write(
        lambda c: c.execute("UPDATE entries SET key = x'ff' WHERE value = ?", (b"2",))
    )
    assert await store.list_keys() == ("a",)
    assert await store.retrieve("a") == 1


async def test_a_record_put_under_another_key_is_noticed(store: SqliteLongTermStore) -> None:
    """The digest is of key and value together."""
    await store.store("a", 1)
    await store._database.write(lambda c: c.execute("UPDATE entries SET key = ?", (b"b",)))
    assert await store.retrieve("b") is None


async def test_a_full_disk_is_false_and_writing_goes_on_when_there_is_room(
    store: SqliteLongTermStore,
) -> None:
    """What was there stays as it was."""
    await store.store("a", "old")
    pages = await store._database.read(lambda c: int(c.pragma("page_count")))
    await store._database.read(lambda c: c.pragma("max_page_count", pages))
    assert await store.store("a", "long " * 100_000) is False
    assert await store.retrieve("a") == "old"
    assert await store.list_keys() == ("a",)
    await store._database.read(lambda c: c.pragma("max_page_count", pages + 1000))
    assert await store.store("a", "new") is True
    assert await store.retrieve("a") == "new"


async def test_deleting_removes_the_bytes(store: SqliteLongTermStore) -> None:
    """Overwritten in the file, in quarantine too."""
    await store.store("secret", "a plainly fake secret")
    await store.delete("secret")
    path = store._database.path
    store.close()
    assert b"plainly fake" not in path.read_bytes()


async def test_a_damaged_page_reads_as_none(store: SqliteLongTermStore) -> None:
    """What SQLite itself notices is no reason to stop; a check names what lay on that page and nothing else."""
    await asyncio.gather(*[store.store(f"key/{number:04}", "x" * 20) for number in range(2000)])
    path = store._database.path
    store.close()
    content = bytearray(path.read_bytes())
    place = content.index(b'key/1000"xxxx')
    start = place - place % 4096
    content[start : start + 4096] = b"\xff" * 4096
    path.write_bytes(content)
    again = SqliteLongTermStore(path)
    assert await again.retrieve("key/1000") is None
    assert await again.retrieve("key/0000") == "x" * 20
    assert await again.list_keys() == tuple(f"key/{number:04}" for number in range(2000))
    checked = await again.verify()
    assert checked.entries == 2000
    assert "key/1000" in checked.damaged
    assert 1 < len(checked.damaged) < 100
    again.close()


async def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    """Nothing is pretended to be forgotten."""
    path = tmp_path / "memory.db"
    path.write_text("something else")
    store = SqliteLongTermStore(path)
    for attempt in (store.retrieve("a"), store.store("a", 1), store.list_keys()):
        with pytest.raises(StorageError, match=r"memory\.db' is not a database"):
            await attempt
    store.close()


def test_one_store_serves_several_event_loops(store: SqliteLongTermStore) -> None:
    """As the synchronous face starts them, one after the other."""
    for number in range(3):
        assert asyncio.run(store.store("a", number))
        assert asyncio.run(store.retrieve("a")) == number


async def test_a_file_of_the_first_form_is_read_checked_and_kept(tmp_path: Path) -> None:
    """As Muster wrote it before entries had classes: values, listing, damage."""
    path = tmp_path / "memory.db"
    first = Database(path, APPLICATION_ID, MIGRATIONS[:1])
    for key, value, digest_of_value in ((b"a", b'"old"', b'"old"'), (b"b", b"2", b"1")):
        digest = hashlib.sha256(b"%d:%b%b" % (len(key), key, digest_of_value)).digest()
        row = (key, value, digest)
        await first.write(lambda c, r=row: c.execute("INSERT INTO entries VALUES (?, ?, ?)", r))  # type: ignore[misc]
    first.close()
    store = SqliteLongTermStore(path)
    entry = await store.entry("a")
    assert entry is not None
    assert (entry.data, entry.classification, entry.origin) == ("old", Classification.INTERNAL, Origin())
    assert (await store.verify()).damaged == ("b",)
    assert await store.retrieve("b") is None
    assert await store.list_keys() == ("a",)
    await store._database.write(lambda c: c.execute("UPDATE entries SET owner = 'eve'"))
    assert await store.retrieve("a") is None
    store.close()


async def test_every_column_is_covered_by_the_digest(store: SqliteLongTermStore) -> None:
    """Changed one at a time: None each time, the form of the digest too."""
    names = ["value", "classification", "owner", "project", "author", "conversation", "promotion"]
    for name in [*names, "said_at", "stored_at", "text", "form"]:
        await store.store("a", "value")
        changed = "0" if name == "form" else "x'ff'" if name == "owner" else f"{name} || 'x'"
        await store._database.write(lambda c, n=name, v=changed: c.execute(f"UPDATE entries SET {n} = {v}"))  # type: ignore[misc]
        assert (await store.verify()).damaged == ("a",), name
        assert await store.retrieve("a") is None, name


async def test_what_was_deleted_is_in_no_byte_of_the_files(store: SqliteLongTermStore) -> None:
    """The words of the index, too, after a checkpoint."""
    for number in range(50):
        await store.store(f"k/{number}", f"plain words {number}")
    await store.store("secret", "a zanzibarian xylophone")
    await store.store("other", "a zanzibarian harp")
    assert await store.delete("secret")
    await store._database.read(lambda c: c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    content = b"".join(part.read_bytes() for part in store._database.path.parent.iterdir())
    assert b"xylophon" not in content
    assert b"anzibarian" in content


async def test_nothing_acknowledged_is_lost_when_a_process_is_killed(tmp_path: Path) -> None:
    """Twelve kills at any moment: what was said to be stored is there, and the file is whole."""
    path = tmp_path / "memory.db"
    for number in range(12):
        process = python(KILLED, str(path), str(number))
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(3 + number)]
        process.kill()
        told += process.communicate()[0].splitlines(keepends=True)
        whole = [line.strip() for line in told if line.endswith("\n")]
        store = SqliteLongTermStore(path)
        assert set(whole) <= set(await store.list_keys(prefix=f"{number}/"))
        assert (await store.verify()).damaged == ()
        assert len(await store.search(Query(words=f"run{number}", limit=3))) == 3
        store.close()


async def test_the_index_agrees_with_what_was_written_anew(store: SqliteLongTermStore) -> None:
    """With other words, with none, and with words again: SQLite finds index and entries the same."""
    for text in ("a lighthouse", "another lighthouse", "", "a harbour"):
        await store.store("a", text, text=text)
        check = "INSERT INTO words (words, rank) VALUES ('integrity-check', 1)"
        await store._database.write(lambda c, check=check: c.execute(check).fetchall())  # type: ignore[misc]
    assert [hit.entry.key for hit in await store.search(Query(words="harbour"))] == ["a"]


async def test_many_reads_at_once_keep_apart(store: SqliteLongTermStore) -> None:
    """A hundred that wait together, some twice, one damaged, one missing: each gets what is its own."""
    for number in range(40):
        await store.store(f"k/{number}", number)
    await store._database.write(
        lambda c: c.execute("UPDATE entries SET value = x'39' WHERE key = ?", (b"k/7",))
    )
    keys = [f"k/{number % 45}" for number in range(100)]
    right = [None if n % 45 >= 40 or n % 45 == 7 else n % 45 for n in range(100)]
    assert await asyncio.gather(*[store.retrieve(key) for key in keys]) == right
    assert "k/7" not in await store.list_keys()
