"""Sums of money to the last digit, and the order in which they are told."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact

from ...domain.ledger.entry import CostTotal

EXACT = Context(prec=400, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact])
"""Room for every sum that can come up; a digit that is lost is an error."""


def add(one: Decimal, other: Decimal) -> Decimal:
    """The sum, nothing rounded."""
    return EXACT.add(one, other)


def dearest_first(totals: Iterable[CostTotal]) -> tuple[CostTotal, ...]:
    """By cost, then by number of calls, then by key."""
    return tuple(sorted(totals, key=lambda total: (-total.cost, -total.calls, total.key)))
