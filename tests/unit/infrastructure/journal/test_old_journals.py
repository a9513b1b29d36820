"""Journals that earlier versions wrote: everything in them is read as it was."""

import json
import shutil
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import apsw
import pytest

from muster.application.services.run_lines import dump_of
from muster.domain.errors import RunBusy
from muster.domain.evidence.severity import Severity
from muster.domain.journal.opened import RunDump
from muster.domain.journal.record import Record, RecordKind, Signal
from muster.domain.orchestration.run import TERMS, AgentStatus, RunStatus, Verdict
from muster.infrastructure.journal.forms import PLAN, REPORT, RESULT
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.data.journals.write_v2 import AUDITOR, DONE, RUNNING, WAITING, WAITS, records
from tests.fakes.clock import START

KEPT = Path(__file__).resolve().parents[3] / "data" / "journals"
Opener = Callable[[str], SqliteRunJournal]
SIGNALS = (Signal("approve code-writer#1", '{"yes":true}', START, "ann", 1),)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Opens a copy of a journal that is kept."""
    journals: list[SqliteRunJournal] = []

    def copy(name: str) -> SqliteRunJournal:
        journals.append(SqliteRunJournal(Path(shutil.copy(KEPT / name, tmp_path / "runs.db"))))
        return journals[-1]

    yield copy
    for journal in journals:
        journal.close()


async def test_runs_of_version_1_are_listed_as_they_were(opened: Opener) -> None:
    """Newest first, with verdict, score and number of findings."""
    lines = await opened("v1.db").list()
    told = [(line.id, line.status, line.verdict, line.score, line.findings) for line in lines]
    assert told == [
        ("run-01m8je3pm060th1n86", RunStatus.RUNNING, None, None, 0),
        ("run-01m8je3md42xy65f0p", RunStatus.COMPLETED, Verdict.PASSED, None, 9),
        ("run-01m8je3jk2pm3aqwyv", RunStatus.COMPLETED, Verdict.PASSED, None, 10),
    ]
    assert [line.task for line in lines] == [
        "weekly health check",
        "find dead code and import circles",
        "review parcels/services for security",
    ]


async def test_a_completed_run_of_version_1_is_whole(opened: Opener) -> None:
    """Report, gates, agents with findings, evidence and usage; on the usual terms, which it did not know yet."""
    run = await opened("v1.db").load("run-01m8je3md")
    assert run is not None
    assert run.report is not None
    assert (run.plan.pattern, run.plan.root) == ("hierarchical", "/srv/parcels")
    assert [gate.name for gate in run.report.gates] == ["critical"]
    assert (len(run.findings), len(run.report.unmeasured), run.error) == (9, 4, "")
    assert [(one.agent, len(one.findings), len(one.evidence), one.usage.input) for one in run.agents] == [
        ("refactoring-advisor", 7, 4, 3192),
        ("architecture-analyst", 2, 1, 912),
        ("planner", 0, 0, 278),
    ]
    worst = run.findings[0]
    assert (worst.severity, run.cost, run.usage.input) == (Severity.MEDIUM, Decimal(0), 4382)
    assert (run.terms, run.resumed, run.waits, run.parent) == (TERMS, 0, (), "")


async def test_an_unfinished_run_of_version_1_keeps_its_agents(opened: Opener) -> None:
    """Five of them had been recorded when its process went; on another host, of which nothing is known."""
    journal = opened("v1.db")
    run = await journal.load("run-01m8je3pm")
    assert run is not None
    assert (run.status, run.report, run.finished_at) == (RunStatus.RUNNING, None, None)
    assert [(one.agent, one.status, len(one.findings)) for one in run.agents] == [
        ("security-auditor", AgentStatus.COMPLETED, 23),
        ("test-analyst", AgentStatus.COMPLETED, 9),
        ("performance-analyst", AgentStatus.COMPLETED, 7),
        ("refactoring-advisor", AgentStatus.COMPLETED, 7),
        ("architecture-analyst", AgentStatus.COMPLETED, 2),
    ]
    with pytest.raises(RunBusy, match="process 3695 on 'elsewhere'"):
        await journal.open(run.id)


def holds(new: object, old: object) -> bool:
    """Whether `new` says all that `old` says, and perhaps more."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and holds(new[key], old[key]) for key in old)
    if isinstance(old, list):
        return isinstance(new, list) and len(new) == len(old) and all(map(holds, new, old))
    return new == old


