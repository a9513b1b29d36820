"""Runs in a file: what survives, what several processes see, what is said when it cannot be read."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from pydantic import TypeAdapter

from muster.domain.errors import RunBusy, StorageError
from muster.domain.journal.record import Record, RecordKind, Signal
from muster.domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunStatus
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.fakes.builders import plan
from tests.fakes.clock import START
from tests.fakes.processes import finish, python

RUN = RunRecord("run-1", plan("one", "two", "three"), RunStatus.RUNNING, START)
RESULT = TypeAdapter(AgentResult)

APPEND = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from muster.domain.orchestration.run import RunStatus
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.unit.infrastructure.journal.test_sqlite_journal import RUN, agent

async def main():
    journal = SqliteRunJournal(Path(sys.argv[1]))
    for number in range(25):
        run = replace(RUN, id=f"run-{sys.argv[2]}-{number:02}")
        await journal.create(run)
        await journal.append(run.id, 1, [agent(1, "one", sys.argv[2])])
        await journal.finish(replace(run, status=RunStatus.COMPLETED, finished_at=run.started_at), 1)
    journal.close()

asyncio.run(main())
"""
DIE = """
import asyncio, sys
from pathlib import Path
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.unit.infrastructure.journal.test_sqlite_journal import RUN, agent

async def main():
    journal = SqliteRunJournal(Path(sys.argv[1]))
    await journal.create(RUN)
    for number, name in enumerate(("three", "one"), 1):
        await journal.append(RUN.id, 1, [agent(number, name, "done before the end")])
    print("recorded", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""
KILLS = """
import asyncio, os, signal, sys
from pathlib import Path
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.unit.infrastructure.journal.test_sqlite_journal import RUN, record

async def count(out):
    journal = SqliteRunJournal(Path(sys.argv[1]))
    opened = await journal.open(RUN.id)
    last = opened.records[-1].number if opened.records else 0
    for number in range(last + 1, 10**9):
        await journal.append(RUN.id, opened.epoch, [record(number, opened.epoch)])
        os.write(out, b"%d\\n" % number)

for kill in range(20):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        asyncio.run(count(writing))
    os.close(writing)
    with os.fdopen(reading) as said:
        numbers = [said.readline() for _ in range(1 + kill * 3)]
        os.kill(child, signal.SIGKILL)
        numbers += said.read().splitlines()
    os.waitpid(child, 0)
    print(int(numbers[-1]))
"""
RACE = """
import asyncio, sys
from pathlib import Path
from muster.domain.errors import RunBusy
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.unit.infrastructure.journal.test_sqlite_journal import record

async def main():
    journal = SqliteRunJournal(Path(sys.argv[1]))
    await journal.list()
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(20):
        try:
            opened = await journal.open(f"run-{number:02}")
        except RunBusy:
            continue
        print(number, opened.epoch, flush=True)
    sys.stdin.readline()

asyncio.run(main())
"""
SIGNAL = """
import asyncio, sys
from pathlib import Path
from muster.domain.journal.record import Signal
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.fakes.clock import START

async def main():
    journal = SqliteRunJournal(Path(sys.argv[1]))
    for number in range(25):
        await journal.signal("run-1", Signal(f"{sys.argv[2]}{number}", "{}", START))
    journal.close()

asyncio.run(main())
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteRunJournal]:
    """A new journal."""
    made = SqliteRunJournal(tmp_path / "runs.db")
    yield made
    made.close()


def result(name: str, summary: str = "done") -> AgentResult:
    """A short result."""
    return AgentResult(name, AgentStatus.COMPLETED, summary)


def agent(number: int, name: str, summary: str = "done") -> Record:
    """The record of that result."""
    payload = json.dumps({"result": RESULT.dump_python(result(name, summary), mode="json")})
    return Record(number, RecordKind.AGENT, f"{name}#1", START, 1, payload)


def record(number: int, epoch: int = 1, payload: str = '{"text":"paid for"}') -> Record:
    """What a step gave."""
    return Record(number, RecordKind.RESULT, f"one#1/{number}", START, epoch, payload)


async def spoil(journal: SqliteRunJournal, sql: str) -> None:
    """Change the file behind the journal's back."""
    await journal._database.write(lambda c: c.execute(sql).fetchall())


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
    """kill -9 in the middle: while the process lives the run is running and busy, a moment later it can be opened."""
    path = tmp_path / "runs.db"
    process = python(DIE, str(path))
    assert process.stdout is not None
    assert process.stdout.readline() == "recorded\n"
    journal = SqliteRunJournal(path)
    assert [line.status for line in await journal.list()] == [RunStatus.RUNNING]
    with pytest.raises(RunBusy, match=f"process {process.pid} on"):
        await journal.open("run-1")

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
    opened = await journal.open("run-1")
    assert (opened.epoch, len(opened.records), opened.run.resumed, opened.run.agents) == (2, 2, 1, expected)
    journal.close()


