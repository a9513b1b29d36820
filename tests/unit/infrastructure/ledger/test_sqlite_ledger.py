"""The ledger in a file: nothing is lost, nobody waits for it, and it says what stands against it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import apsw
import pytest

from muster.domain.errors import StorageError
from muster.domain.ledger.entry import Grouping, LedgerQuery
from muster.domain.models.usage import Usage
from muster.infrastructure.common import sqlite
from muster.infrastructure.ledger.sqlite_ledger import SqliteCostLedger
from tests.contract.test_cost_ledger import entry
from tests.fakes.processes import finish, python
from tests.fakes.unprivileged import as_nobody, open_folder

ALL = LedgerQuery()
WRITE = """
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from muster.domain.ledger.entry import LedgerEntry
from muster.domain.models.attempt import Attempt
from muster.domain.models.tier import ModelTier
from muster.infrastructure.ledger.sqlite_ledger import SqliteCostLedger

ledger = SqliteCostLedger(Path(sys.argv[1]))
attempt = Attempt("fake", "fake/judge", ModelTier.CHEAP, cost=Decimal("0.001"))
for number in range(300):
    ledger.record(LedgerEntry(datetime.now(UTC), sys.argv[2], "", attempt))
"""
CLOSE = "ledger.close()\n"
STAY = "import time\ntime.sleep(60)\n"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteCostLedger]:
    """A new one."""
    made = SqliteCostLedger(tmp_path / "costs.db")
    yield made
    made.close()


def stored(path: Path) -> int:
    """Entries in the file, read by somebody else."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return int(connection.execute("SELECT count(*) FROM entries").get)
    finally:
        connection.close()


def test_closing_writes_everything_down(ledger: SqliteCostLedger, tmp_path: Path) -> None:
    """Also what came a moment before."""
    for _ in range(1000):
        ledger.record(entry())
    ledger.close()
    assert stored(tmp_path / "costs.db") == 1000
    assert ledger.problems == ()


def test_an_idle_ledger_writes_at_once(ledger: SqliteCostLedger, tmp_path: Path) -> None:
    """Nobody has to ask for it: a process that is killed has lost next to nothing."""
    for number in range(1, 4):
        ledger.record(entry())
        deadline = time.monotonic() + 5
        while not (tmp_path / "costs.db").exists() or _count(tmp_path / "costs.db") < number:
            assert time.monotonic() < deadline
            time.sleep(0.005)


def _count(path: Path) -> int:
    try:
        return stored(path)
    except apsw.Error:
        return 0


async def test_recording_does_not_wait_for_the_disk(ledger: SqliteCostLedger, tmp_path: Path) -> None:
    """While another process holds the file, calls go on; what they recorded is there afterwards."""
    assert await ledger.entries(ALL) == ()
    other = apsw.Connection(str(tmp_path / "costs.db"))
    other.execute("BEGIN IMMEDIATE")
    ledger.record(entry("0.01"))
    await asyncio.sleep(
        0.15
    )  # by now its writer stands before the lock, and what follows comes while it does
    started = time.perf_counter()
    for _ in range(499):
        ledger.record(entry("0.01"))
    assert time.perf_counter() - started < 0.25
    other.execute("ROLLBACK")
    other.close()
    (total,) = await ledger.totals(Grouping.RUN, ALL)
    assert (total.calls, total.cost) == (500, Decimal("5.00"))


async def test_a_full_disk_is_told_and_nothing_is_lost(
    ledger: SqliteCostLedger, caplog: pytest.LogCaptureFixture
) -> None:
    """Calls go on, sums are refused rather than wrong, and all is written when there is room again."""
    ledger.record(entry())
    assert len(await ledger.entries(ALL)) == 1
    pages = await ledger._database.read(lambda c: int(c.pragma("page_count")))
    await ledger._database.read(lambda c: c.pragma("max_page_count", pages))
    for _ in range(2000):
        ledger.record(entry())
    with caplog.at_level(logging.WARNING), pytest.raises(StorageError, match="no room left"):
        await ledger.totals(Grouping.RUN, ALL)
    assert caplog.text.count("costs cannot be written") <= 1
    (problem,) = ledger.problems
    assert "2000 calls are not in the ledger" in problem
    assert "no room left" in problem
    await ledger._database.read(lambda c: c.pragma("max_page_count", pages + 10_000))
    ledger.record(entry())
    (total,) = await ledger.totals(Grouping.RUN, ALL)
    assert (total.calls, ledger.problems) == (2002, ())


async def test_a_file_that_cannot_be_opened_does_not_stop_calls(caplog: pytest.LogCaptureFixture) -> None:
    """The failure is kept, logged once, and raised where sums are asked for."""
    with open_folder() as folder:
        (folder / "locked").mkdir(mode=0o555)
        ledger = SqliteCostLedger(folder / "locked" / "costs.db")
        with as_nobody():
            for _ in range(20):
                ledger.record(entry())
            with pytest.raises(StorageError, match="cannot be opened for writing"):
                await ledger.totals(Grouping.RUN, ALL)
            ledger.close()
    assert "20 calls are not in the ledger" in ledger.problems[0]
    assert caplog.text.count("costs cannot be written") == 1
    assert "20 calls are not in the ledger" in caplog.text


