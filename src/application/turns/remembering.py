"""Counting each text of a turn once."""

from __future__ import annotations

from ...domain.ports.token_counter import TokenCounter
from ...domain.tokens.count import TokenCount


class RememberingCounter(TokenCounter):
    """Belongs to one turn, whose texts are counted before each of its calls, and most of them do not change."""

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter
        self._counts: dict[str, TokenCount] = {}

    def count(self, text: str) -> TokenCount:
        """Tokens of `text`, from memory where it was counted before."""
        found = self._counts.get(text)
        if found is None:
            found = self._counts[text] = self._counter.count(text)
        return found
