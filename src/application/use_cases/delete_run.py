"""Forget a run."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UnknownName
from ...domain.ports.run_journal import RunJournal


@dataclass(frozen=True, slots=True)
class DeleteRunRequest:
    """Which run, by its whole id: what cannot be had back is not guessed."""

    run_id: str


class DeleteRun:
    """Forgets a run with all that was recorded of it; what its calls have cost stays in the ledger."""

    def __init__(self, journal: RunJournal) -> None:
        self._journal = journal

    async def execute(self, request: DeleteRunRequest) -> None:
        """Forget it; raises UnknownName when there is none of that id, RunBusy while it is driven, StorageError."""
        if not await self._journal.delete(request.run_id):
            known = (line.id for line in await self._journal.list(100))
            raise UnknownName.of("run", request.run_id, known)
