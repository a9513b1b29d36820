"""Runs that earlier versions began go on: every answer of a model and a tool that they recorded is still understood."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from muster import RunRecord, RunStatus, Verdict
from muster.application.services.pending import all_records
from muster.domain.journal.opened import RunDump
from muster.domain.journal.record import Record, Signal
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.data.journals.write_v2_runs import REVIEWED
from tests.fakes.evidence import FakeEvidence
from tests.fakes.scripted_model import ScriptedModel
from tests.integration.test_runs_edit import BEFORE, NoEval
from tests.integration.test_runs_edit import opened as opened_to_edit
from tests.unit.application.use_cases.test_run_task import FIRST, SECOND, opened

KEPT = Path(__file__).resolve().parents[1] / "data" / "journals" / "v2-runs.db"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The folder of the runs, still empty."""
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


async def kept(
    tmp_path: Path, shop: Path, status: RunStatus
) -> tuple[RunRecord, tuple[Record, ...], tuple[Signal, ...]]:
    """The run of the journal with that status, moved to `shop`; its records and signals."""
    journal = SqliteRunJournal(Path(shutil.copy(KEPT, tmp_path / "runs.db")))
    [line] = [line for line in await journal.list() if line.status is status]
    run = await journal.load(line.id)
    assert run is not None
    records, signals = await all_records(journal, run.id), await journal.signals(run.id)
    journal.close()
    return replace(run, plan=replace(run.plan, root=str(shop))), tuple(records), signals


async def test_a_run_of_version_2_goes_on_from_every_record(tmp_path: Path, shop: Path) -> None:
    """Whatever had been recorded: the findings are those that the version itself came to, no tool looks again."""
    (shop / "app.py").write_text(REVIEWED)
    whole, records, _ = await kept(tmp_path, shop, RunStatus.COMPLETED)
    assert [finding.rule for finding in whole.findings] == ["X1", "X2"]
    for length in range(len(records) + 1):
        recorded = {record.key for record in records[:length]}
        tools, journal = [FakeEvidence("alpha", FIRST), FakeEvidence("beta", SECOND)], MemoryRunJournal()
        left = RunRecord(f"run-{length}", whole.plan, RunStatus.INTERRUPTED, whole.started_at)
        await journal.adopt(RunDump(left, records[:length]))
        async with opened(str(shop), tools, journal=journal) as app:
            done = await app.resume_run(left.id)
        assert (length, done.status, done.findings) == (length, RunStatus.COMPLETED, whole.findings)
        looked = [tool.gathered for tool in tools]
        assert looked == [int(f"evidence/{name}" not in recorded) for name in ("alpha", "beta")]


async def test_edits_that_version_2_staged_are_made_when_a_person_says_so(tmp_path: Path, shop: Path) -> None:
    """No model is called: what it edited is in the records."""
    (shop / "app.py").write_bytes(BEFORE.encode())
    run, records, signals = await kept(tmp_path, shop, RunStatus.WAITING)
    model, journal = ScriptedModel(), MemoryRunJournal()
    await journal.adopt(RunDump(run, records, signals))
    async with opened_to_edit(shop, model, NoEval(), journal) as app:
        await app.answer_run(run.id, approved=True)
        done = await app.resume_run(run.id)
    assert model.requests == []
    assert done.report is not None
    assert done.report.verdict is Verdict.FAILED
    assert (shop / "app.py").read_bytes() == BEFORE.replace("import os", "z = eval('1')").encode()