async def test_twenty_kills_lose_nothing_that_was_acknowledged(journal: SqliteRunJournal) -> None:
    """kill -9 while records are appended: each that was acknowledged is there, numbers without gaps, and at most the
    one that was under way beside them; each process goes on where the last one stood.
    """
    await journal.create(RUN)
    await journal.finish(replace(RUN, status=RunStatus.WAITING), 1)
    (output,) = finish(python(KILLS, str(journal._database.path)))
    acknowledged = [int(line) for line in output.split()]
    kept = await journal.events("run-1", limit=10**6)
    assert [one.number for one in kept] == list(range(1, len(kept) + 1))
    ends = [max(one.number for one in kept if one.epoch == epoch) for epoch in range(2, 22)]
    assert {end - last for end, last in zip(ends, acknowledged, strict=True)} <= {0, 1}


async def test_of_two_processes_one_opens_a_run(tmp_path: Path) -> None:
    """Twenty runs, both at once: each run has one driver, and one epoch more."""
    path = tmp_path / "runs.db"
    journal = SqliteRunJournal(path)
    for number in range(20):
        run = replace(RUN, id=f"run-{number:02}")
        await journal.create(run)
        await journal.finish(replace(run, status=RunStatus.WAITING), 1)
    racers = [python(RACE, str(path), stdin=True) for _ in range(2)]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    while len(await journal.list(100, RunStatus.RUNNING)) < 20:  # noqa: ASYNC110 – nobody tells
        await asyncio.sleep(0.01)
    opened = [line.split() for racer in racers for line in racer.communicate("end\n")[0].splitlines()]
    assert sorted((int(number), int(epoch)) for number, epoch in opened) == [(n, 2) for n in range(20)]
    journal.close()


async def test_signals_of_several_processes_have_a_number_each(journal: SqliteRunJournal) -> None:
    """Three senders of 25: from 1 to 75, each there once, in each sender's own order."""
    await journal.create(RUN)
    finish(*(python(SIGNAL, str(journal._database.path), name) for name in "abc"))
    kept = await journal.signals("run-1")
    assert [one.number for one in kept] == list(range(1, 76))
    for sender in "abc":
        assert [one.name for one in kept if one.name[0] == sender] == [f"{sender}{n}" for n in range(25)]


async def test_a_full_disk_is_an_error_and_what_was_there_stays(journal: SqliteRunJournal) -> None:
    """And when there is room again, writing goes on under the same epoch."""
    await journal.create(RUN)
    await journal.append("run-1", 1, [agent(1, "one")])
    database = journal._database
    pages = await database.read(lambda c: int(c.pragma("page_count")))
    await database.read(lambda c: c.pragma("max_page_count", pages))
    with pytest.raises(StorageError, match=r"runs\.db' has no room left") as caught:
        await journal.append("run-1", 1, [agent(2, "two", "long " * 100_000)])
    assert caught.value.code == "storage-full"
    assert "free some space" in caught.value.hint
    loaded = await journal.load("run-1")
    assert loaded is not None
    assert loaded.agents == (result("one"),)

    await database.read(lambda c: c.pragma("max_page_count", pages + 1000))
    await journal.append("run-1", 1, [agent(3, "two")])
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


async def test_a_file_that_was_cut_off_is_damaged(tmp_path: Path) -> None:
    """It says so; what can still be read is not made up."""
    path = tmp_path / "runs.db"
    journal = SqliteRunJournal(path)
    await journal.create(RUN)
    await journal.append("run-1", 1, [record(n, payload=json.dumps("x" * 3000)) for n in range(1, 30)])
    journal.close()
    path.write_bytes(path.read_bytes()[: -4096 * 5])
    cut = SqliteRunJournal(path)
    with pytest.raises(StorageError, match=r"runs\.db' is damaged") as caught:
        await cut.events("run-1")
    assert caught.value.code == "storage-corrupt"
    cut.close()


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ("UPDATE runs SET plan = '{' WHERE id = 'run-1'", "its plan is damaged"),
        ("UPDATE runs SET plan = replace(plan, 'one', 'onf') WHERE id = 'run-1'", "its plan is damaged"),
        ("UPDATE runs SET plan = '{}', digest = NULL WHERE id = 'run-1'", "Field required"),
        ("UPDATE runs SET terms = replace(terms, 'ask', 'skip') WHERE id = 'run-1'", "its plan is damaged"),
        ("UPDATE runs SET status = 'rumning' WHERE id = 'run-1'", "'rumning' is not a valid RunStatus"),
        (
            "UPDATE agents SET result = replace(result, 'done', 'gone')",
            "the result of agent 'one' is damaged",
        ),
        ("UPDATE records SET payload = replace(payload, 'done', 'gone')", "record 1 is damaged"),
        ("UPDATE records SET key = 'one#2'", "record 1 is damaged"),
        ("UPDATE records SET version = 2", "record 1 is damaged"),
        ("UPDATE records SET at = '2024-05-17T12:00:00.000001+00:00'", "record 1 is damaged"),
        ("UPDATE records SET payload = CAST(x'7bff7d' AS TEXT)", "codec can't decode"),
    ],
)
async def test_a_run_that_cannot_be_read_hides_no_other(
    journal: SqliteRunJournal, damage: str, complaint: str
) -> None:
    """Showing it or taking it up is an error that names run and row, it stays as it is, and the next run is whole."""
    await journal.create(RUN)
    await journal.append("run-1", 1, [agent(1, "one")])
    await journal.finish(replace(RUN, status=RunStatus.FAILED, agents=(result("one"),)), 1)
    other = RunRecord("run-2", RUN.plan, RunStatus.RUNNING, START)
    await journal.create(other)
    await spoil(journal, damage)
    for attempt in (journal.load, journal.open):
        with pytest.raises(StorageError, match=r"run 'run-1' in '.*runs\.db' cannot be read") as caught:
            await attempt("run-1")
        assert caught.value.code == "storage-corrupt"
        assert complaint in str(caught.value.details["cause"])
        assert caught.value.hint == "other runs are not touched by this"
    assert await journal.load("run-2") == other
    assert "run-2" in [line.id for line in await journal.list()]
    with pytest.raises(StorageError, match="cannot be read"):  # its epoch is what it was
        await journal.open("run-1")


