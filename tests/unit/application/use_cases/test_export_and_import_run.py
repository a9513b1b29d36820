"""Carrying a run from one journal to another."""

from dataclasses import replace

import pytest

from muster.application.use_cases.export_run import ExportRun, ExportRunRequest
from muster.application.use_cases.import_run import ImportRun, ImportRunRequest
from muster.domain.errors import UnknownName, UserError
from muster.domain.journal.record import Record, RecordKind, Signal
from muster.domain.orchestration.run import RunRecord, RunStatus
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from tests.fakes.builders import plan
from tests.fakes.clock import START

RUN = RunRecord("run-1", plan("one", "two"), RunStatus.RUNNING, START)
MANY = 1100


async def journal_with_a_run() -> MemoryRunJournal:
    """More records than fit one page, and two signals; the run waits."""
    journal = MemoryRunJournal()
    await journal.create(RUN)
    records = [Record(n, RecordKind.EVENT, f"k{n}", START, 1, "{}") for n in range(1, MANY + 1)]
    await journal.append("run-1", 1, records)
    for name in ("a", "b"):
        await journal.signal("run-1", Signal(name, "{}", START))
    await journal.finish(replace(RUN, status=RunStatus.WAITING), 1)
    return journal


async def test_a_run_is_the_same_in_another_journal() -> None:
    """The run, each of its records and signals; and it can be resumed there."""
    here, there = await journal_with_a_run(), MemoryRunJournal()
    lines = await ExportRun(here).execute(ExportRunRequest("run"))
    assert await ImportRun(there).execute(ImportRunRequest(lines)) == await here.load("run-1")
    assert await there.events("run-1", limit=MANY * 2) == await here.events("run-1", limit=MANY * 2)
    assert await there.signals("run-1") == await here.signals("run-1")
    assert len((await there.open("run-1")).records) == MANY


async def test_the_newest_run_is_exported_when_none_is_named() -> None:
    """As everywhere."""
    lines = await ExportRun(await journal_with_a_run()).execute(ExportRunRequest())
    assert len(lines) == MANY + 5


async def test_a_run_that_is_not_there_is_named() -> None:
    """With those that are."""
    with pytest.raises(UnknownName, match="'run-9'") as caught:
        await ExportRun(await journal_with_a_run()).execute(ExportRunRequest("run-9"))
    assert "run-1" in caught.value.hint


async def test_a_run_that_is_there_is_left_alone() -> None:
    """It may have gone on since."""
    journal = await journal_with_a_run()
    lines = await ExportRun(journal).execute(ExportRunRequest("run-1"))
    before = await journal.load("run-1")
    with pytest.raises(UserError, match=r"'run-1' already .*muster show run-1"):
        await ImportRun(journal).execute(ImportRunRequest(lines))
    assert await journal.load("run-1") == before


async def test_nothing_is_kept_of_a_file_that_was_cut_off() -> None:
    """Half a run is none."""
    lines = await ExportRun(await journal_with_a_run()).execute(ExportRunRequest("run-1"))
    there = MemoryRunJournal()
    with pytest.raises(UserError, match="cut off"):
        await ImportRun(there).execute(ImportRunRequest(lines[:-1]))
    assert await there.list() == ()
