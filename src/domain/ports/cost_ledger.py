"""Port: what every call of a language model has cost."""

from __future__ import annotations

from typing import Protocol

from ..ledger.entry import CostTotal, Grouping, LedgerEntry, LedgerQuery


class CostLedger(Protocol):
    """Keeps an entry for each attempt, the failed ones included."""

    def record(self, entry: LedgerEntry) -> None:
        """Keep `entry`; returns at once, and never fails the call that it is about."""
        ...

    async def totals(self, by: Grouping, query: LedgerQuery) -> tuple[CostTotal, ...]:
        """Sums over the entries that match, one a group, the dearest first; raises StorageError.

        Everything that was recorded before is counted.
        """
        ...

    async def entries(self, query: LedgerQuery) -> tuple[LedgerEntry, ...]:
        """The entries that match, the oldest first; raises StorageError."""
        ...
