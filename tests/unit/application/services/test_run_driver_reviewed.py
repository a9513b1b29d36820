"""Runs under circumstances in which something was once done twice, lost, or left out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from muster import RunStatus, UserError
from muster.application.services import agent_runner
from muster.application.services.evidence_desk import DENIED
from muster.application.use_cases.run_task import RunOptions
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import ErrorKind, StorageError, WorkspaceError
from muster.domain.evidence.report import EvidenceStatus
from muster.domain.journal.opened import RunDump
from muster.domain.journal.record import Record, RecordKind
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from muster.infrastructure.workspace.filesystem import FilesystemWorkspace
from tests.fakes.scripted_model import ScriptedModel, calling
from tests.unit.application.services.test_run_driver import (
    ANSWER,
    asking,
    planned,
    script,
    third_call,
    tools,
)
from tests.unit.application.use_cases.test_run_task import opened, project, team

__all__ = ["project"]

BOTH = calling(("alpha", "{}"), ("search-workspace", '{"terms":["eval"]}'))


async def test_a_call_that_was_approved_runs_once_while_another_one_waits(
    project: str, tmp_path: Path
) -> None:
    """Two calls of one answer ask; one is approved. It is run to its end before the run is put aside again."""
    looks = tools()
    both = calling(("alpha", "{}"), ("beta", "{}"))
    journal = SqliteRunJournal(tmp_path / "runs.db")
    agents = [replace(team()[0], tools=("alpha", "beta"))]
    async with opened(
        project, looks, model=ScriptedModel(both, ANSWER), journal=journal, agents=agents
    ) as app:
        plan = await app.plan_task("review it", project, agents=["first"])
        run = await app.run_task(plan, options=asking(tools=frozenset({"alpha", "beta"})))
        assert sorted(wait.words.split(" wants")[0] for wait in run.waits) == [
            "first#1/tool/1/call_1", "first#1/tool/1/call_2",
        ]  # fmt: skip
        await app.answer_run(run.id, "first#1/tool/1/call_1")
        run = await app.resume_run(run.id)
        assert (run.status, [tool.gathered for tool in looks]) == (RunStatus.WAITING, [1, 0])
        await app.answer_run(run.id)
        done = await app.resume_run(run.id)
    assert (done.status, [tool.gathered for tool in looks]) == (RunStatus.COMPLETED, [1, 1])
    assert [(report.tool, report.measured) for report in done.agents[0].evidence] == [
        ("alpha", True), ("beta", True),
    ]  # fmt: skip
    journal.close()


async def test_evidence_that_a_person_denied_is_not_gathered_behind_their_back(project: str) -> None:
    """Not by the model's call, and not to complete the agent's facts: it is unmeasured, with the reason."""
    looks = tools()
    async with opened(project, looks, model=ScriptedModel(*script()), journal=MemoryRunJournal()) as app:
        plan = await app.plan_task("review it", project, agents=["first"])
        run = await app.run_task(plan, options=asking(tools=frozenset({"alpha"})))
        await app.answer_run(run.id, approved=False, reason="never run it")
        done = await app.resume_run(run.id)
    assert looks[0].gathered == 0
    assert done.report is not None
    assert "alpha" in str(done.report.unmeasured)
    assert [(one.tool, one.status, one.reason) for one in done.agents[0].evidence] == [
        ("alpha", EvidenceStatus.FAILED, DENIED)
    ]


async def test_a_fork_asks_for_itself(project: str) -> None:
    """The yes that the first run got for the very same call is not taken along."""
    model = ScriptedModel(*script()[:2], *script()[:2])
    async with opened(project, tools(), model=model, journal=MemoryRunJournal()) as app:
        plan = await app.plan_task("review it", project, agents=["first"])
        run = await app.run_task(plan, options=asking(tools=frozenset({"alpha"})))
        await app.answer_run(run.id)
        await app.resume_run(run.id)
        fork = await app.fork_run(run.id, "first#1/tool/1/call_1")
    assert (fork.status, len(fork.waits)) == (RunStatus.WAITING, 1)


class ForgetfulDisk(MemoryRunJournal):
    """Has no room for records from the first answer on, until somebody makes some."""

    full = True

    async def append(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """Refuse answers while there is no room."""
        if self.full and any(one.kind is RecordKind.RESULT for one in records):
            raise StorageError("'runs.db' has no room left", code="storage-full")
        await super().append(run_id, epoch, records)

    async def open(self, run_id: str, *, force: bool = False):  # type: ignore[no-untyped-def]
        """Somebody has made room."""
        self.full = False
        return await super().open(run_id, force=force)


class RoomAtTheEnd(ForgetfulDisk):
    """Has room again when the run is put aside."""

    async def append(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """An append of nothing new is the last look before the end."""
        if any(
            one.kind is RecordKind.EVENT and one.key.startswith("waiting:")
            for one in self._kept[run_id].records
        ):
            self.full = False
        await super().append(run_id, epoch, records)


async def test_what_a_full_disk_refused_goes_in_before_a_run_is_put_aside(project: str) -> None:
    """The answers of the first agent are not paid again when the run goes on."""
    model = ScriptedModel(*script())
    async with opened(project, tools(), model=model, journal=RoomAtTheEnd()) as app:
        run = await app.run_task(await planned(app, project), options=asking(agents=frozenset({"second"})))
        assert (run.status, len(model.requests)) == (RunStatus.WAITING, 2)
        await app.answer_run(run.id)
        done = await app.resume_run(run.id)
    assert (done.status, len(model.requests)) == (RunStatus.COMPLETED, 4)


class SlowDisk(MemoryRunJournal):
    """Takes a moment for each record; what is on its way arrives, whoever gives up waiting."""

    async def append(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """Keep it, and then take a moment."""
        await super().append(run_id, epoch, records)
        await asyncio.sleep(0.05)


async def test_an_answer_on_its_way_to_the_journal_is_counted_once(project: str) -> None:
    """Whoever cancels just then finds one call in the account, not a failed one beside it."""
    journal, model = SlowDisk(), ScriptedModel(*script())
    async with opened(project, tools(), model=model, journal=journal) as app:
        task = asyncio.create_task(app.run_task(await planned(app, project)))
        async with asyncio.timeout(10):
            while not any(  # noqa: ASYNC110 - the journal tells nobody
                one.kind is RecordKind.RESULT for kept in journal._kept.values() for one in kept.records
            ):
                await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (line,) = await app.runs()
        done = await app.resume_run(line.id)
    assert len(model.requests) == 4
    assert [len(agent.attempts) for agent in done.agents] == [2, 2]


async def test_a_person_may_take_longer_than_a_tool(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of a call begins when it may be made: beside a busy agent a question stays a question."""
    monkeypatch.setattr(agent_runner, "TOOL_SECONDS", 0.05)
    hold = asyncio.Event()
    looks = tools()
    journal = MemoryRunJournal()
    model = ScriptedModel(calling(("alpha", "{}")), [hold, *ANSWER], ANSWER)
    async with opened(project, looks, model=model, journal=journal) as app:
        plan = await app.plan_task("review it", project, agents=["first", "second"], pattern="parallel")
        task = asyncio.create_task(app.run_task(plan, options=asking(tools=frozenset({"alpha"}))))
        await asyncio.sleep(0.8)
        assert looks[0].gathered == 0
        (line,) = await app.runs()
        await app.answer_run(line.id)
        async with asyncio.timeout(10):
            await third_call(model)
        hold.set()
        run = await task
    assert (run.status, looks[0].gathered) == (RunStatus.COMPLETED, 1)
    told = model.requests[2].messages[-1].content
    assert json.loads(told)["tool"] == "alpha"


