"""TextRank: sentences that say what many others say (Mihalcea and Tarau, 2004), on a sparse graph."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from .keyword import keyword_scores

MOST = 1_500
"""Sentences that are compared; of more, those with the most telling terms."""

COMMON = 40
"""A term in more sentences than this joins none: it would join them all."""

DAMPING = 0.85
ROUNDS = 20

Edges = dict[int, dict[int, float]]


def textrank_scores(parts: Sequence[Sequence[str]]) -> list[float]:
    """For each sentence, by its terms, how central it is; sentences beyond `MOST` come after all others."""
    telling = keyword_scores(parts)
    places = range(len(parts))
    compared = sorted(places, key=lambda index: (-telling[index], index))[:MOST]
    edges = _edges({index: frozenset(parts[index]) for index in compared})
    rank = dict.fromkeys(compared, 1.0)
    strength = {index: sum(near.values()) for index, near in edges.items()}
    for _ in range(ROUNDS):
        rank = {
            index: 1 - DAMPING
            + DAMPING * sum(weight / strength[other] * rank[other] for other, weight in edges[index].items())
            for index in compared
        }  # fmt: skip
    most = max(telling, default=0.0) or 1.0
    return [rank.get(index, 0.0) + telling[index] / most * 0.1 for index in places]


def _edges(terms: dict[int, frozenset[str]]) -> Edges:
    """Weights between sentences: the rarity of the terms that they share, against their lengths."""
    having: dict[str, list[int]] = defaultdict(list)
    for index, own in terms.items():
        for term in own:
            having[term].append(index)
    edges: Edges = {index: {} for index in terms}
    for found in having.values():
        if 1 < len(found) <= COMMON:
            weight = math.log(1 + len(terms) / len(found))
            for index in found:
                near = edges[index]
                for other in found:
                    if other != index:
                        near[other] = near.get(other, 0.0) + weight
    size = {index: math.log(2 + len(own)) for index, own in terms.items()}
    return {
        index: {other: weight / (size[index] + size[other]) for other, weight in near.items()}
        for index, near in edges.items()
    }
