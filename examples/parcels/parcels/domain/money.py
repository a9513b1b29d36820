"""Amounts of money in whole cents, so that no price is rounded twice."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the smallest unit of one currency."""

    cents: int
    currency: str = "EUR"

    @classmethod
    def of(cls, amount: str, currency: str = "EUR") -> Money:
        """Read a decimal amount such as "4.90", rounding half a cent up."""
        cents = (Decimal(amount) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return cls(int(cents), currency)

    def __add__(self, other: Money) -> Money:
        """Add two amounts of one currency; two currencies raise ValueError."""
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.cents + other.cents, self.currency)

    def scaled(self, factor: Decimal) -> Money:
        """Multiply by a factor, rounding half a cent up."""
        cents = (self.cents * factor).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return Money(int(cents), self.currency)

    def __str__(self) -> str:
        """Write the amount for people, for example "4.90 EUR"."""
        sign = "-" if self.cents < 0 else ""
        whole, part = divmod(abs(self.cents), 100)
        return f"{sign}{whole}.{part:02d} {self.currency}"
