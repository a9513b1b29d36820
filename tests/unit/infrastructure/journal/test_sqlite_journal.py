"""Runs in a file: what survives, what several processes see, what is said when it cannot be read."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from muster.domain.errors import StorageError
from muster.domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunStatus
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.fakes.builders import plan
from tests.fakes.clock import START
from tests.fakes.processes import finish, python

RUN = RunRecord("run-1", plan("one", "two", "three"), RunStatus.RUNNING, START)

APPEND = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from muster.domain.orchestration.run import AgentResult, AgentStatus, RunStatus
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.unit.infrastructure.journal.test_sqlite_journal import RUN

async def main():
    journal = SqliteRunJournal(Path(sys.argv[1]))
    for number in range(25):
        run = replace(RUN, id=f"run-{sys.argv[2]}-{number:02}")
        await journal.create(run)
        await journal.record(run.id, AgentResult("one", AgentStatus.COMPLETED, sys.argv[2]))
        await journal.finish(replace(run, status=RunStatus.COMPLETED, finished_at=run.started_at))
    journal.close()

asyncio.run(main())
"""
DIE = """
import asyncio, sys
from pathlib import Path
from muster.domain.orchestration.run import AgentResult, AgentStatus
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.unit.infrastructure.journal.test_sqlite_journal import RUN

async def main():
    journal = SqliteRunJournal(Path(sys.argv[1]))
    await journal.create(RUN)
    for agent in ("three", "one"):
        await journal.record(RUN.id, AgentResult(agent, AgentStatus.COMPLETED, "done before the end"))
    print("recorded", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteRunJournal]:
    """A new journal."""
    made = SqliteRunJournal(tmp_path / "runs.db")
    yield made
    made.close()


def result(agent: str, summary: str = "done") -> AgentResult:
    """A short result."""
    return AgentResult(agent, AgentStatus.COMPLETED, summary)


async def test_four_processes_lose_nothing(tmp_path: Path) -> None:
    """25 runs each, on a file that all of them open as new: 100 runs, each finished, each with its agent."""
    path = tmp_path / "runs.db"
    finish(*(python(APPEND, str(path), name) for name in "abcd"))
    journal = SqliteRunJournal(path)
    lines = await journal.list(limit=1000)
    assert sorted(line.id for line in lines) == sorted(f"run-{n}-{i:02}" for n in "abcd" for i in range(25))
    assert {line.status for line in lines} == {RunStatus.COMPLETED}
    for line in lines:
        loaded = await journal.load(line.id)
        assert loaded is not None
        assert loaded.agents == (result("one", line.id[4]),)
    journal.close()


async def test_a_killed_run_is_interrupted_and_keeps_its_agents(tmp_path: Path) -> None:
    """kill -9 in the middle: while the process lives the run is running, a moment later it is not."""
    path = tmp_path / "runs.db"
    process = python(DIE, str(path))
    assert process.stdout is not None
    assert process.stdout.readline() == "recorded\n"
    journal = SqliteRunJournal(path)
    assert [line.status for line in await journal.list()] == [RunStatus.RUNNING]

    process.kill()
    while (await journal.list())[0].status is RunStatus.RUNNING:  # noqa: ASYNC110 – nobody tells
        await asyncio.sleep(0.005)
    killed = await journal.load("run-1")
    process.communicate()
    reaped = await journal.load("run-1")

    assert killed == reaped
    assert reaped is not None
    assert reaped.status is RunStatus.INTERRUPTED
    expected = (result("one", "done before the end"), result("three", "done before the end"))
    assert (reaped.agents, reaped.finished_at) == (expected, None)
    (line,) = await journal.list(status=RunStatus.INTERRUPTED)
    assert line.id == "run-1"
    assert await journal.list(status=RunStatus.RUNNING) == ()
    journal.close()


async def test_a_full_disk_is_an_error_and_what_was_there_stays(journal: SqliteRunJournal) -> None:
    """And when there is room again, writing goes on."""
    await journal.create(RUN)
    await journal.record("run-1", result("one"))
    database = journal._database
    pages = await database.read(lambda c: int(c.pragma("page_count")))
    await database.read(lambda c: c.pragma("max_page_count", pages))
    with pytest.raises(StorageError, match=r"runs\.db' has no room left") as caught:
        await journal.record("run-1", result("two", "long " * 100_000))
    assert caught.value.code == "storage-full"
    assert "free some space" in caught.value.hint
    loaded = await journal.load("run-1")
    assert loaded is not None
    assert loaded.agents == (result("one"),)

    await database.read(lambda c: c.pragma("max_page_count", pages + 1000))
    await journal.record("run-1", result("two"))
    loaded = await journal.load("run-1")
    assert loaded is not None
    assert loaded.agents == (result("one"), result("two"))


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Not one bit of it is touched."""
    path = tmp_path / "runs.db"
    path.write_bytes(b"not a database at all" * 100)
    journal = SqliteRunJournal(path)
    with pytest.raises(StorageError, match=r"runs\.db' is not a database"):
        await journal.list()
    assert path.read_bytes() == b"not a database at all" * 100
    journal.close()


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ("UPDATE runs SET plan = '{'", "cannot be read"),
        ("UPDATE runs SET plan = '{}'", "cannot be read"),
        ("UPDATE agents SET result = '[]'", "cannot be read"),
        ("UPDATE runs SET schema_version = 99", "newer Muster"),
    ],
)
async def test_a_run_that_cannot_be_read_hides_no_other(
    journal: SqliteRunJournal, damage: str, complaint: str
) -> None:
    """It is listed, showing it is an error that names it, and the next run is whole."""
    await journal.create(RUN)
    await journal.record("run-1", result("one"))
    await journal._database.write(lambda c: c.execute(damage))
    other = RunRecord("run-2", RUN.plan, RunStatus.RUNNING, START)
    await journal.create(other)
    with pytest.raises(StorageError, match=complaint):
        await journal.load("run-1")
    assert await journal.load("run-2") == other
    assert [line.id for line in await journal.list()] == ["run-2", "run-1"]


async def test_what_is_recorded_is_on_the_disk_before_it_returns(journal: SqliteRunJournal) -> None:
    """Another connection sees it at once, and every commit is synced."""
    await journal.create(RUN)
    await journal.record("run-1", result("one"))
    other = apsw.Connection(str(journal._database.path), flags=apsw.SQLITE_OPEN_READONLY)
    assert other.execute("SELECT agent FROM agents").fetchall() == [("one",)]
    assert await journal._database.read(lambda c: c.pragma("synchronous")) == 2
    other.close()
