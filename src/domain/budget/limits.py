"""Limits on spending, and what counts against them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class BudgetLimits:
    """What may be spent at most: calls, tokens (in and out), US dollars, seconds of wall time; None is no limit.

    `allow_unpriced` lets models without a known price run under a limit in dollars: their cost then counts for
    nothing, which the ledger shows.
    """

    calls: int | None = None
    tokens: int | None = None
    usd: Decimal | None = None
    seconds: float | None = None
    allow_unpriced: bool = False


@dataclass(frozen=True, slots=True)
class Spending:
    """Calls, tokens and dollars, spent or reserved; `usd` is None for what has no price."""

    calls: int = 0
    tokens: int = 0
    usd: Decimal | None = Decimal(0)


def narrowed(settings: BudgetLimits, wish: BudgetLimits) -> BudgetLimits:
    """The limits of `wish`, and where it says nothing those of `settings`."""
    return BudgetLimits(
        settings.calls if wish.calls is None else wish.calls,
        settings.tokens if wish.tokens is None else wish.tokens,
        settings.usd if wish.usd is None else wish.usd,
        settings.seconds if wish.seconds is None else wish.seconds,
        settings.allow_unpriced or wish.allow_unpriced,
    )
