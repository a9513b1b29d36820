"""Sentences that say again what has been said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

ALIKE = 0.8
"""Share of terms that two sentences have in common when they count as one."""

LEAST = 4
"""A sentence with fewer terms is never taken for a repetition: "Yes." may be said twice."""

RAREST = 3


class Repetitions:
    """Remembers what was taken, and tells what would only repeat it."""

    def __init__(self, parts: Sequence[Sequence[str]]) -> None:
        self._parts = [frozenset(part) for part in parts]
        self._within = Counter(term for part in self._parts for term in part)
        self._taken: dict[str, list[int]] = {}

    def is_new(self, index: int) -> bool:
        """Whether the sentence at `index` says something new; if so, it is remembered."""
        own = self._parts[index]
        if len(own) < LEAST:
            return True
        rare = sorted(own, key=lambda term: (self._within[term], term))[:RAREST]
        if any(self._alike(own, other) for term in rare for other in self._taken.get(term, ())):
            return False
        for term in rare:
            self._taken.setdefault(term, []).append(index)
        return True

    def _alike(self, own: frozenset[str], other: int) -> bool:
        theirs = self._parts[other]
        return len(own & theirs) >= ALIKE * len(own | theirs)
