"""What became of a text that was made to fit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Dropped:
    """A stretch of the original that is gone: characters `start` to `end`, the lines it touches, from 1."""

    start: int
    end: int
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class CompressionResult:
    """A text of at most the tokens that were asked for, and what it took to get there.

    Counts are upper bounds where the vocabulary is not public (`exact` is false then). `strategy` is the one that
    did it: what `auto` chose, what a failed summary fell back to, "none" where nothing had to be done. A summary
    by a model is `rewritten`: it has no stretches that are gone. `cost` is what models took for it, in dollars,
    None when a model that was called is unpriced. `seconds` is the time it took.
    """

    text: str
    original_tokens: int
    tokens: int
    strategy: str
    dropped: tuple[Dropped, ...] = ()
    rewritten: bool = False
    exact: bool = True
    seconds: float = 0.0
    cost: Decimal | None = Decimal(0)
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times smaller the text is; 1.0 for an untouched one, infinite for one that is all gone."""
        if self.tokens == self.original_tokens:
            return 1.0
        return self.original_tokens / self.tokens if self.tokens else float("inf")

    @property
    def dropped_characters(self) -> int:
        """Characters of the original that are gone."""
        return sum(gap.end - gap.start for gap in self.dropped)
