"""Compare two runs."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.orchestration.run_diff import RunDiff, difference
from ...domain.ports.run_journal import RunJournal
from .finding_runs import the_run


@dataclass(frozen=True, slots=True)
class DiffRunsRequest:
    """Two runs, each by its id, the unique beginning of one, or "last"."""

    before: str
    after: str


class DiffRuns:
    """Says what the second run has otherwise than the first, whichever way they ended."""

    def __init__(self, journal: RunJournal) -> None:
        self._journal = journal

    async def execute(self, request: DiffRunsRequest) -> RunDiff:
        """The difference; raises UnknownName, UserError, StorageError."""
        before = await the_run(self._journal, request.before)
        return difference(before, await the_run(self._journal, request.after))
