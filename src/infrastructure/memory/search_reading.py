"""What a search reads of the index: where words stand, and which entries there are."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import apsw

from ...domain.memory.entry import Query
from .search_scores import Word, leaders, weight

if TYPE_CHECKING:
    from .vector_matrix import Near

BUDGET = 1000
"""Places of words that a search reads, those of the rarest words first; what is more common hardly tells."""
RARE = BUDGET // 4
"""Places of a word that are read before it is known how many there are."""
SPREAD = 200
"""Places from which the rarest words reach their neighbours."""
MANY = 500
"""Entries that are looked at together, when the first few were not enough."""
COUNT = "SELECT doc FROM word_counts WHERE term = ?"
# As one text: every row of an answer costs as much as forty of its bytes.
PLACES = "SELECT group_concat(doc) FROM (SELECT doc FROM word_places WHERE term = ? LIMIT ?)"
ALLOWED = """
SELECT id, key FROM entries WHERE id IN carray(?1) AND text <> '' AND substr(key, 1, length(?2)) = ?2
AND (?3 IS NULL OR classification = ?3) AND (?4 IS NULL OR owner = ?4)
"""


class Found(NamedTuple):
    """A word that some entries have; its places are those that came with the count."""

    having: int
    word: str
    places: Mapping[int, int] | None


class Match(NamedTuple):
    """The key of an entry that answers, how well, and how like the query it is by meaning, where that is known."""

    key: bytes
    score: float
    likeness: float | None


class Vocabulary:
    """Looks up words in a database with SEARCH_SCHEMA; remembers how common common words are.

    For one thread at a time, and one database.
    """

    def __init__(self) -> None:
        self._common: dict[str, int] = {}
        self._entries = 0
        self._counted = 0
        self._uses = 0

    def look_up(self, connection: apsw.Connection, words: Sequence[str]) -> list[Found]:
        """Those that any entry has, rarest first."""
        self._recount(connection)
        found = [self._look(connection, word) for word in words]
        return sorted((one for one in found if one.having), key=lambda one: one[:2])

    def rarest(self, connection: apsw.Connection, found: Sequence[Found]) -> list[Word]:
        """Where the rarest words stand, as many as the budget allows; of the rarest at least the beginning."""
        room, chosen = BUDGET, list[Word]()
        for one in found:
            if one.having > room:
                return chosen or [self._word(connection, one, most=SPREAD)]
            room -= one.having
            chosen.append(self._word(connection, one))
        return chosen

    def every(self, connection: apsw.Connection, found: Sequence[Found]) -> list[Word]:
        """Where all of them stand."""
        return [self._word(connection, one) for one in found]

    def _recount(self, connection: apsw.Connection) -> None:
        """Look now and then how many entries there are; scores need no more than about that.

        What is known of common words is forgotten when a tenth of the entries has come or gone.
        """
        if self._uses <= 0:
            self._entries = int(connection.execute("SELECT count(*) FROM words_docsize").get or 0)
            self._uses = min(1000, self._entries // 100)
            if abs(self._entries - self._counted) * 10 > self._counted:
                self._counted = self._entries
                self._common.clear()
        self._uses -= 1

    def _look(self, connection: apsw.Connection, word: str) -> Found:
        if word in self._common:
            return Found(self._common[word], word, None)
        numbers = _places(connection, word, RARE + 1)
        if len(numbers) <= RARE:
            places = Counter(numbers)
            return Found(len(places), word, places)
        count = self._common[word] = int(connection.execute(COUNT, (word,)).get or 0)
        return Found(count, word, None)

    def _word(self, connection: apsw.Connection, found: Found, most: int = -1) -> Word:
        places = found.places
        if places is None or 0 <= most < found.having:
            places = Counter(_places(connection, found.word, most))
        return weight(self._entries, found.having), places


def allowed(
    connection: apsw.Connection, scored: Mapping[int, float], query: Query, near: Near | None = None
) -> list[Match]:
    """The best that the query asks about, as many as it wants."""
    found = list[Match]()
    start, size, ordered = 0, query.limit * 2, leaders(scored, query.limit * 2)
    while len(found) < query.limit and start < len(ordered):
        some = ordered[start : start + size]
        keys = _keys(connection, [place for place, _ in some], query)
        found += [
            Match(keys[place], score, None if near is None else near.likeness_of(place))
            for place, score in some
            if place in keys
        ]
        start, size = start + len(some), MANY
        if start >= len(ordered) < len(scored):
            ordered = leaders(scored, len(scored))
    return found[: query.limit]


def _places(connection: apsw.Connection, word: str, most: int) -> list[int]:
    told = connection.execute(PLACES, (word, most)).get
    return list(map(int, str(told).split(","))) if told else []


def _keys(connection: apsw.Connection, places: Sequence[int], query: Query) -> dict[int, bytes]:
    start = query.prefix.encode("utf-8", "surrogatepass")
    row = (apsw.carray(array("q", places)), start, query.classification, query.owner)
    rows: list[Any] = connection.execute(ALLOWED, row).fetchall()
    return dict(rows)
