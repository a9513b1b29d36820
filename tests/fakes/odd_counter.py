"""A token counter whose counts do not add up, as those of real vocabularies do not."""

from __future__ import annotations

from itertools import pairwise

from muster.domain.ports.token_counter import TokenCounter
from muster.domain.tokens.count import TokenCount


class OddCounter(TokenCounter):
    """A token for every run of equal characters, one for each seventh character, and now and then three more.

    Two texts together may take fewer tokens than both alone, or more, and a longer text fewer than its beginning.
    """

    def count(self, text: str) -> TokenCount:
        """At least one token for any text, none for the empty one."""
        if not text:
            return TokenCount(0)
        runs = sum(1 for before, after in pairwise(text) if before != after)
        return TokenCount(1 + runs + len(text) // 7 + (3 if len(text) % 5 == 2 else 0))
