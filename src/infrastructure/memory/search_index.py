"""Search that finds: the one scoring that all stores share."""

from __future__ import annotations

import re
from collections.abc import Iterator

import apsw

from ...domain.memory.entry import Query
from .record import Record

WORD = re.compile(r"\w+")
MOST_WORDS = 64
# What has no text has no place in the index; rows of the view are what a rebuild reads.
SEARCH_SCHEMA = """
CREATE INDEX entries_by_conversation ON entries (conversation, id) WHERE conversation <> '';
CREATE VIEW searchable AS SELECT id, text FROM entries WHERE text <> '';
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = 'searchable', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
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
BEST = """
SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?
"""


def best(connection: apsw.Connection, query: Query) -> Iterator[tuple[bytes, float]]:
    """Keys and scores of entries that answer `query`, best first, more than wanted."""
    words = dict.fromkeys(word.lower() for word in WORD.findall(query.words))
    match = " OR ".join(f'"{word}"' for word in list(words)[:MOST_WORDS])
    if not match or query.limit < 1:
        return
    for row, score in connection.execute(
        BEST, (match, -1)
    ).fetchall():  # a damaged row is set aside meanwhile
        for (key,) in connection.execute(ALLOWED, (row, *filters(query))).fetchall():
            yield bytes(key), score


ALLOWED = """
SELECT key FROM entries WHERE id = ?
AND substr(key, 1, length(?)) = ? AND (? IS NULL OR classification = ?) AND (? IS NULL OR owner = ?)
"""


def filters(query: Query) -> tuple[object, ...]:
    """The values for FILTER."""
    start = query.prefix.encode("utf-8", "surrogatepass")
    return (start, start, *[query.classification] * 2, *[query.owner] * 2)


class TextIndex:
    """Texts in memory, for stores that have no database of their own; one thread at a time."""

    def __init__(self) -> None:
        self._connection = apsw.Connection(":memory:")  # used under the lock of its store
        self._connection.execute(TABLE + SEARCH_SCHEMA)

    def put(self, record: Record) -> None:
        """Index an entry; one that was there keeps its place among its neighbours."""
        row = (record.key, record.classification, record.owner, record.conversation, record.text)
        self._connection.execute(PUT, row)

    def remove(self, key: bytes) -> None:
        """Forget an entry, if it is there."""
        self._connection.execute("DELETE FROM entries WHERE key = ?", (key,))

    def best(self, query: Query) -> list[tuple[bytes, float]]:
        """As `best` of a connection."""
        return list(best(self._connection, query))


TABLE = """
CREATE TABLE entries (
    id INTEGER PRIMARY KEY, key BLOB UNIQUE, classification TEXT, owner TEXT, conversation TEXT, text TEXT
);
"""
PUT = """
INSERT INTO entries (key, classification, owner, conversation, text) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET classification = excluded.classification, owner = excluded.owner,
    conversation = excluded.conversation, text = excluded.text
"""
