"""The way to a SQLite file, and what is said when it is blocked."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

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


async def test_two_that_make_the_same_file_at_once_agree_whose_it_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is done between two looks of the first."""
    second, begun = Database(database.path, OURS, [FIRST]), False

    class Interrupted(apsw.Connection):
        def pragma(self, name: str, *values: Any, **options: Any) -> Any:
            nonlocal begun
            if name == "user_version" and not begun:
                begun = True
                second.submit(lambda c: c.execute("INSERT INTO words VALUES ('second')")).result()
            return super().pragma(name, *values, **options)

    monkeypatch.setattr(apsw, "Connection", Interrupted)
    assert await words(database) == ["second"]
    assert begun
    second.close()


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


def insert(word: str) -> Callable[[apsw.Connection], object]:
    """Work that writes `word`."""
    return lambda connection: connection.execute("INSERT INTO words VALUES (?)", (word,)).fetchall()


def failing(word: str) -> Callable[[apsw.Connection], object]:
    """Work that writes `word`, and then finds out that it should not have."""

    def work(connection: apsw.Connection) -> None:
        connection.execute("INSERT INTO words VALUES (?)", (word,))
        raise KeyError(word)

    return work


class Commits:
    """Counts the transactions of a file, and lets nothing be done until all that is to wait is waiting."""

    def __init__(self, database: Database) -> None:
        self.count = 0
        self._database = database
        self._go = threading.Event()

    async def hold(self) -> None:
        """Count from now on, with the file's thread stopped until `release`."""

        def hook(connection: apsw.Connection) -> None:
            def committed() -> bool:
                self.count += 1
                return False

            connection.set_commit_hook(committed)

        await self._database.read(hook)
        stopped = threading.Event()

        def stop(connection: apsw.Connection) -> None:
            stopped.set()
            self._go.wait(60)

        self._database.submit(stop)
        await asyncio.to_thread(stopped.wait, 60)

    def release(self) -> None:
        """Let the thread go on."""
        self._go.set()


async def test_what_waits_shares_one_transaction(database: Database) -> None:
    """A hundred writes, one commit, and so one wait for the disk; in the order in which they were asked for."""
    commits = Commits(database)
    await commits.hold()
    writes = [asyncio.ensure_future(database.write(insert(f"{n:03}"))) for n in range(100)]
    await asyncio.sleep(0)
    commits.release()
    await asyncio.gather(*writes)
    assert commits.count == 1
    assert await words(database) == [f"{n:03}" for n in range(100)]


async def test_each_event_loop_is_woken_once_for_all_of_its_writes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand runs at once would else spend their time on waking up."""
    commits = Commits(database)
    await commits.hold()
    loop, calls = asyncio.get_running_loop(), list[object]()
    original = loop.call_soon_threadsafe

    def counted(callback: Callable[..., object], *args: Any, **kwargs: Any) -> asyncio.Handle:
        calls.append(callback)
        return original(callback, *args, **kwargs)

    monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
    writes = [asyncio.ensure_future(database.write(insert("w"))) for _ in range(100)]
    await asyncio.sleep(0)
    commits.release()
    await asyncio.gather(*writes)
    assert len(calls) == 1


async def test_one_that_raises_takes_no_other_along(database: Database) -> None:
    """It leaves no trace; those before and after it are kept, still in one transaction."""
    commits = Commits(database)
    await commits.hold()
    works = [insert("a"), failing("b"), insert("c"), failing("d"), insert("e")]
    writes = [asyncio.ensure_future(database.write(work)) for work in works]
    await asyncio.sleep(0)
    commits.release()
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert [repr(one) for one in outcomes if isinstance(one, Exception)] == ["KeyError('b')", "KeyError('d')"]
    assert (await words(database), commits.count) == (["a", "c", "e"], 1)


async def test_an_error_of_sqlite_in_one_write_names_the_file(database: Database) -> None:
    """Its own StorageError, and nobody else's."""
    commits = Commits(database)
    await commits.hold()
    wrong = asyncio.ensure_future(database.write(lambda c: c.execute("INSERT INTO nowhere VALUES (1)")))
    right = asyncio.ensure_future(database.write(insert("a")))
    await asyncio.sleep(0)
    commits.release()
    with pytest.raises(StorageError, match=r"words\.db' cannot be read or written"):
        await wrong
    await right
    assert await words(database) == ["a"]


async def test_a_commit_that_fails_fails_every_write_in_it(database: Database) -> None:
    """Each gets an error of its own, nothing is half kept, and the next write goes well."""
    await database.write(insert("before"))
    commits = Commits(database)
    await commits.hold()
    database.submit(lambda c: c.set_commit_hook(lambda: True))
    writes = [asyncio.ensure_future(database.write(insert(word))) for word in "abc"]
    await asyncio.sleep(0)
    commits.release()
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(one) for one in outcomes] == [StorageError] * 3
    assert len({id(one) for one in outcomes}) == 3
    await database.read(lambda c: c.set_commit_hook(None))
    await database.write(insert("after"))
    assert await words(database) == ["before", "after"]


async def test_a_read_sees_what_was_written_before_it(database: Database) -> None:
    """And not what was written after it, though all was asked for at once."""
    commits = Commits(database)
    await commits.hold()
    asked = [
        asyncio.ensure_future(one)
        for one in (
            database.write(insert("a")),
            words(database),
            database.write(insert("b")),
            words(database),
        )
    ]
    await asyncio.sleep(0)
    commits.release()
    await asyncio.gather(*asked)
    assert (asked[1].result(), asked[3].result()) == (["a"], ["a", "b"])


