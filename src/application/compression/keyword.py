"""Strategy: the sentences with the most telling terms."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from .gather import Gathering
from .line_ends import LineEnds
from .room import Room
from .selected import Select, Selected, selection
from .terms import terms
from .units import sentences

TELLING = 40
"""So many terms of a text are taken for its most telling ones."""

ASKED_FOR = 2.0
"""How much more a term of the query tells than the most telling one of the text."""


class Keyword(Select):
    """Keeps the sentences that carry the text's most telling terms, in their order."""

    name = "keyword"

    def select(self, text: str, room: Room, query: str) -> Selected:
        """The sentences of `text` with the most telling terms; terms of the query tell most."""
        units = sentences(text)
        worth = keyword_scores([terms(unit) for unit in units], terms(query))
        ranking = sorted(range(len(units)), key=lambda index: (-worth[index], index))
        ends = LineEnds(units)
        kept = Gathering(units, room, ends.join).take(ranking)
        return selection(self.name, units, kept, ends.join(kept), ends.staying(kept))


def keyword_scores(parts: Sequence[Sequence[str]], asked: Sequence[str] = ()) -> list[float]:
    """For each sentence, by its terms, how much of what tells most it carries for its length."""
    often = Counter(term for part in parts for term in part)
    within = Counter(term for part in parts for term in set(part))
    weights = {
        term: math.log1p(count) * math.log1p(len(parts) / within[term])
        for term, count in often.items()
        if count > 1
    }
    telling = dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:TELLING])
    most = max(telling.values(), default=1.0)
    telling |= dict.fromkeys(asked, most * ASKED_FOR)
    return [
        sum(telling.get(term, 0.0) for term in set(part)) / math.sqrt(len(part) + 4) if part else 0.0
        for part in parts
    ]
