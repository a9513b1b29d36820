"""What a text takes of a model's window, and what it would cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .count import TokenCount


@dataclass(frozen=True, slots=True)
class TokenAnalysis:
    """One text against one model ("" for none): all figures in tokens, `cost` in US dollars.

    `limit` is what the model takes as input, 0 where that is not known; `headroom` is negative by what is too
    much, and `share` is the part of the limit that the text takes. An inexact count is judged at its upper bound.
    `cost` is that of the text as input at the count itself, None when the model is unpriced.
    """

    model: str
    count: TokenCount
    limit: int
    cost: Decimal | None

    @property
    def headroom(self) -> int:
        """Tokens that are left in the window."""
        return self.limit - self.count.at_most

    @property
    def share(self) -> float:
        """Part of the limit that the text takes; 0.0 when the limit is not known."""
        return self.count.tokens / self.limit if self.limit else 0.0

    @property
    def must_compress(self) -> bool:
        """Whether the text does not fit, or may not."""
        return 0 < self.limit < self.count.at_most
