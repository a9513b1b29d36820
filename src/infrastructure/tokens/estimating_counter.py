"""Counts for models whose vocabulary is not public: an estimate that says how far off it may be."""

from __future__ import annotations

import math

from ...domain.ports.token_counter import TokenCounter
from ...domain.tokens.count import TokenCount


class EstimatingCounter(TokenCounter):
    """What `base` counts, times `factor`; the true count lies within ± `margin` (a share) of that."""

    def __init__(self, base: TokenCounter, factor: float, margin: float) -> None:
        self._base = base
        self._factor = factor
        self._margin = margin

    def count(self, text: str) -> TokenCount:
        """Tokens of `text`, rounded up and never exact; 0 for the empty text."""
        tokens = math.ceil(self._base.count(text).tokens * self._factor)
        return TokenCount(tokens, exact=not text, margin=self._margin if text else 0.0)
