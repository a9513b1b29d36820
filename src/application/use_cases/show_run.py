"""Show a run."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.orchestration.run import RunRecord
from ...domain.ports.run_journal import RunJournal
from .finding_runs import LAST, the_run


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
        return await the_run(self._journal, request.run_id)
