"""Show a run."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from ...domain.errors import StorageError
from ...domain.orchestration.run import RunRecord
from ...domain.ports.run_journal import RunJournal
from ..services.pending import all_records
from ..services.recorded import answers, recorded
from .finding_runs import LAST, the_run


@dataclass(frozen=True, slots=True)
class ShowRunRequest:
    """A run id, the unique beginning of one, or "last"."""

    run_id: str = LAST


class ShowRun:
    """Shows a run as it was recorded, whichever way it ended, with its answers; of an open one also what was spent."""

    def __init__(self, journal: RunJournal) -> None:
        self._journal = journal

    async def execute(self, request: ShowRunRequest) -> RunRecord:
        """The run; raises UnknownName when there is none of that id, UserError when there is none at all."""
        run = await the_run(self._journal, request.run_id)
        with suppress(StorageError):
            run = replace(run, answers=answers(await self._journal.signals(run.id)))
        if run.status.is_open:
            with suppress(StorageError):  # a damaged record hides no run
                return replace(run, recorded=recorded(run, await all_records(self._journal, run.id)))
        return run