async def test_a_write_is_done_when_nobody_waits_any_more(database: Database) -> None:
    """What was paid for is kept; those beside it do not notice."""
    commits = Commits(database)
    await commits.hold()
    gone = asyncio.ensure_future(database.write(insert("gone")))
    there = asyncio.ensure_future(database.write(insert("there")))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    commits.release()
    await there
    assert gone.cancelled()
    assert await words(database) == ["gone", "there"]


async def test_closing_waits_for_what_was_asked_for(tmp_path: Path) -> None:
    """Nothing that waits is thrown away."""
    database = Database(tmp_path / "words.db", OURS, [FIRST])
    writes = [asyncio.ensure_future(database.write(insert(f"{n:02}"))) for n in range(50)]
    await asyncio.sleep(0)
    database.later(insert("later"))
    database.close()
    await asyncio.gather(*writes)
    again = Database(database.path, OURS, [FIRST])
    assert await words(again) == [*(f"{n:02}" for n in range(50)), "later"]
    again.close()


def test_several_event_loops_and_threads_share_a_file(database: Database) -> None:
    """Four loops of their own and two bare threads: 6 x 50 words, none lost, none twice."""

    async def writer(name: str) -> None:
        await asyncio.gather(*(database.write(insert(f"{name}{n:02}")) for n in range(50)))

    def submitter(name: str) -> None:
        futures: list[Future[object]] = [database.submit(insert(f"{name}{n:02}")) for n in range(50)]
        for future in futures:
            future.result()

    threads = [
        *(threading.Thread(target=lambda name=name: asyncio.run(writer(name))) for name in "abcd"),
        *(threading.Thread(target=submitter, args=(name,)) for name in "ef"),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = asyncio.run(words(database))
    assert sorted(kept) == sorted(f"{name}{n:02}" for name in "abcdef" for n in range(50))


def test_a_loop_that_has_ended_hinders_no_other(database: Database) -> None:
    """Its write is done all the same."""
    go = threading.Event()
    asyncio.run(words(database))
    database.submit(lambda c: go.wait(10))

    async def leave() -> None:
        asyncio.ensure_future(database.write(insert("left")))  # noqa: RUF006 - that is the point
        await asyncio.sleep(0)

    asyncio.run(leave())
    go.set()
    assert asyncio.run(words(database)) == ["left"]


async def test_what_is_written_later_is_there_for_the_next_read(database: Database) -> None:
    """Nobody has to wait for it."""
    database.later(insert("soon"))
    assert await words(database) == ["soon"]


async def test_what_cannot_be_written_later_is_logged_once(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk that stays full is one line, not thousands; once a write went well, the next trouble is told again."""
    told: list[BaseException] = []
    with caplog.at_level(logging.WARNING):
        for word in "abc":
            database.later(failing(word), told.append)
            await words(database)
        assert caplog.text.count("nobody waits for it") == 1
        database.later(insert("well"))
        database.later(failing("d"))
        assert await words(database) == ["well"]
    assert caplog.text.count("nobody waits for it") == 2
    assert [repr(error) for error in told] == ["KeyError('a')", "KeyError('b')", "KeyError('c')"]


async def test_a_write_gives_its_cursor_to_nobody(database: Database) -> None:
    """Cursors that end together leave something behind for which every later statement pays."""
    assert await database.write(lambda c: c.execute("INSERT INTO words VALUES ('a')")) is None
    assert await database.read(lambda c: c.execute("SELECT word FROM words")) is None
    assert await words(database) == ["a"]


async def test_what_is_read_together_is_one_call_and_sees_what_was_written_before_it(
    database: Database,
) -> None:
    """Each gets its own answer; a write in between parts those before it from those after it."""
    calls = list[list[str]]()

    def there(connection: apsw.Connection, wanted: Sequence[str]) -> list[bool]:
        calls.append(list(wanted))
        kept = {word for (word,) in connection.execute("SELECT word FROM words")}
        return [one in kept for one in wanted]

    commits = Commits(database)
    await commits.hold()
    asked = [asyncio.ensure_future(database.read_one(there, word)) for word in "ab"]
    await asyncio.sleep(0)
    write = asyncio.ensure_future(database.write(insert("a")))
    await asyncio.sleep(0)
    asked += [asyncio.ensure_future(database.read_one(there, word)) for word in "aba"]
    await asyncio.sleep(0)
    commits.release()
    assert await asyncio.gather(*asked) == [False, False, True, False, True]
    await write
    assert calls == [["a", "b"], ["a", "b", "a"]]


async def test_one_that_cannot_be_read_takes_no_other_along(database: Database) -> None:
    """What was read together is then read one by one, and the error belongs to the one that has it."""

    def double(connection: apsw.Connection, wanted: Sequence[str]) -> list[str]:
        return [{"a": "aa", "c": "cc"}[one] for one in wanted]

    commits = Commits(database)
    await commits.hold()
    asked = [asyncio.ensure_future(database.read_one(double, word)) for word in "abc"]
    await asyncio.sleep(0)
    commits.release()
    assert [repr(one) for one in await asyncio.gather(*asked, return_exceptions=True)] == [
        "'aa'",
        "KeyError('b')",
        "'cc'",
    ]
