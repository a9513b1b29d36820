"""Strategy: the sentences that matter most, for a query or for the text itself."""

from __future__ import annotations

from collections.abc import Sequence

from .bm25 import Bm25
from .documents import Document, split_documents
from .duplicates import Repetitions
from .gather import Gathering
from .line_ends import LineEnds
from .room import Room
from .selected import Select, Selected, selection
from .terms import terms
from .textrank import textrank_scores

DOCUMENT = 0.5
"""Weight of the score of a sentence's document beside its own."""

TITLE = 0.5
"""Weight of the score of its document's title."""

NEARBY = ((-1, 0.45), (1, 0.36), (-2, 0.22), (2, 0.18))
"""Share of its score that a sentence lends to those around it: answers stand beside what the question names."""


class Extractive(Select):
    """Ranks sentences, keeps the best in their order, and leaves out those that repeat another.

    With a query by BM25 of sentence, document and title; without one by TextRank.
    """

    name = "extractive"

    def select(self, text: str, room: Room, query: str) -> Selected:
        """The best sentences of `text`, which may hold several documents."""
        units, documents = split_documents(text)
        parts = [terms(unit) for unit in units]
        worth = sentence_scores(parts, documents, terms(query)) or textrank_scores(parts)
        ranking = sorted(range(len(units)), key=lambda index: (-worth[index], index))
        ends = LineEnds(units)
        kept = Gathering(units, room, ends.join, Repetitions(parts).is_new).take(ranking)
        return selection(self.name, units, kept, ends.join(kept), ends.staying(kept))


def sentence_scores(
    parts: Sequence[Sequence[str]], documents: Sequence[Document], query: Sequence[str]
) -> list[float]:
    """The score of each sentence for the query; empty when nothing of it is in the text."""
    bm25 = Bm25(parts, query)
    if not bm25.terms:
        return []
    own = bm25.scores(parts)
    whole = bm25.scores([[term for index in one.units for term in parts[index]] for one in documents])
    titles = bm25.scores([terms(one.title) for one in documents])
    worth = list(own)
    for document, of_document, of_title in zip(documents, whole, titles, strict=True):
        shared = DOCUMENT * of_document + TITLE * of_title
        for index in document.units:
            near = max(
                (share * own[index + step] for step, share in NEARBY if index + step in document.units),
                default=0.0,
            )
            worth[index] += shared + near
    return worth
