"""Forget old runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ...domain.errors import RunBusy, UserError
from ...domain.orchestration.run import RunStatus, RunSummary
from ...domain.ports.clock import Clock
from ...domain.ports.run_journal import RunJournal

ENDED = (RunStatus.COMPLETED, RunStatus.CANCELLED, RunStatus.FAILED, RunStatus.INTERRUPTED)
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class PruneRunsRequest:
    """Runs that began longer ago than so many days; `dry_run` only tells which these are."""

    days: float
    dry_run: bool = False


class PruneRuns:
    """Forgets runs that are old enough, with everything that was recorded of them.

    - A run that is at work, or waits for somebody, is never old.
    - What calls have cost stays in the ledger.
    """

    def __init__(self, journal: RunJournal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def execute(self, request: PruneRunsRequest) -> tuple[RunSummary, ...]:
        """The runs that were, or would be, forgotten, the oldest first; raises UserError, StorageError."""
        if request.days < 0:
            raise UserError(f"{request.days:g} days is no age", code="days", hint="give 0 or more")
        limit = self._clock.now() - timedelta(days=request.days)
        lists = [await self._journal.list(MOST, status) for status in ENDED]
        old = sorted(
            (line for lines in lists for line in lines if line.started_at < limit),
            key=lambda line: line.started_at,
        )
        if request.dry_run:
            return tuple(old)
        return tuple([line for line in old if await self._forgotten(line.id)])

    async def _forgotten(self, run_id: str) -> bool:
        try:
            return await self._journal.delete(run_id)
        except RunBusy:  # it was taken up in this very moment
            return False
