"""Port: the record of runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..journal.opened import OpenedRun, RunDump
from ..journal.record import Record, Signal
from ..orchestration.run import RunRecord, RunStatus, RunSummary


class RunJournal(Protocol):
    """Keeps each run from its first moment, step by step; a run has one driver at a time.

    What a method that is awaited has kept is on the disk when it returns, or was not kept at all.
    """

    async def create(self, run: RunRecord) -> int:
        """Open a run in the name of this process; returns its first epoch, 1.

        Raises StorageError when the id, or the idempotency key, is taken (code "storage-taken", details "run_id"),
        or when nothing can be written.
        """
        ...

    async def keyed(self, idempotency_key: str) -> str | None:
        """The id of the run that was created with that key."""
        ...

    async def open(self, run_id: str, *, force: bool = False) -> OpenedRun:
        """Make this process the driver of a run, with a new epoch that fences off the last one.

        Raises RunBusy while the process that drives it is alive, or is on another host, where nothing certain is
        known of it; with `force` the run is taken from it all the same, and it can write no more. Raises UnknownName
        when there is no such run, StorageError.
        """
        ...

    async def append(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """Keep `records`, all or none; raises Fenced when the run is no longer of that epoch, StorageError."""
        ...

    def note(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """Keep `records` soon, before whatever is appended after them; nobody waits, so a failure is only logged."""
        ...

    async def finish(self, run: RunRecord, epoch: int) -> None:
        """Keep the end of a run, or that it waits, and let go of it; raises Fenced, StorageError."""
        ...

    async def signal(self, run_id: str, signal: Signal) -> None:
        """Keep a word for a run, whoever drives it; raises UnknownName when there is no such run, StorageError."""
        ...

    async def signals(self, run_id: str, after: int = 0) -> tuple[Signal, ...]:
        """The signals of a run with a number above `after`, in order."""
        ...

    async def load(self, run_id: str) -> RunRecord | None:
        """The run with its agents in plan order; a prefix will do when it is unique; None when there is none.

        Raises UnknownName for a prefix of several. A run whose process is gone without a word is
        `RunStatus.INTERRUPTED`, and its agents are those whose results were recorded.
        """
        ...

    async def list(self, limit: int = 20, status: RunStatus | None = None) -> tuple[RunSummary, ...]:
        """The newest runs first."""
        ...

    async def events(self, run_id: str, after: int = 0, limit: int = 1000) -> tuple[Record, ...]:
        """The records of a run with a number above `after`, in order, at most `limit` of them."""
        ...

    async def adopt(self, dump: RunDump) -> None:
        """Take in a whole run; nobody drives it. Raises StorageError when its id is taken."""
        ...

    async def compact(self, run_id: str) -> int:
        """Drop the steps of a completed run, whose end says it all; returns how many records went.

        Its agents' results stay readable. Raises UserError for a run that may still go on.
        """
        ...

    async def delete(self, run_id: str) -> bool:
        """Forget a run, with all its records and signals; False when there is none; RunBusy while it is driven."""
        ...
