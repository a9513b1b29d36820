"""Budgets of questions: what the user allows for one of them, or for all of a conversation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ...domain.budget.limits import BudgetLimits, narrowed
from ...domain.errors import UserError
from ..models.budget import BudgetBook

NO_LIMITS = BudgetLimits()


@dataclass(frozen=True, slots=True)
class Purse:
    """Opens budgets in `book`; `usual` holds where a wish says nothing."""

    book: BudgetBook | None = None
    usual: BudgetLimits = field(default_factory=BudgetLimits)

    def allowed(self, wish: BudgetLimits) -> BudgetLimits:
        """What may be spent by somebody who wishes for this."""
        return narrowed(self.usual, wish)

    @contextmanager
    def opened(
        self, name: str, limits: BudgetLimits, shared: tuple[str, ...] = ()
    ) -> Iterator[tuple[str, ...]]:
        """The budget `name`, open until the block ends: all accounts that pay, it before the `shared` ones.

        Raises UserError for limits that are no amounts, for a name that is taken, and for limits without a book.
        """
        if self.book is None:
            if limits != NO_LIMITS:
                raise UserError(f"nobody keeps the budget {name!r}", code="budget", hint="ask without limits")
            yield shared
            return
        with self.book.open(name, limits):
            yield (name, *shared)
