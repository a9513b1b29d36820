"""Show a run."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UnknownName, UserError
from ...domain.orchestration.run import RunRecord
from ...domain.ports.run_journal import RunJournal

LAST = "last"


@dataclass(frozen=True, slots=True)
class ShowRunRequest:
    """A run id, the unique beginning of one, or "last"."""

    run_id: str = LAST


class ShowRun:
    """Shows a run as it was recorded, whichever way it ended."""

    def __init__(self, journal: RunJournal) -> None:
        self._journal = journal

    async def execute(self, request: ShowRunRequest) -> RunRecord:
        """The run; raises UnknownName when there is none of that id, UserError when there is none at all."""
        newest = await self._journal.list(20)
        wanted = request.run_id
        if wanted == LAST:
            if not newest:
                raise UserError(
                    "there are no runs yet",
                    code="no-runs",
                    hint='start with: muster run "review this project"',
                )
            wanted = newest[0].id
        run = await self._journal.load(wanted)
        if run is None:
            raise UnknownName.of("run", wanted, (summary.id for summary in newest))
        return run
