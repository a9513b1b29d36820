"""One account of a budget; whoever changes it holds the lock of its book."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ...domain.budget.limits import BudgetLimits, Spending

UNPRICED_HINT = "set a price for the model, choose another one, or allow unpriced models"
RAISE_HINT = "raise the limit, or ask for less"


@dataclass(frozen=True, slots=True)
class Shortage:
    """Which limit of which account stands against a call; `asked` is None for what has no price."""

    account: str
    limit: str
    allowed: int | float | Decimal
    asked: int | float | Decimal | None
    left: int | float | Decimal

    @property
    def words(self) -> str:
        """What was asked for, and what is left."""
        if self.limit == "seconds":
            return f"its {self.allowed:g} seconds are over"
        left, allowed = _amount(self.left), _amount(self.allowed)
        if self.asked is None:
            return f"its price is not known, and {left} of {allowed} usd are left"
        what = "call" if self.limit == "calls" and self.asked == 1 else self.limit
        return f"it asks for {_amount(self.asked)} {what}, and {left} of {allowed} are left"

    @property
    def hint(self) -> str:
        """What to do about it."""
        return UNPRICED_HINT if self.asked is None else RAISE_HINT


class Account:
    """Limits, what is spent and what is set aside; `chain` is the account with all above it."""

    __slots__ = ("chain", "limits", "measures", "name", "opened", "reserved", "spent")

    def __init__(self, name: str, limits: BudgetLimits, opened: float, above: tuple[Account, ...]) -> None:
        self.name = name
        self.limits = limits
        self.measures = limits.tokens is not None or limits.usd is not None
        self.opened = opened
        self.chain: tuple[Account, ...] = (self, *above)
        self.spent = Spending()
        self.reserved = Spending()

    def shortage(self, estimate: Spending, now: float) -> Shortage | None:
        """What stands against `estimate` at the moment `now`; None when there is enough left."""
        limits, calls, tokens = self.limits, self.limits.calls, self.limits.tokens
        if calls is not None:
            left = calls - self.spent.calls - self.reserved.calls
            if estimate.calls > left:
                return Shortage(self.name, "calls", calls, estimate.calls, max(left, 0))
        if tokens is not None:
            left = tokens - self.spent.tokens - self.reserved.tokens
            if estimate.tokens > left:
                return Shortage(self.name, "tokens", tokens, estimate.tokens, max(left, 0))
        if limits.seconds is not None and now - self.opened >= limits.seconds:
            return Shortage(self.name, "seconds", limits.seconds, 0, 0)
        return self._short_of_money(estimate.usd)

    def _short_of_money(self, asked: Decimal | None) -> Shortage | None:
        allowed = self.limits.usd
        if allowed is None or (asked is None and self.limits.allow_unpriced):
            return None
        left = allowed - (self.spent.usd or 0) - (self.reserved.usd or 0)
        if asked is None or asked > left:
            return Shortage(self.name, "usd", allowed, asked, max(left, Decimal(0)))
        return None

    def hold(self, estimate: Spending) -> None:
        """Set `estimate` aside."""
        self.reserved = _sum(self.reserved, estimate, 1)

    def free(self, estimate: Spending) -> None:
        """Take back what was set aside."""
        self.reserved = _sum(self.reserved, estimate, -1)

    def spend(self, actual: Spending) -> None:
        """Count what was spent; what has no price adds no dollars."""
        self.spent = _sum(self.spent, actual, 1)

    def seconds_left(self, now: float) -> float | None:
        """Wall time until the limit, never below 0."""
        seconds = self.limits.seconds
        return None if seconds is None else max(0.0, self.opened + seconds - now)


def _sum(one: Spending, other: Spending, sign: int) -> Spending:
    usd = (one.usd or Decimal(0)) + sign * (other.usd or Decimal(0))
    return Spending(one.calls + sign * other.calls, one.tokens + sign * other.tokens, usd)


def _amount(value: int | float | Decimal) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else f"{value:,}"
