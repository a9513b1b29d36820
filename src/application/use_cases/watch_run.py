"""Watch a run, from its beginning or from where one stopped watching."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from ...domain.journal.record import Record
from ...domain.orchestration.run import RunStatus
from ...domain.ports.run_journal import RunJournal
from .finding_runs import LAST, the_run

LOOK_SECONDS = 0.2
PAGE = 500


@dataclass(frozen=True, slots=True)
class WatchRunRequest:
    """Which run, and the number of the last record that is known already."""

    run_id: str = LAST
    after: int = 0


class WatchRun:
    """Follows a run through its journal, also one that another process drives.

    - Records come in the order of their numbers, none twice and none left out: who stopped watching goes on from the
      last number that was seen.
    - The end of the run, or its being put aside, ends the watching.
    """

    def __init__(self, journal: RunJournal) -> None:
        self._journal = journal

    async def execute(self, request: WatchRunRequest) -> AsyncIterator[Record]:
        """The records; raises UnknownName, UserError, StorageError."""
        run, seen = await the_run(self._journal, request.run_id), request.after
        while True:
            # The status first: what was recorded before the end is then certainly read.
            running = run.status is RunStatus.RUNNING
            while page := await self._journal.events(run.id, seen, PAGE):
                for record in page:
                    seen = record.number
                    yield record
            if not running:
                return
            await asyncio.sleep(LOOK_SECONDS)
            run = await the_run(self._journal, run.id)
