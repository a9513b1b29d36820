"""A run that was broken off and goes on reports what an undisturbed one does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from muster import RunRecord, RunStatus, open_muster
from muster.application.services.pending import all_records
from muster.domain.journal.opened import RunDump
from muster.domain.journal.record import Record
from muster.infrastructure.journal.memory_journal import MemoryRunJournal

CODE = "import os\n\n\ndef run(text: str) -> None:\n    os.system(eval(text))\n"


def told(run: RunRecord) -> object:
    """What a reader learns of the code: findings, evidence of each agent, and what was left out."""
    assert run.report is not None
    return (
        [(finding.rule, finding.location, finding.severity, finding.quote) for finding in run.findings],
        {agent.agent: sorted(report.tool for report in agent.evidence) for agent in run.agents},
        {agent.agent: (len(agent.findings), agent.dropped) for agent in run.agents},
        dict(run.report.unmeasured),
    )


async def test_a_kill_between_any_two_records_changes_nothing_in_the_report(tmp_path: Path) -> None:
    """The facts of tools whose answers an agent has from the journal are in the report, as if it had asked again."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "app.py").write_text(CODE)
    (project / "config.ini").write_text("[db]\npassword = hunter2-hunter3-hunter4\n")
    journal = MemoryRunJournal()
    async with open_muster(
        str(project), settings={"data_dir": str(tmp_path / "data")}, run_journal=journal
    ) as app:
        plan = await app.plan_task("review it for security and documentation", str(project))
        whole = await app.run_task(plan)
        records = await all_records(journal, whole.id)
        assert Counter(record.key.partition("/")[0] for record in records)["evidence"] >= 3
        assert len(whole.findings) >= 2
        for length in range(len(records) + 1):
            run = await broken_off(journal, whole, records[:length])
            done = await app.resume_run(run.id)
            assert (length, done.status, told(done)) == (length, RunStatus.COMPLETED, told(whole))


async def broken_off(journal: MemoryRunJournal, run: RunRecord, records: Sequence[Record]) -> RunRecord:
    """A run as a crash after the last of `records` leaves it."""
    left = RunRecord(
        f"{run.id}-{len(records)}", run.plan, RunStatus.INTERRUPTED, run.started_at, terms=run.terms
    )
    await journal.adopt(RunDump(left, tuple(records)))
    return left
