"""Model calls of one piece of work, and their sum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from ..models.attempt import Attempt
from ..models.usage import Usage


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One request to a model, with everything that it took: retries, stand-ins, a second try at the form.

    `purpose` says what for ("generate", "repair", "review", "refine"); `error` why there is no answer, "" when there
    is one. `cost` is in US dollars, None when unpriced.
    """

    purpose: str
    model: str
    usage: Usage
    cost: Decimal | None
    attempts: tuple[Attempt, ...] = ()
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether it gave an answer that could be used."""
        return not self.error


@dataclass(frozen=True, slots=True)
class Statistics:
    """Sums over calls, each counted once; `attempts` are requests to providers; `cost` is None when one is unpriced."""

    calls: int = 0
    successes: int = 0
    attempts: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: Decimal | None = Decimal(0)

    @property
    def failures(self) -> int:
        """Calls without an answer that could be used."""
        return self.calls - self.successes


def statistics(calls: Iterable[ModelCall]) -> Statistics:
    """The sums over `calls`."""
    known = tuple(calls)
    cost: Decimal | None = Decimal(0)
    for call in known:
        cost = None if cost is None or call.cost is None else cost + call.cost
    return Statistics(
        len(known),
        sum(call.ok for call in known),
        sum(len(call.attempts) for call in known),
        sum((call.usage for call in known), Usage()),
        cost,
    )