def test_a_record_after_the_end_is_kept_as_a_problem(ledger: SqliteCostLedger) -> None:
    """It comes too late, and fails nobody."""
    ledger.close()
    ledger.record(entry())
    assert "is closed" in ledger.problems[0]


async def test_four_processes_lose_nothing(tmp_path: Path) -> None:
    """Each writes 300 entries into the same file."""
    path = tmp_path / "costs.db"
    finish(*(python(WRITE + CLOSE, str(path), name) for name in "abcd"))
    ledger = SqliteCostLedger(path)
    totals = await ledger.totals(Grouping.RUN, ALL)
    assert [(total.calls, total.cost) for total in totals] == [(300, Decimal("0.300"))] * 4
    ledger.close()


async def test_a_name_that_is_no_text_and_a_mad_count_do_not_stop_the_others(
    ledger: SqliteCostLedger,
) -> None:
    """A lone surrogate, and more tokens than the file has numbers for."""
    mad = entry(agent="\ud800")
    ledger.record(replace(mad, attempt=replace(mad.attempt, usage=Usage(2**80, 1))))
    ledger.record(entry())
    assert [kept.agent for kept in await ledger.entries(ALL)] == ["\ufffd", "scout"]
    (total,) = await ledger.totals(Grouping.RUN, ALL)
    assert total.usage.input == 10**12 + 10


async def test_an_entry_that_no_file_takes_is_left_out_and_told(
    ledger: SqliteCostLedger, caplog: pytest.LogCaptureFixture
) -> None:
    """Those before and after it are written, sums go on, and it is not tried for ever."""
    nameless: Any = None
    for agent in ("scout", nameless, "scout"):
        ledger.record(entry(agent=agent))
    (total,) = await ledger.totals(Grouping.RUN, ALL)
    assert total.calls == 2
    assert ledger.problems == ("1 calls are left out: AttributeError in one of 'fake/judge'",)
    ledger.record(entry())
    assert len(await ledger.entries(ALL)) == 3
    ledger.close()
    assert caplog.text.count("a call is left out of the ledger") == 1


async def test_an_entry_that_the_table_refuses_takes_no_others_along(ledger: SqliteCostLedger) -> None:
    """Whatever may be wrong with it: the rest of its transaction stays."""
    await ledger._database.read(
        lambda c: c.execute(
            "CREATE TRIGGER no_critic BEFORE INSERT ON entries WHEN NEW.agent = 'critic' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        ).fetchall()
    )
    for number in range(100):
        ledger.record(entry(agent="critic" if number % 10 == 0 else "scout"))
    assert [total.calls for total in await ledger.totals(Grouping.AGENT, ALL)] == [90]
    assert ledger.problems == ("10 calls are left out: ConstraintError in one of 'fake/judge'",)


async def test_numbers_that_are_not_believed_are_told(
    ledger: SqliteCostLedger, caplog: pytest.LogCaptureFixture
) -> None:
    """By the name of the model."""
    mad = entry()
    ledger.record(replace(mad, attempt=replace(mad.attempt, usage=Usage(-1, 5))))
    await ledger.entries(ALL)
    assert "numbers that a call of 'fake/judge' cannot have were not believed" in caplog.text


def test_a_process_that_is_killed_has_written_what_it_recorded_before(tmp_path: Path) -> None:
    """Nobody closes the ledger, and nobody asks it for anything: what is a moment old is in the file."""
    path = tmp_path / "costs.db"
    process = python(WRITE + STAY, str(path), "a")
    deadline = time.monotonic() + 20
    while not path.exists() or _count(path) < 300:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert stored(path) == 300


async def test_money_is_text_in_the_file(ledger: SqliteCostLedger) -> None:
    """A REAL would round it."""
    ledger.record(entry("0.1000000000000000055511151231257827"))
    await ledger.entries(ALL)
    row = await ledger._database.read(
        lambda c: c.execute("SELECT cost, typeof(cost) FROM entries").fetchone()
    )
    assert row == ("0.1000000000000000055511151231257827", "text")


async def test_a_lock_that_is_held_too_long_is_a_problem_until_it_ends(
    ledger: SqliteCostLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums say so; the next entry takes the ones before it along."""
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    assert await ledger.entries(ALL) == ()
    other = apsw.Connection(str(tmp_path / "costs.db"))
    other.execute("BEGIN IMMEDIATE")
    ledger.record(entry())
    with pytest.raises(StorageError, match="in use by another process"):
        await ledger.totals(Grouping.RUN, ALL)
    other.execute("ROLLBACK")
    other.close()
    ledger.record(entry())
    assert len(await ledger.entries(ALL)) == 2
    assert ledger.problems == ()
