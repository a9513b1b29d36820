"""Port: the record of runs."""

from __future__ import annotations

from typing import Protocol

from ..orchestration.run import AgentResult, RunRecord, RunStatus, RunSummary


class RunJournal(Protocol):
    """Keeps each run from its first moment; what an agent has finished is kept before the run goes on."""

    async def create(self, run: RunRecord) -> None:
        """Open a run; raises StorageError when the id is taken or nothing can be written."""
        ...

    async def record(self, run_id: str, result: AgentResult) -> None:
        """Keep what one agent of the run has done."""
        ...

    async def finish(self, run: RunRecord) -> None:
        """Keep the run's end: status, report, times."""
        ...

    async def load(self, run_id: str) -> RunRecord | None:
        """The run with its agents in plan order; a prefix will do when it is unique; None when there is none.

        Raises UnknownName for a prefix of several. A run whose process is gone without a word is
        `RunStatus.INTERRUPTED`.
        """
        ...

    async def list(self, limit: int = 20, status: RunStatus | None = None) -> tuple[RunSummary, ...]:
        """The newest runs first."""
        ...
