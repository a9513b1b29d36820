"""One attempt to get an answer from a language model, as it is kept and paid for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ..errors import ErrorKind
from .tier import ModelTier
from .usage import Usage


class UsageSource(StrEnum):
    """Where the tokens of an attempt come from; `none` is a call that nothing was spent on."""

    REPORTED = "reported"
    ESTIMATED = "estimated"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call that was made, or refused before it was made.

    `model` is `provider/id`, and the id is the one that was called. `error` is None for an answer. `duration` is
    seconds of wall time in the call; `waited` the seconds before it, for a rate limit or after a failure. `cost`
    is in US dollars, None when unpriced; `spared` is what a refused call would have cost at most.
    """

    provider: str
    model: str
    tier: ModelTier
    error: ErrorKind | None = None
    detail: str = ""
    duration: float = 0.0
    waited: float = 0.0
    usage: Usage = field(default_factory=Usage)
    source: UsageSource = UsageSource.NONE
    cost: Decimal | None = Decimal(0)
    spared: Decimal | None = None
    fallback: bool = False
    cached: bool = False
    batch: bool = False
    batch_cost: Decimal | None = None

    @property
    def ok(self) -> bool:
        """Whether it gave an answer."""
        return self.error is None


def total_cost(attempts: Iterable[Attempt]) -> Decimal | None:
    """Dollars over all attempts; None when one of them is unpriced; $0 for none."""
    total = Decimal(0)
    for attempt in attempts:
        if attempt.cost is None:
            return None
        total += attempt.cost
    return total


def total_usage(attempts: Iterable[Attempt]) -> Usage:
    """Tokens over all attempts, the failed ones included."""
    return sum((attempt.usage for attempt in attempts), Usage())
