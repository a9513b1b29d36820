"""Search that finds: the one index and the one scoring that all stores share."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import apsw

from ...domain.memory.entry import Query
from .record import Record
from .search_scores import Word, scores, weight
from .search_words import COMMON

MOST_WORDS = 64
BUDGET = 1000
"""Places of words that a search reads, those of the rarest words first; what is more common hardly tells."""
SPREAD, KEPT = 200, 60
"""Places from which the rarest words reach their neighbours, and how many of those the other words then order."""
CONVERSATION, LONE = 1 << 24, 4
"""Room between the first entries of two conversations, and between two entries that belong to none."""
LOWEST = -(1 << 40)
TOKENS = ["unicode61", "remove_diacritics", "2"]
# An entry's number is its place: neighbours in a conversation have numbers in a row, those in none are below zero.
# What has no text has no place in the index; rows of the view are what a rebuild reads.
SEARCH_SCHEMA = """
CREATE INDEX entries_by_conversation ON entries (conversation, id) WHERE conversation <> '';
CREATE VIEW searchable AS SELECT id, text FROM entries WHERE text <> '';
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = 'searchable', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
CREATE VIRTUAL TABLE word_counts USING fts5vocab (words, 'row');
CREATE VIRTUAL TABLE word_places USING fts5vocab (words, 'instance');
CREATE TRIGGER entry_added AFTER INSERT ON entries WHEN new.text <> '' BEGIN
    INSERT INTO words (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER entry_removed AFTER DELETE ON entries WHEN old.text <> '' BEGIN
    INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER text_removed AFTER UPDATE OF text ON entries WHEN old.text <> '' AND old.text <> new.text BEGIN
    INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER text_added AFTER UPDATE OF text ON entries WHEN new.text <> '' AND old.text <> new.text BEGIN
    INSERT INTO words (rowid, text) VALUES (new.id, new.text);
END;
"""
# Two triggers for one event have no order of their own: the index lost the length of what was written anew.
TRIGGERS_MENDED = """
DROP TRIGGER text_removed;
DROP TRIGGER text_added;
CREATE TRIGGER text_changed AFTER UPDATE OF text ON entries WHEN old.text <> new.text BEGIN
    INSERT INTO words (words, rowid, text) SELECT 'delete', old.id, old.text WHERE old.text <> '';
    INSERT INTO words (rowid, text) SELECT new.id, new.text WHERE new.text <> '';
END;
INSERT INTO words (words) VALUES ('rebuild');
"""
ALLOWED = """
SELECT key FROM entries WHERE id = ?1 AND text <> '' AND substr(key, 1, length(?2)) = ?2
AND (?3 IS NULL OR classification = ?3) AND (?4 IS NULL OR owner = ?4)
"""
COUNT, PLACES = (
    "SELECT doc FROM word_counts WHERE term = ?",
    "SELECT doc FROM word_places WHERE term = ? LIMIT ?",
)


def place(connection: apsw.Connection, key: bytes, conversation: str) -> int:
    """The number for an entry that is about to be written; one that stays in its conversation keeps its own.

    One that moves to another conversation is taken out of its old place.
    """
    for number, before in connection.execute("SELECT id, conversation FROM entries WHERE key = ?", (key,)):
        if before == conversation:
            return int(number)
        connection.execute("DELETE FROM entries WHERE id = ?", (number,))
    if not conversation:
        last = connection.execute("SELECT max(id) FROM entries WHERE id < 0").get
        return LOWEST if last is None else int(last) + LONE
    last = connection.execute("SELECT max(id) FROM entries WHERE conversation = ?", (conversation,)).get
    if last is not None:
        return int(last) + 1
    highest = connection.execute("SELECT max(id) FROM entries WHERE id > 0").get
    return (int(highest or 0) // CONVERSATION + 1) * CONVERSATION


class SearchIndex:
    """Finds entries in a database with SEARCH_SCHEMA; remembers how common common words are.

    For one thread at a time, and one database.
    """

    def __init__(self) -> None:
        self._common: dict[str, int] = {}
        self._entries = 0
        self._uses = 0

    def best(self, connection: apsw.Connection, query: Query) -> list[tuple[bytes, float]]:
        """Keys and scores of the entries that answer `query` best, best first, at most as many as wanted.

        When the rarest words alone do not find enough of what is asked about, all of them are read.
        """
        words = self._words(connection, query.words)
        if not words or query.limit < 1:
            return []
        self._recount(connection)
        counted = sorted((self._having(connection, word), word) for word in words)
        counted = [one for one in counted if one[0]]
        some = self._rarest(connection, counted)
        quick = scores(some, spread=SPREAD, kept=max(KEPT, query.limit * 4))
        found = list(itertools.islice(_allowed(connection, quick, query), query.limit))
        if len(found) == query.limit:
            return found
        every = [self._read(connection, *one) for one in counted]
        return list(itertools.islice(_allowed(connection, scores(every), query), query.limit))

    def _words(self, connection: apsw.Connection, text: str) -> list[str]:
        """The stems of the words that tell something, each once; of all words when none does."""
        whole = text.encode("utf-8", "replace").replace(b"\0", b" ")
        words = _tokens(connection, TOKENS, whole)
        telling = " ".join([word for word in words if word not in COMMON] or words)
        return list(dict.fromkeys(_tokens(connection, ["porter", *TOKENS], telling.encode())))[:MOST_WORDS]

    def _recount(self, connection: apsw.Connection) -> None:
        """Look now and then how many entries there are; scores need no more than about that."""
        if self._uses <= 0:
            self._entries = int(connection.execute("SELECT count(*) FROM words_docsize").get or 0)
            self._uses = min(1000, self._entries // 100)
            self._common.clear()
        self._uses -= 1

    def _having(self, connection: apsw.Connection, word: str) -> int:
        if word in self._common:
            return self._common[word]
        count = int(connection.execute(COUNT, (word,)).get or 0)
        if count > BUDGET // 4:
            self._common[word] = count
        return count

    def _rarest(self, connection: apsw.Connection, counted: list[tuple[int, str]]) -> list[Word]:
        """Where the rarest words stand, as many as the budget allows, and the beginning of the next one."""
        room, chosen = BUDGET, []
        for count, word in counted:
            if count > room:
                chosen.append(self._read(connection, count, word, most=SPREAD))
                break
            room -= count
            chosen.append(self._read(connection, count, word))
        return chosen

    def _read(self, connection: apsw.Connection, count: int, word: str, most: int = -1) -> Word:
        numbers: list[Any] = connection.execute(PLACES, (word, most)).fetchall()
        return weight(self._entries, count), Counter(itertools.chain.from_iterable(numbers))


class TextIndex:
    """Texts in memory, for stores that have no database of their own; for one thread at a time."""

    def __init__(self) -> None:
        self._connection = apsw.Connection(":memory:")
        self._connection.execute(TABLE + SEARCH_SCHEMA)
        self._index = SearchIndex()

    def put(self, record: Record) -> None:
        """Index an entry; one that was there keeps its place among its neighbours."""
        number = place(self._connection, record.key, record.conversation)
        row = (number, record.key, record.classification, record.owner, record.conversation, record.text)
        self._connection.execute(PUT, row)

    def remove(self, key: bytes) -> None:
        """Forget an entry, if it is there."""
        self._connection.execute("DELETE FROM entries WHERE key = ?", (key,))

    def best(self, query: Query) -> list[tuple[bytes, float]]:
        """As of a SearchIndex."""
        return self._index.best(self._connection, query)


def _tokens(connection: apsw.Connection, tokenizer: list[str], text: bytes) -> list[str]:
    name, *options = tokenizer
    split = connection.fts5_tokenizer(name, options)
    found = split(text, apsw.FTS5_TOKENIZE_QUERY, None, include_offsets=False, include_colocated=False)
    return [str(word) for word in found]


def _allowed(
    connection: apsw.Connection, found: dict[int, float], query: Query
) -> Iterator[tuple[bytes, float]]:
    """Those that the query asks about; most often the first few are enough, so the rest is sorted when needed."""
    start = query.prefix.encode("utf-8", "surrogatepass")
    first = heapq.nsmallest(query.limit * 4, found.items(), key=_order)
    for number, score in first:
        yield from _key(connection, number, score, start, query)
    if len(first) < len(found):
        for number, score in sorted(found.items(), key=_order)[len(first) :]:
            yield from _key(connection, number, score, start, query)


def _order(scored: tuple[int, float]) -> tuple[float, int]:
    return -scored[1], scored[0]


def _key(
    connection: apsw.Connection, number: int, score: float, start: bytes, query: Query
) -> list[tuple[bytes, float]]:
    row = (number, start, query.classification, query.owner)
    keys: list[Any] = connection.execute(ALLOWED, row).fetchall()
    return [(bytes(key), score) for (key,) in keys]


TABLE = """
CREATE TABLE entries (
    id INTEGER PRIMARY KEY, key BLOB UNIQUE, classification TEXT, owner TEXT, conversation TEXT, text TEXT
);
"""
PUT = """
INSERT INTO entries (id, key, classification, owner, conversation, text) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET classification = excluded.classification, owner = excluded.owner, text = excluded.text
"""
