"""BM25: how well sentences answer a query (Robertson and Zaragoza, 2009)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

SATURATION = 1.2
"""BM25's k1: how soon a term that comes again adds nothing more."""

LENGTH = 0.5
"""BM25's b: how much a long text is held to its length; sentences differ less for a reason than documents."""


class Bm25:
    """Scores texts, given by their terms, against the terms of one query; rarity is that among `parts`."""

    def __init__(self, parts: Sequence[Sequence[str]], query: Iterable[str]) -> None:
        asked = dict.fromkeys(query)
        within = Counter(term for part in parts for term in asked.keys() & set(part))
        total = len(parts)
        self._rarity = {
            term: math.log(1 + (total - within[term] + 0.5) / (within[term] + 0.5))
            for term in asked
            if within[term]
        }

    @property
    def terms(self) -> Collection[str]:
        """Terms of the query that the texts know at all."""
        return self._rarity.keys()

    def scores(self, parts: Sequence[Sequence[str]]) -> list[float]:
        """The score of each text; 0.0 where nothing of the query is in it."""
        mean = sum(map(len, parts)) / len(parts) if parts else 0.0
        return [self._score(part, mean or 1.0) for part in parts]

    def _score(self, part: Sequence[str], mean: float) -> float:
        often = Counter(term for term in part if term in self._rarity)
        held = SATURATION * (1 - LENGTH + LENGTH * len(part) / mean)
        return sum(
            self._rarity[term] * count * (SATURATION + 1) / (count + held) for term, count in often.items()
        )
