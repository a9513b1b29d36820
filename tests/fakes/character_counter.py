"""A token counter that can be checked by eye."""

from __future__ import annotations

from muster.domain.ports.token_counter import TokenCounter
from muster.domain.tokens.count import TokenCount


class CharacterCounter(TokenCounter):
    """One token a character; with a margin it says that it only estimates."""

    def __init__(self, margin: float = 0.0) -> None:
        self._margin = margin

    def count(self, text: str) -> TokenCount:
        """The length of `text`."""
        return TokenCount(len(text), self._margin == 0.0, self._margin)
