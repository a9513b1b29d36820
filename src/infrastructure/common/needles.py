"""Words that a text is searched for all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ahocorasick_rs import BytesAhoCorasick

Hits = Mapping[str, Sequence[int]]
"""Words that stand in a text, each with where it begins, in order."""


class Needles:
    """Words that are found in one pass over a text, however many they are (Aho and Corasick, 1975).

    They are written in Latin-1, each character a byte, so that places in the bytes are places in the text. What a text
    holds beyond Latin-1 is read as a question mark, for which no word may ask.

    `words` has each of them once, in order.
    """

    def __init__(self, words: Iterable[str]) -> None:
        """Raise `ValueError` where a word is empty, has a question mark, or a character beyond Latin-1."""
        self.words = tuple(sorted({*words}))
        if any(not word or "?" in word or max(word) > "\xff" for word in self.words):
            raise ValueError("a word to look for is empty, has a question mark, or is no Latin-1")
        self._automaton = BytesAhoCorasick([word.encode("latin-1") for word in self.words])

    def hits(self, text: str) -> Hits:
        """Where each word stands that stands in `text`; words may overlap."""
        words, found = self.words, defaultdict[str, list[int]](list)
        for which, start, _ in self._matches(text):
            found[words[which]].append(start)
        return dict(found)

    def present(self, text: str) -> set[str]:
        """The words that stand in `text`."""
        return {self.words[which] for which in {match[0] for match in self._matches(text)}}

    def _matches(self, text: str) -> list[tuple[int, int, int]]:
        return self._automaton.find_matches_as_indexes(text.encode("latin-1", "replace"), overlapping=True)
