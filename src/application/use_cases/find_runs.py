"""Find the runs that somebody probably means when they name none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ...domain.errors import UserError
from ...domain.orchestration.run import RunRecord, RunStatus, RunSummary
from ...domain.ports.clock import Clock
from ...domain.ports.run_journal import RunJournal
from ..services.pending import pending
from .answer_run import ASKED

MOST = 1000
"""Runs of one status that are looked at, the newest."""


class Purpose(StrEnum):
    """What is to be done with the run: go on with it, stop it, or answer it; `due` are all that should go on now."""

    RESUME = "go on"
    STOP = "be stopped"
    ANSWER = "be answered"
    DUE = "go on now"


CANDIDATES = {
    Purpose.RESUME: (RunStatus.INTERRUPTED, RunStatus.WAITING, RunStatus.CANCELLED, RunStatus.FAILED),
    Purpose.STOP: (RunStatus.RUNNING, RunStatus.WAITING, RunStatus.INTERRUPTED),
    Purpose.ANSWER: (RunStatus.WAITING, RunStatus.RUNNING),
    Purpose.DUE: (RunStatus.INTERRUPTED, RunStatus.WAITING),
}


@dataclass(frozen=True, slots=True)
class FindRunsRequest:
    """For what runs are looked for."""

    purpose: Purpose


class FindRuns:
    """Chooses runs by what can be done with them.

    - One that can go on, be stopped or be answered is the newest of these.
    - Due are all that were interrupted, and those that wait for a time that has come or a word that has been said;
      the oldest comes first.
    - A run that cannot be read any more is not chosen: whoever names it is told why.
    """

    def __init__(self, journal: RunJournal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def execute(self, request: FindRunsRequest) -> tuple[RunSummary, ...]:
        """The runs; raises UserError when one is looked for and there is none."""
        purpose = request.purpose
        lists = [await self._journal.list(MOST, status) for status in CANDIDATES[purpose]]
        found = sorted((line for lines in lists for line in lines), key=lambda line: line.started_at)
        if purpose is Purpose.DUE:
            return tuple([line for line in found if await self._due(line)])
        for line in reversed(found):
            if purpose is not Purpose.ANSWER or await self._asks(line):
                return (line,)
        raise UserError(f"there is no run that could {purpose.value}", code="no-run", hint="muster runs")

    async def _due(self, line: RunSummary) -> bool:
        if line.status is RunStatus.INTERRUPTED:
            return True
        run = await self._journal.load(line.id)
        if run is None:
            return False
        now, said = self._clock.now(), await self._said(run)
        return any((wait.until is not None and wait.until <= now) or wait.name in said for wait in run.waits)

    async def _asks(self, line: RunSummary) -> bool:
        run = await self._journal.load(line.id)
        if run is None:
            return False
        said = await self._said(run)
        return any(wait.kind in ASKED and wait.name not in said for wait in await pending(self._journal, run))

    async def _said(self, run: RunRecord) -> frozenset[str]:
        return frozenset(signal.name for signal in await self._journal.signals(run.id))
