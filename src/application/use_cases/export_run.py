"""Write a run out, to carry it elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.journal.opened import RunDump
from ...domain.journal.record import Record
from ...domain.ports.run_journal import RunJournal
from ..services.run_lines import lines_of
from .finding_runs import LAST, the_run

PAGE = 1000


@dataclass(frozen=True, slots=True)
class ExportRunRequest:
    """Which run."""

    run_id: str = LAST


class ExportRun:
    """Tells everything that the journal keeps of a run, in lines of JSON.

    - The last line proves the others, so that a file that was cut off or changed is not taken in again.
    - A run that is at work is told as far as it has come.
    - Nothing is left out: what the run read and wrote is in there, as private as the folder that it worked in.
    """

    def __init__(self, journal: RunJournal) -> None:
        self._journal = journal

    async def execute(self, request: ExportRunRequest) -> tuple[str, ...]:
        """The lines, without their ends; raises UnknownName, StorageError."""
        run = await the_run(self._journal, request.run_id)
        records: list[Record] = []
        while page := await self._journal.events(run.id, records[-1].number if records else 0, PAGE):
            records.extend(page)
        return tuple(lines_of(RunDump(run, tuple(records), await self._journal.signals(run.id))))
