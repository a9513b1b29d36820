"""Costs remembered as long as their process lasts."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal

from ...domain.ledger.entry import REFUSED, CostTotal, Grouping, LedgerEntry, LedgerQuery
from ...domain.models.attempt import UsageSource, total_usage
from ...domain.ports.cost_ledger import CostLedger
from .sound import sound
from .sums import add, dearest_first


class MemoryCostLedger(CostLedger):
    """Keeps entries in this process; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[LedgerEntry] = []

    def record(self, entry: LedgerEntry) -> None:
        """Keep `entry`, its numbers made sound."""
        entry = sound(entry)
        with self._lock:
            self._entries.append(entry)

    async def totals(self, by: Grouping, query: LedgerQuery) -> tuple[CostTotal, ...]:
        """Sums over the entries that match, the dearest first."""
        groups: dict[str, list[LedgerEntry]] = {}
        for entry in await self.entries(query):
            groups.setdefault(key_of(entry, by), []).append(entry)
        return dearest_first(_total(key, entries) for key, entries in groups.items())

    async def entries(self, query: LedgerQuery) -> tuple[LedgerEntry, ...]:
        """The entries that match, the oldest first; of one moment, the one that was recorded first."""
        with self._lock:
            kept = tuple(self._entries)
        return tuple(sorted((entry for entry in kept if _matches(entry, query)), key=lambda entry: entry.at))


def key_of(entry: LedgerEntry, by: Grouping) -> str:
    """The group that `entry` belongs to; days are those of UTC."""
    match by:
        case Grouping.RUN:
            return entry.run_id
        case Grouping.AGENT:
            return entry.agent
        case Grouping.MODEL:
            return entry.attempt.model
        case Grouping.PROVIDER:
            return entry.attempt.provider
        case Grouping.TIER:
            return entry.attempt.tier.value
        case Grouping.DAY:
            return entry.at.astimezone(UTC).date().isoformat()


def _matches(entry: LedgerEntry, query: LedgerQuery) -> bool:
    return (
        query.run_id in {"", entry.run_id}
        and query.agent in {"", entry.agent}
        and (query.since is None or entry.at >= query.since)
        and (query.until is None or entry.at < query.until)
    )


def _total(key: str, entries: Iterable[LedgerEntry]) -> CostTotal:
    attempts = [entry.attempt for entry in entries]
    made = [attempt for attempt in attempts if attempt.error not in REFUSED]
    return CostTotal(
        key=key,
        calls=len(made),
        failed=sum(not attempt.ok for attempt in made),
        usage=total_usage(attempts),
        cost=_sum(attempt.cost for attempt in attempts),
        unpriced=sum(attempt.cost is None for attempt in attempts),
        estimated=sum(attempt.source is UsageSource.ESTIMATED for attempt in attempts),
        cached=sum(attempt.cached for attempt in attempts),
        refused=len(attempts) - len(made),
        spared=_sum(attempt.spared for attempt in attempts),
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = add(total, amount or Decimal(0))
    return total