class LostFile(FilesystemWorkspace):
    """A folder whose one file goes away between two looks."""

    async def read(self, root: str, path: str):  # type: ignore[no-untyped-def]
        """Nothing is there any more."""
        raise WorkspaceError(f"file {path!r} does not exist", hint="check its spelling")


async def test_a_run_that_cannot_begin_its_work_has_failed(
    project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not left as running in a process that does nothing for it, and can be resumed."""
    model = ScriptedModel(*script()[:2])
    async with opened(project, tools(), model=model, journal=MemoryRunJournal()) as app:
        plan = await app.plan_task("review app.py", project, agents=["first"])
        assert plan.focus == ("app.py",)
        with monkeypatch.context() as patch:
            patch.setattr(FilesystemWorkspace, "read", LostFile.read)
            with pytest.raises(WorkspaceError):
                await app.run_task(plan)
        (line,) = await app.runs()
        assert line.status is RunStatus.FAILED
        done = await app.resume_run(line.id)
    assert done.status is RunStatus.COMPLETED


async def test_agents_side_by_side_do_not_pass_the_amount_together(project: str) -> None:
    """What the first call may cost at most is set aside: the second one, beside it, asks."""
    hold = asyncio.Event()
    model = ScriptedModel([hold, *ANSWER])
    async with opened(project, tools(), model=model, journal=MemoryRunJournal()) as app:
        plan = await app.plan_task("review it", project, agents=["first", "second"], pattern="parallel")
        fits_one = asking(above_usd=Decimal("0.0105"))
        task = asyncio.create_task(app.run_task(plan, options=fits_one))
        await asyncio.sleep(0.3)
        assert len(model.requests) == 1
        hold.set()
        run = await task
    assert (run.status, len(model.requests)) == (RunStatus.WAITING, 1)


async def test_a_key_stands_for_one_task(project: str) -> None:
    """Another task under it is refused, and nothing is run."""
    model = ScriptedModel(*script())
    once = RunOptions(idempotency_key="monday")
    async with opened(project, tools(), model=model, journal=MemoryRunJournal()) as app:
        await app.run_task(await planned(app, project), options=once)
        other = await app.plan_task("find dead code", project, agents=["first"])
        with pytest.raises(UserError, match="the key 'monday' stands for run"):
            await app.run_task(other, options=once)
    assert len(model.requests) == 4


async def test_calls_that_crashes_took_count_against_the_calls_that_are_allowed(project: str) -> None:
    """Three are allowed: two were answered, one was lost; nothing more may be asked."""
    journal = MemoryRunJournal()
    async with opened(project, tools(), model=ScriptedModel(*script()), journal=journal) as app:
        whole = await app.run_task(await planned(app, project))
    records = await journal.events(whole.id)
    begun = next(n for n, one in enumerate(records) if one.key == "second#1/model/1")
    terms = replace(whole.terms, limits=BudgetLimits(calls=3))
    run = replace(whole, status=RunStatus.INTERRUPTED, agents=(), report=None, terms=terms)
    later, model = MemoryRunJournal(), ScriptedModel(*script()[2:])
    await later.adopt(RunDump(run, records[: begun + 1]))
    async with opened(project, tools(), model=model, journal=later) as app:
        again = await app.resume_run(whole.id)
    assert model.requests == []
    assert [one.error for one in again.agents[1].attempts] == [ErrorKind.LOST, ErrorKind.BUDGET]
