"""After a crash ledger and journal tell the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from muster import RunStatus
from muster.application.services.ledger_gap import agent_of, close_gap
from muster.domain.journal.opened import RunDump
from muster.domain.ledger.entry import LedgerQuery
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from muster.infrastructure.ledger.memory_ledger import MemoryCostLedger
from tests.fakes.scripted_model import ScriptedModel
from tests.unit.application.services.test_run_driver import planned, script, tools
from tests.unit.application.use_cases.test_run_task import opened, project

__all__ = ["project"]


async def test_what_a_killed_process_did_not_enter_is_entered_when_the_run_goes_on(project: str) -> None:
    """Every call once, with the agent that made it; the ledger of the other data folder was empty."""
    journal = MemoryRunJournal()
    async with opened(project, tools(), model=ScriptedModel(*script()), journal=journal) as app:
        whole = await app.run_task(await planned(app, project))
    records = await journal.events(whole.id)
    ledger = MemoryCostLedger()
    assert await close_gap(ledger, whole.id, records) == 4
    assert await close_gap(ledger, whole.id, records) == 0
    entries = await ledger.entries(LedgerQuery(run_id=whole.id))
    assert [entry.agent for entry in entries] == ["first", "first", "second", "second"]
    assert sum(entry.attempt.cost or 0 for entry in entries) == whole.cost


async def test_a_resumed_run_has_all_its_calls_in_the_ledger(project: str) -> None:
    """Those before the crash and those after it, none twice."""
    journal = MemoryRunJournal()
    async with opened(project, tools(), model=ScriptedModel(*script()), journal=journal) as app:
        whole = await app.run_task(await planned(app, project))
    records = await journal.events(whole.id)
    half = next(n for n, one in enumerate(records) if one.key == "second#1/model/1" and one.payload)
    later = MemoryRunJournal()
    await later.adopt(
        RunDump(replace(whole, status=RunStatus.INTERRUPTED, agents=(), report=None), records[: half + 1])
    )
    elsewhere = Path(project).parent / "elsewhere"
    elsewhere.mkdir()
    async with opened(
        project, tools(), model=ScriptedModel(*script()[3:]), journal=later, data=str(elsewhere)
    ) as app:
        again = await app.resume_run(whole.id)
        costs = await app.costs(run_id=whole.id)
    assert again.cost == whole.cost
    assert sum(total.cost for total in costs.totals) == whole.cost
    assert sum(total.calls for total in costs.totals) == 4


@given(st.lists(st.sampled_from(["debate", "repair", "1"]), max_size=3), st.integers(1, 9))
def test_the_agent_is_told_by_the_key(branch: list[str], visit: int) -> None:
    """Whatever branch its step was made in."""
    assert agent_of("/".join([*branch, f"code-reviewer#{visit}", "model", "2"])) == "code-reviewer"
