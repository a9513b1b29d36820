"""The way to a SQLite file, and what is said when it is blocked."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from muster.domain.errors import StorageError
from muster.infrastructure.common import sqlite
from muster.infrastructure.common.sqlite import Database
from tests.fakes.unprivileged import as_nobody, open_folder

OURS = 0x1234
FIRST = "CREATE TABLE words (word TEXT)"
SECOND = "ALTER TABLE words ADD COLUMN length INTEGER"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new file in a folder that is not there yet."""
    made = Database(tmp_path / "deep" / "words.db", OURS, [FIRST])
    yield made
    made.close()


async def words(database: Database) -> list[str]:
    """What the table holds."""
    return await database.read(lambda c: [word for (word,) in c.execute("SELECT word FROM words")])


async def test_a_new_file_is_made_durable_and_for_its_owner_alone(database: Database) -> None:
    """WAL, fsync at each commit, deleted bytes overwritten; rights 0600."""
    pragmas = ("journal_mode", "synchronous", "secure_delete", "application_id", "user_version")
    assert await database.read(lambda c: [c.pragma(name) for name in pragmas]) == ["wal", 2, 1, OURS, 1]
    assert database.path.stat().st_mode & 0o777 == 0o600


async def test_a_failed_write_leaves_no_trace(database: Database) -> None:
    """Whatever it did before it failed, and whatever it failed of."""

    def work(connection: apsw.Connection) -> None:
        connection.execute("INSERT INTO words VALUES ('half')")
        raise KeyError("in the middle")

    with pytest.raises(KeyError):
        await database.write(work)
    assert await words(database) == []


async def test_the_event_loop_goes_on_while_the_file_is_at_work(database: Database) -> None:
    """Half a second of work, and the loop turns all the while."""
    turns = 0
    task = asyncio.create_task(database.read(lambda c: time.sleep(0.3)))
    while not task.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert turns > 5


async def test_a_newer_release_migrates_an_older_file(database: Database) -> None:
    """What was there stays."""
    await database.write(lambda c: c.execute("INSERT INTO words VALUES ('kept')"))
    database.close()
    newer = Database(database.path, OURS, [FIRST, SECOND])
    assert await words(newer) == ["kept"]
    assert await newer.read(lambda c: c.pragma("user_version")) == 2
    newer.close()


async def test_a_file_from_the_future_is_left_alone(database: Database) -> None:
    """An older release does not guess what a newer one meant."""
    await words(database)
    database.close()
    older = Database(database.path, OURS, [])
    with pytest.raises(StorageError, match="written by a newer Muster"):
        await older.read(lambda c: None)
    older.close()


async def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """It is a database, but not ours."""
    path = tmp_path / "other.db"
    apsw.Connection(str(path)).execute("CREATE TABLE theirs (a)")
    database = Database(path, OURS, [FIRST])
    with pytest.raises(StorageError, match=r"other\.db' belongs to another program"):
        await database.read(lambda c: None)
    database.close()


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    """The message names the file and the way out; its bytes stay."""
    path = tmp_path / "notes.db"
    path.write_text("dear diary, " * 1000)
    database = Database(path, OURS, [FIRST])
    with pytest.raises(StorageError, match=r"notes\.db' is not a database") as caught:
        await database.read(lambda c: None)
    assert "move it away" in caught.value.hint
    assert isinstance(caught.value.__cause__, apsw.NotADBError)
    assert path.read_text() == "dear diary, " * 1000
    database.close()


async def test_a_lock_that_is_held_too_long_is_named(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever."""
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    await words(database)
    other = apsw.Connection(str(database.path))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="in use by another process"):
        await database.write(lambda c: c.execute("INSERT INTO words VALUES ('late')"))
    other.execute("ROLLBACK")
    await database.write(lambda c: c.execute("INSERT INTO words VALUES ('now')"))
    assert await words(database) == ["now"]
    other.close()


async def test_a_file_that_may_not_be_written_is_named() -> None:
    """With a hint at its permissions."""
    with open_folder() as folder:
        (folder / "locked").mkdir(mode=0o555)
        database = Database(folder / "locked" / "words.db", OURS, [FIRST])
        with as_nobody(), pytest.raises(StorageError, match="cannot be opened for writing") as caught:
            await database.read(lambda c: None)
        assert "permissions" in caught.value.hint
        database.close()


async def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    """Nothing can be made below it."""
    (tmp_path / "file").write_text("")
    database = Database(tmp_path / "file" / "words.db", OURS, [FIRST])
    with pytest.raises(StorageError, match=r"words\.db' cannot be read or written"):
        await database.read(lambda c: None)
    database.close()


async def test_a_closed_file_says_so(database: Database) -> None:
    """Closing twice is no mistake, using it afterwards is."""
    await words(database)
    database.close()
    database.close()
    with pytest.raises(StorageError, match="is closed"):
        await words(database)


async def test_closing_a_file_that_was_never_used_makes_none(database: Database) -> None:
    """`muster --version` leaves no files behind."""
    database.close()
    assert not database.path.exists()
