"""Writes the journal of real runs that is kept: `python -m tests.data.journals.write_v2_runs FILE`, once.

The runs are those of a folder `/srv/shop`, which this makes; agents and tools are the ones that the test brings again.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import anyio

from muster import RunStatus
from muster.application.use_cases.run_task import RunOptions
from muster.domain.orchestration.escalation import Escalation
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.fakes.evidence import FakeEvidence
from tests.fakes.scripted_model import ScriptedModel
from tests.integration.test_runs_edit import BEFORE, DONE, NoEval, edit, mended, read
from tests.integration.test_runs_edit import opened as opened_to_edit
from tests.unit.application.use_cases.test_run_task import FIRST, SECOND, opened, ran

SHOP = Path("/srv/shop")
REVIEWED = "x = eval(y)\nz = 1\n"
"""The file that the first run reviews; `BEFORE` is what the second one edits."""


async def write(file: Path) -> None:
    """A completed run of two agents, and one that waits for a person with an edit staged."""
    await anyio.Path(SHOP).mkdir(parents=True)
    (SHOP / "app.py").write_text(REVIEWED)
    journal = SqliteRunJournal(file)
    tools = [FakeEvidence("alpha", FIRST), FakeEvidence("beta", SECOND)]
    async with opened(str(SHOP), tools, journal=journal) as app:
        assert (await ran(app, str(SHOP))).status is RunStatus.COMPLETED
    (SHOP / "app.py").write_bytes(BEFORE.encode())
    model = ScriptedModel(read(), edit("import os", "z = eval('1')"), DONE)
    async with opened_to_edit(SHOP, model, NoEval(), journal) as app:
        run = await mended(app, SHOP, "write", options=RunOptions(escalation=Escalation(0, ladder=True)))
        assert run.status is RunStatus.WAITING
    elsewhere = "UPDATE runs SET owner_host = 'elsewhere', owner_pid = 4711, owner_started = 'long ago'"
    await journal._database.write(lambda c: c.execute(elsewhere).fetchall())
    journal.close()


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1])))