async def test_a_damaged_record_is_named_wherever_it_is_read(journal: SqliteRunJournal) -> None:
    """Those before it are still there."""
    await journal.create(RUN)
    await journal.append("run-1", 1, [record(number) for number in range(1, 4)])
    await journal.signal("run-1", Signal("stop", "{}", START))
    await spoil(journal, "UPDATE records SET payload = replace(payload, 'paid', 'said') WHERE number = 2")
    await spoil(journal, "UPDATE signals SET sender = 'somebody else'")
    with pytest.raises(StorageError, match="'run-1'") as caught:
        await journal.events("run-1")
    assert caught.value.details["cause"] == "record 2 is damaged"
    assert [one.number for one in await journal.events("run-1", limit=1)] == [1]
    assert [one.number for one in await journal.events("run-1", after=2)] == [3]
    with pytest.raises(StorageError) as caught:
        await journal.signals("run-1")
    assert caught.value.details["cause"] == "signal 1 is damaged"


async def test_a_damaged_end_does_not_hinder_going_on(journal: SqliteRunJournal) -> None:
    """It is not shown any more; taken up, the run has no end any more, and its steps are whole."""
    await journal.create(RUN)
    await journal.append("run-1", 1, [record(1)])
    await journal.finish(replace(RUN, status=RunStatus.FAILED, error="no"), 1)
    await spoil(journal, "UPDATE runs SET error = 'so'")
    with pytest.raises(StorageError) as caught:
        await journal.load("run-1")
    assert caught.value.details["cause"] == "its end is damaged"
    opened = await journal.open("run-1")
    assert (opened.records, opened.run) == ((record(1),), replace(RUN, resumed=1))


@pytest.mark.parametrize("table", ["runs", "agents"])
async def test_a_run_of_a_newer_release_is_left_alone(journal: SqliteRunJournal, table: str) -> None:
    """Its words may mean something else; the hint is to update."""
    await journal.create(replace(RUN, agents=(result("one"),)))
    await spoil(journal, f"UPDATE {table} SET schema_version = 99, digest = NULL")
    with pytest.raises(StorageError, match="written by a newer Muster") as caught:
        await journal.load("run-1")
    assert (caught.value.code, caught.value.hint) == ("storage-foreign", "update Muster")


async def test_what_is_recorded_is_on_the_disk_before_it_returns(journal: SqliteRunJournal) -> None:
    """Another connection sees it at once, and every commit is synced."""
    await journal.create(RUN)
    await journal.append("run-1", 1, [agent(1, "one")])
    other = apsw.Connection(str(journal._database.path), flags=apsw.SQLITE_OPEN_READONLY)
    assert other.execute("SELECT key FROM records").fetchall() == [("one#1",)]
    assert await journal._database.read(lambda c: c.pragma("synchronous")) == 2
    other.close()


async def test_deleted_words_leave_the_file(journal: SqliteRunJournal) -> None:
    """Bytes of what was forgotten are overwritten, not only unlinked."""
    await journal.create(RUN)
    await journal.append("run-1", 1, [record(1, payload='{"secret":"xyzzy-plugh"}')])
    await journal.finish(replace(RUN, status=RunStatus.FAILED), 1)
    assert await journal.delete("run-1")
    path = journal._database.path
    journal.close()
    assert b"xyzzy-plugh" not in path.read_bytes()
