"""Entries of the ledger as rows of a table."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ...domain.errors import ErrorKind
from ...domain.ledger.entry import LedgerEntry
from ...domain.models.attempt import Attempt, UsageSource
from ...domain.models.tier import ModelTier
from ...domain.models.usage import Usage

# Money is text, because a REAL would round it. Moments are text that sorts: UTC, always six decimals.
SCHEMA = """
CREATE TABLE entries (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, run_id TEXT NOT NULL, agent TEXT NOT NULL,
    provider TEXT NOT NULL, model TEXT NOT NULL, tier TEXT NOT NULL, error TEXT, detail TEXT NOT NULL,
    duration REAL NOT NULL, waited REAL NOT NULL,
    input INTEGER NOT NULL, output INTEGER NOT NULL, cache_read INTEGER NOT NULL,
    cache_write INTEGER NOT NULL, reasoning INTEGER NOT NULL, source TEXT NOT NULL,
    cost TEXT, spared TEXT, fallback INTEGER NOT NULL, cached INTEGER NOT NULL, batch INTEGER NOT NULL,
    batch_cost TEXT
);
CREATE INDEX entries_by_time ON entries (at);
CREATE INDEX entries_by_run ON entries (run_id, at);
"""
COLUMNS = (
    "at, run_id, agent, provider, model, tier, error, detail, duration, waited, input, output, cache_read, "
    "cache_write, reasoning, source, cost, spared, fallback, cached, batch, batch_cost"
)
INSERT = f"INSERT INTO entries ({COLUMNS}) VALUES ({', '.join('?' * 22)})"  # noqa: S608 - constants


def row_of(entry: LedgerEntry) -> tuple[object, ...]:
    """`entry`, whose numbers are sound, as the values of `COLUMNS`."""
    attempt, usage = entry.attempt, entry.attempt.usage
    counts = (usage.input, usage.output, usage.cache_read, usage.cache_write, usage.reasoning)
    return (
        moment(entry.at), text(entry.run_id), text(entry.agent), text(attempt.provider), text(attempt.model),
        attempt.tier.value, attempt.error.value if attempt.error else None, text(attempt.detail),
        attempt.duration, attempt.waited, *counts,
        attempt.source.value, _money(attempt.cost), _money(attempt.spared), attempt.fallback,
        attempt.cached, attempt.batch, _money(attempt.batch_cost),
    )  # fmt: skip


def entry_of(row: tuple[Any, ...]) -> LedgerEntry:
    """The entry that `row_of` made a row of."""
    at, run_id, agent, provider, model, tier, error, detail, duration, waited = row[:10]
    source, cost, spared, fallback, cached, batch, batch_cost = row[15:]
    attempt = Attempt(
        provider, model, ModelTier(tier), ErrorKind(error) if error else None, detail, duration, waited,
        Usage(*row[10:15]), UsageSource(source), _amount(cost), _amount(spared), bool(fallback),
        bool(cached), bool(batch), _amount(batch_cost),
    )  # fmt: skip
    return LedgerEntry(datetime.fromisoformat(at), run_id, agent, attempt)


def moment(at: datetime) -> str:
    """A moment as text that sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def text(value: str) -> str:
    """`value` with U+FFFD in place of lone surrogates, which no file takes."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _amount(written: str | None) -> Decimal | None:
    return None if written is None else Decimal(written)
