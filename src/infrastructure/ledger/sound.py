"""Entries whose numbers can be added up, whatever a model reported: one mad number would spoil every sum."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ...domain.ledger.entry import LedgerEntry
from ...domain.models.usage import Usage

MOST_TOKENS = 10**12
"""Of one call; a server that reports more is not believed, since the sums of a table would overflow."""
MOST_SECONDS = 10**9
MOST_DOLLARS = 10**15
MOST_DIGITS = 200
"""Behind the point of an amount; sums of longer ones would not be exact."""


def sound(entry: LedgerEntry) -> LedgerEntry:
    """`entry` itself when its numbers are sound, else a copy whose numbers are.

    What is no number of tokens counts as none, and one beyond the limits as the limit. What is no amount of money
    becomes a price that is not known, which is never taken for free.
    """
    attempt, usage = entry.attempt, entry.attempt.usage
    counts = (usage.input, usage.output, usage.cache_read, usage.cache_write, usage.reasoning)
    if not all(_is_count(count) for count in counts):
        attempt = replace(attempt, usage=Usage(*(_count(count) for count in counts)))
    if not (_is_time(attempt.duration) and _is_time(attempt.waited)):
        duration, waited = (each if _is_time(each) else 0.0 for each in (attempt.duration, attempt.waited))
        attempt = replace(attempt, duration=duration, waited=waited)
    amounts = (attempt.cost, attempt.spared, attempt.batch_cost)
    if not all(amount is None or _is_money(amount) for amount in amounts):
        cost, spared, batch_cost = (amount if _is_money(amount) else None for amount in amounts)
        attempt = replace(attempt, cost=cost, spared=spared, batch_cost=batch_cost)
    return entry if attempt is entry.attempt else replace(entry, attempt=attempt)


def _is_count(count: object) -> bool:
    return type(count) is int and 0 <= count <= MOST_TOKENS


def _count(count: object) -> int:
    return min(max(count, 0), MOST_TOKENS) if type(count) is int else 0


def _is_time(seconds: object) -> bool:
    return isinstance(seconds, float | int) and 0 <= seconds <= MOST_SECONDS


def _is_money(amount: object) -> bool:
    if not isinstance(amount, Decimal) or not amount.is_finite() or not 0 <= amount <= MOST_DOLLARS:
        return False
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MOST_DIGITS
