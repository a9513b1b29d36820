"""Which run is meant when none is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from muster.application.use_cases.find_runs import FindRuns, FindRunsRequest, Purpose
from muster.domain.errors import UserError
from muster.domain.journal.opened import RunDump
from muster.domain.journal.record import Signal
from muster.domain.orchestration.approvals import Wait, WaitKind
from muster.domain.orchestration.run import RunRecord, RunStatus
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from tests.fakes.builders import plan
from tests.fakes.clock import START, FakeClock

ASKS = Wait(WaitKind.APPROVAL, "approve:one#1", "one wants to begin")
PAST = Wait(WaitKind.TIMER, "timer:past", "waits", START - timedelta(seconds=1))
FUTURE = Wait(WaitKind.TIMER, "timer:future", "waits", START + timedelta(days=1))


class Shelf:
    """A journal with runs, each a minute younger than the one before."""

    def __init__(self) -> None:
        self.journal = MemoryRunJournal()
        self._count = 0

    async def add(self, status: RunStatus, *waits: Wait) -> str:
        """Another run; its id."""
        self._count += 1
        began = START - timedelta(hours=1) + timedelta(minutes=self._count)
        run = RunRecord(f"run-{self._count}", plan("one"), status, began)
        await self.journal.adopt(RunDump(replace(run, waits=waits)))
        return run.id

    async def find(self, purpose: Purpose) -> list[str]:
        """The ids of those that are found."""
        lines = await FindRuns(self.journal, FakeClock()).execute(FindRunsRequest(purpose))
        return [line.id for line in lines]


async def test_the_newest_with_which_it_can_be_done_is_meant() -> None:
    """A completed run is younger, and neither goes on, nor is stopped, nor answered."""
    shelf = Shelf()
    await shelf.add(RunStatus.INTERRUPTED)
    asking = await shelf.add(RunStatus.WAITING, ASKS)
    await shelf.add(RunStatus.WAITING, FUTURE)
    stopped = await shelf.add(RunStatus.INTERRUPTED)
    cancelled = await shelf.add(RunStatus.CANCELLED)
    await shelf.add(RunStatus.COMPLETED)
    assert await shelf.find(Purpose.RESUME) == [cancelled]
    assert await shelf.find(Purpose.STOP) == [stopped]
    assert await shelf.find(Purpose.ANSWER) == [asking]


async def test_a_question_that_was_answered_is_none() -> None:
    """The run that asked before it is meant then."""
    shelf = Shelf()
    first, second = await shelf.add(RunStatus.WAITING, ASKS), await shelf.add(RunStatus.WAITING, ASKS)
    assert await shelf.find(Purpose.ANSWER) == [second]
    await shelf.journal.signal(second, Signal(ASKS.name, '{"approved": true}', START))
    assert await shelf.find(Purpose.ANSWER) == [first]


async def test_due_is_what_was_interrupted_and_what_has_got_what_it_waited_for() -> None:
    """A time that has come, or an answer; the oldest first. Who still waits, and who was stopped, is left alone."""
    shelf = Shelf()
    answered = await shelf.add(RunStatus.WAITING, FUTURE, ASKS)
    await shelf.add(RunStatus.WAITING, FUTURE)
    timed = await shelf.add(RunStatus.WAITING, PAST)
    await shelf.add(RunStatus.CANCELLED)
    lost = await shelf.add(RunStatus.INTERRUPTED)
    await shelf.journal.signal(answered, Signal(ASKS.name, '{"approved": true}', START))
    assert await shelf.find(Purpose.DUE) == [answered, timed, lost]


@pytest.mark.parametrize("purpose", [Purpose.RESUME, Purpose.STOP, Purpose.ANSWER])
async def test_that_there_is_none_is_said(purpose: Purpose) -> None:
    """In the words of what was wanted; that none is due is no error."""
    shelf = Shelf()
    await shelf.add(RunStatus.COMPLETED)
    with pytest.raises(UserError, match=f"there is no run that could {purpose.value}"):
        await shelf.find(purpose)
    assert await shelf.find(Purpose.DUE) == []
