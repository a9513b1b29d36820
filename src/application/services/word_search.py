"""Lines that hold words, those with the rarest words first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from threading import Event
from typing import NamedTuple

from ...domain.workspace.document import DocumentSnapshot


class Match(NamedTuple):
    """The 1-based line of a file that holds a term."""

    path: str
    line: int


class WordSearch:
    """One search for `terms`, which are in small letters; documents are added to it in the order of the workspace.

    Plain searching for text takes time in proportion to the text, whatever the terms are; a pattern may not. Of the
    lines that hold the same terms only those are kept that can be among the `limit` best: a million matches would
    hold up the collection of garbage, and with it everything else.
    """

    def __init__(self, terms: Sequence[str], limit: int) -> None:
        self.terms = terms
        self._limit = limit
        self._counts = Counter[int]()
        self._kept: dict[int, list[tuple[int, Match]]] = {}

    @property
    def total(self) -> int:
        """How many lines hold any of the terms."""
        return self._counts.total()

    def add(self, documents: Sequence[DocumentSnapshot], stop: Event) -> None:
        """Look through `documents`, for as long as nobody sets `stop`."""
        for document in documents:
            text, lines = document.content.lower(), dict[int, int]()
            for number, term in enumerate(self.terms):
                if stop.is_set():
                    return
                for line in _lines_with(text, term):
                    lines[line] = lines.get(line, 0) | 1 << number
            self._keep(document.path, lines)

    def best(self) -> list[Match]:
        """A term weighs one over the number of lines that hold it; equals stay in the order of the workspace."""
        counts = self._counts.items()
        held = [sum(n for terms, n in counts if terms >> bit & 1) for bit in range(len(self.terms))]
        weighed = [
            (-sum(1 / lines for bit, lines in enumerate(held) if terms >> bit & 1), order, match)
            for terms, kept in self._kept.items()
            for order, match in kept
        ]
        return [match for _, _, match in sorted(weighed)[: self._limit]]

    def _keep(self, path: str, lines: dict[int, int]) -> None:
        """`lines` has the terms of each line by its number; bit n stands for the n-th term."""
        before = self.total
        for order, line in enumerate(sorted(lines), before):
            kept = self._kept.setdefault(lines[line], [])
            if len(kept) < self._limit:
                kept.append((order, Match(path, line)))
        self._counts.update(lines.values())


def _lines_with(text: str, term: str) -> Iterator[int]:
    """Numbers of the lines in which `term` stands as a whole word, each once."""
    line, counted = 1, 0
    at = text.find(term)
    while at >= 0:
        after = at + len(term)
        if _in_word(text[at - 1 : at]) or _in_word(text[after : after + 1]):
            at = text.find(term, at + 1)
            continue
        line, counted = line + text.count("\n", counted, at), at
        yield line
        end = text.find("\n", at)
        at = text.find(term, end) if end >= 0 else -1


def _in_word(neighbour: str) -> bool:
    """Whether a term beside this character is only a part of a word; at the ends of a text it is ""."""
    return neighbour.isalnum() or neighbour == "_"
