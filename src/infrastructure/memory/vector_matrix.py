"""Vectors in memory, and what lies near to one of them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .vector_rows import Change

OWN, AROUND, REACH = 1.0, 1.0, 2
"""What an entry's likeness counts beside its words (whose best is 1), and that of so many neighbours each side with it.

Chosen on three of the LoCoMo dialogues that `benchmarks/bench_embeddings.py` measures, reported on the other two.
"""
LONE = 7 / 3
"""The same for entries of no conversation: seven parts of meaning to three of words, which is best for code."""
BLOCK = 4096
"""Rows that are made room for together."""
BEST, FLOOR = 100, 0.3
"""So many entries come up without a word of the query, and how like it they must be at least."""
Floats = np.ndarray[Any, np.dtype[np.float32]]
Integers = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Near:
    """How near each entry is to one query: numbers of entries, sorted; what it adds to their scores; their likeness."""

    ids: Integers
    adds: Floats
    likeness: Floats

    def fused(self, words: Mapping[int, float], *, every: bool = False) -> dict[int, float]:
        """Scores by words with those by meaning: of what has the words, and of what is very near.

        Scores are added, not ranks: one leg is often much surer than the other. Only the nearest come up without any
        word, unless `every` one is wanted. What has no vector yet is taken to be as near as its words are good.
        """
        top = max(words.values(), default=0.0) or 1.0
        found = {number: score / top for number, score in words.items()}
        for number in self._nearest(every=every):
            found.setdefault(number, 0.0)
        if not found or not len(self.ids):
            return found
        numbers = np.fromiter(found, np.int64, len(found))
        places = np.minimum(np.searchsorted(self.ids, numbers), len(self.ids) - 1)
        known, adds = self.ids[places] == numbers, self.adds[places]
        by_words = np.fromiter(found.values(), np.float32, len(found))
        most = adds.max(where=known, initial=0)
        totals = by_words + np.where(known, adds, by_words * most)
        return dict(zip(found, totals.tolist(), strict=True))

    def likeness_of(self, number: int) -> float | None:
        """How like the query this entry is, None when it has no vector."""
        place = int(np.searchsorted(self.ids, number))
        return float(self.likeness[place]) if place < len(self.ids) and self.ids[place] == number else None

    def _nearest(self, *, every: bool) -> list[int]:
        alike = np.flatnonzero(self.likeness >= FLOOR)
        if len(alike) > BEST and not every:
            alike = alike[np.argpartition(-self.adds[alike], BEST)[:BEST]]
        return [int(number) for number in self.ids[alike]]


class VectorMatrix:
    """The vectors of one store and one model, as rows of a matrix in blocks, so that none moves; safe for threads."""

    def __init__(self, dimension: int) -> None:
        self._lock = threading.Lock()
        self._dimension = dimension
        self._blocks: list[Floats] = []
        self._ids: list[int] = []
        self._places: dict[int, int] = {}
        self._sorted: tuple[Integers, Integers] | None = None
        self.seen = 0

    def __len__(self) -> int:
        return len(self._places)

    def apply(self, changes: Iterable[Change]) -> None:
        """Take in what has changed, in its order; what was seen already is passed over."""
        with self._lock:
            for change in changes:
                if change.seq <= self.seen:
                    continue
                self.seen, self._sorted = change.seq, None
                if change.vector is None:
                    self._remove(change.id)
                else:
                    self._put(change.id, np.frombuffer(change.vector, "<f4"))

    def near(self, query: bytes) -> Near:
        """How near everything is to a vector: a product with the whole matrix."""
        sought = np.frombuffer(query, "<f4")
        with self._lock:
            if self._sorted is None:
                numbers = np.array(self._ids, np.int64)
                order = np.argsort(numbers)
                self._sorted = numbers[order], order
            ids, order = self._sorted
            # Not `@`: its threads wait for each other longer than one alone takes, wherever processors are busy.
            products = [np.einsum("ij,j->i", block, sought) for block in self._blocks]
        likeness = np.concatenate([np.zeros(0, np.float32), *products])[order]
        adds = np.where(ids < 0, LONE * likeness, OWN * likeness + AROUND * _around(ids, likeness))
        return Near(ids, adds.astype(np.float32), likeness)

    def _put(self, number: int, row: Floats) -> None:
        place = self._places.setdefault(number, len(self._places))
        if place == len(self._ids):
            self._ids.append(number)
        if place == len(self._blocks) * BLOCK:
            self._blocks.append(np.zeros((BLOCK, self._dimension), np.float32))
        self._row(place)[:] = row

    def _remove(self, number: int) -> None:
        """The last row takes its place, and nothing of it stays."""
        place = self._places.pop(number, None)
        if place is None:
            return
        last = len(self._places)
        moved = self._ids.pop()
        if place != last:
            self._row(place)[:], self._ids[place] = self._row(last), moved
            self._places[moved] = place
        self._row(last)[:] = 0

    def _row(self, place: int) -> Floats:
        row: Floats = self._blocks[place // BLOCK][place % BLOCK]
        return row


def _around(ids: Integers, likeness: Floats) -> Floats:
    """The mean likeness of an entry and its neighbours: numbers in a row are neighbours."""
    total, count = likeness.copy(), np.ones(len(ids), np.float32)
    for reach in range(1, min(REACH, len(ids) - 1) + 1):
        for step in range(1, reach + 1):  # where one is missing between them, they stand nearer in the list
            beside = ids[step:] - ids[:-step] == reach
            total[step:] += np.where(beside, likeness[:-step], 0)
            total[:-step] += np.where(beside, likeness[step:], 0)
            count[step:] += beside
            count[:-step] += beside
    return (total / count).astype(np.float32)
