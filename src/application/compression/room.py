"""So many tokens, and whether a text fits into them."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UserError
from ...domain.ports.token_counter import TokenCounter


@dataclass(frozen=True, slots=True)
class Room:
    """At most `limit` tokens as `counter` counts; an inexact count is taken at its upper bound."""

    limit: int
    counter: TokenCounter

    def cost(self, text: str) -> int:
        """Tokens that `text` may take."""
        return self.counter.count(text).at_most if text else 0

    def fits(self, text: str) -> bool:
        """Whether `text` certainly fits."""
        return self.cost(text) <= self.limit


def checked_limit(limit: int) -> int:
    """The limit itself; raises UserError for one below zero."""
    if limit < 0:
        raise UserError(f"{limit} tokens are no limit", code="limit", hint="ask for 0 or more")
    return limit
