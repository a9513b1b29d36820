"""Port: counts the tokens of a text."""

from __future__ import annotations

from typing import Protocol

from ..tokens.count import TokenCount


class TokenCounter(Protocol):
    """Counts by a real vocabulary; says so when it can only estimate."""

    def count(self, text: str) -> TokenCount:
        """Tokens of `text`; 0 for the empty text; never fails, whatever the text."""
        ...