async def test_nothing_that_version_1_wrote_is_lost_or_changed(opened: Opener) -> None:
    """Every value of every plan, report and result, down to the last digit."""
    file = apsw.Connection(str(KEPT / "v1.db"), flags=apsw.SQLITE_OPEN_READONLY)
    journal = opened("v1.db")
    rows = file.execute("SELECT id, plan, coalesce(report, 'null') FROM runs").fetchall()
    for row in rows:
        name, plan, report = map(str, row)
        run = await journal.load(name)
        assert run is not None
        assert holds(PLAN.dump_python(run.plan, mode="json"), json.loads(plan))
        kept = json.loads(report)
        assert (run.report is None) == (kept is None)
        assert run.report is None or holds(REPORT.dump_python(run.report, mode="json"), kept)
        agents = {one.agent: RESULT.dump_python(one, mode="json") for one in run.agents}
        told = dict(file.execute("SELECT agent, result FROM agents WHERE run_id = ?", (name,)))
        assert agents.keys() == told.keys()
        assert all(holds(agents[str(agent)], json.loads(str(told[agent]))) for agent in told)
    assert len(rows) == 3
    file.close()


async def test_a_run_of_version_1_goes_on_like_any_other(opened: Opener) -> None:
    """Once its process is known to be gone: taken up, recorded, finished."""
    journal = opened("v1.db")
    gone = "UPDATE runs SET owner_host = (SELECT ?), owner_started = 'long ago'"
    host = socket.gethostname()
    await journal._database.write(lambda c: c.execute(gone, (host,)).fetchall())
    name = "run-01m8je3pm060th1n86"
    taken = await journal.open(name)
    assert (taken.epoch, taken.records, len(taken.run.agents)) == (1, (), 5)
    await journal.append(name, 1, records(1))
    await journal.finish(replace(taken.run, status=RunStatus.COMPLETED, finished_at=START), 1)
    again = await journal.load(name)
    assert again is not None
    assert (again.status, again.resumed, len(again.agents)) == (RunStatus.COMPLETED, 1, 5)


def assert_as_written(kept: Sequence[Record]) -> None:
    """What is read says what was written then; today's results have fields that it did not know."""
    written = records(1)
    assert [replace(one, payload="") for one in kept] == [replace(one, payload="") for one in written]
    for old, new in zip(kept, written, strict=True):
        assert holds(json.loads(new.payload or "null"), json.loads(old.payload or "null"))


async def test_records_of_version_2_are_read_as_they_were_written(opened: Opener) -> None:
    """Every kind, every part; signals too."""
    journal = opened("v2.db")
    for run in (WAITING, RUNNING):
        assert_as_written(await journal.events(run.id))
        assert await journal.signals(run.id) == SIGNALS
    assert Counter(one.kind for one in records(1)).keys() == set(RecordKind)
    assert await journal.events(DONE.id) == ()


async def test_runs_of_version_2_are_read_as_they_were_written(opened: Opener) -> None:
    """One that waits, one at work elsewhere, one that has ended; terms, waits, parent and key included."""
    journal = opened("v2.db")
    waiting = replace(WAITING, status=RunStatus.WAITING, agents=(AUDITOR,), waits=WAITS, repeated=1)
    assert await journal.load(WAITING.id) == waiting
    assert await journal.keyed("ticket 4711") == WAITING.id
    assert await journal.load(RUNNING.id) == replace(RUNNING, agents=(AUDITOR,))
    done = await journal.load(DONE.id)
    assert done is not None
    assert (done.status, done.agents, done.terms) == (RunStatus.COMPLETED, (AUDITOR,), DONE.terms)
    taken = await journal.open(WAITING.id)
    assert (taken.epoch, taken.signals) == (2, SIGNALS)
    assert_as_written(taken.records)


async def test_an_exported_run_of_version_1_of_the_format_is_taken_in() -> None:
    """Equal to the one in the journal from which it was exported."""
    dump = dump_of((KEPT / "v2.jsonl").read_text(encoding="utf-8").splitlines())
    waiting = replace(WAITING, status=RunStatus.WAITING, agents=(AUDITOR,), waits=WAITS, repeated=1)
    assert replace(dump, records=()) == RunDump(waiting, (), SIGNALS)
    assert_as_written(dump.records)
    journal = MemoryRunJournal()
    await journal.adopt(dump)
    assert (await journal.open(WAITING.id)).records == dump.records
