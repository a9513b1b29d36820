"""Drop the steps of a run that has ended."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.ports.run_journal import RunJournal
from .finding_runs import LAST, the_run


@dataclass(frozen=True, slots=True)
class CompactRunRequest:
    """Which run."""

    run_id: str = LAST


@dataclass(frozen=True, slots=True)
class Compacted:
    """The run, and how many records went."""

    run_id: str
    dropped: int


class CompactRun:
    """Keeps the end of a completed run, and lets go of how it came to it.

    It can be shown and compared as before; it can no longer be watched or forked.
    """

    def __init__(self, journal: RunJournal) -> None:
        self._journal = journal

    async def execute(self, request: CompactRunRequest) -> Compacted:
        """What went; raises UserError for a run that may still go on, UnknownName, StorageError."""
        run = await the_run(self._journal, request.run_id)
        return Compacted(run.id, await self._journal.compact(run.id))
