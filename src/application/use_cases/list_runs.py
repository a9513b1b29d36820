"""List runs."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UserError
from ...domain.orchestration.run import RunStatus, RunSummary
from ...domain.ports.run_journal import RunJournal


@dataclass(frozen=True, slots=True)
class ListRunsRequest:
    """How many, and in which status (None for any)."""

    limit: int = 20
    status: RunStatus | None = None


class ListRuns:
    """Lists runs, the newest first."""

    def __init__(self, journal: RunJournal) -> None:
        self._journal = journal

    async def execute(self, request: ListRunsRequest) -> tuple[RunSummary, ...]:
        """The runs; raises UserError for a limit below one."""
        if request.limit < 1:
            raise UserError(
                f"a list of {request.limit} runs is no list", code="limit", hint="ask for 1 or more"
            )
        return await self._journal.list(request.limit, request.status)
