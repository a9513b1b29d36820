"""A number of tokens, and whether it is exact."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenCount:
    """Tokens of a text; when not `exact`, the true count lies within ± `margin` (a share of it)."""

    tokens: int
    exact: bool = True
    margin: float = 0.0

    @property
    def at_most(self) -> int:
        """The upper bound: what has to fit when the count is not exact."""
        return math.ceil(self.tokens * (1 + self.margin)) if self.margin else self.tokens
