"""Search that finds: the one index and the one scoring that all stores share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import apsw

from ...domain.memory.entry import Query
from .record import Record
from .search_reading import SPREAD, Match, Vocabulary, allowed
from .search_scores import scores
from .search_words import COMMON

if TYPE_CHECKING:
    from .vector_matrix import Near

T = TypeVar("T")

MOST_WORDS = 64
KEPT = 60
"""Places that the rarest words bring up, and the other words then order."""
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
    """Finds entries in a database with SEARCH_SCHEMA. For one thread at a time, and one database."""

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()

    def best(self, connection: apsw.Connection, query: Query, near: Near | None = None) -> list[Match]:
        """The entries that answer `query` best, best first, at most as many as wanted.

        When the rarest words alone do not find enough of what is asked about, all of them are read. Where what is
        `near` by meaning is known, it counts too.
        """
        words = self._words(connection, query.words)
        if not words or query.limit < 1:
            return []
        counted = self._vocabulary.look_up(connection, words)
        quick = scores(
            self._vocabulary.rarest(connection, counted), spread=SPREAD, kept=max(KEPT, query.limit * 4)
        )
        quick = quick if near is None else near.fused(quick)
        found = allowed(connection, quick, query, near)
        if len(found) == query.limit:
            return found
        whole = scores(self._vocabulary.every(connection, counted))
        return allowed(connection, whole if near is None else near.fused(whole, every=True), query, near)

    def _words(self, connection: apsw.Connection, text: str) -> list[str]:
        """The stems of the words that tell something, each once; of all words when none does."""
        whole = text.encode("utf-8", "replace").replace(b"\0", b" ")
        words = _tokens(connection, TOKENS, whole)
        telling = " ".join([word for word in words if word not in COMMON] or words)
        return list(dict.fromkeys(_tokens(connection, ["porter", *TOKENS], telling.encode())))[:MOST_WORDS]


class TextIndex:
    """Texts in memory, for stores that have no database of their own; for one thread at a time."""

    def __init__(self) -> None:
        self._connection = apsw.Connection(":memory:")
        self._connection.execute(TABLE + SEARCH_SCHEMA + TRIGGERS_MENDED)
        self._index = SearchIndex()

    def put(self, record: Record) -> None:
        """Index an entry; one that was there keeps its place among its neighbours."""
        number = place(self._connection, record.key, record.conversation)
        row = (number, record.key, record.classification, record.owner, record.conversation, record.text)
        self._connection.execute(PUT, row)

    def remove(self, key: bytes) -> None:
        """Forget an entry, if it is there."""
        self._connection.execute("DELETE FROM entries WHERE key = ?", (key,))

    def best(self, query: Query, near: Near | None = None) -> list[Match]:
        """As of a SearchIndex."""
        return self._index.best(self._connection, query, near)

    def do(self, work: Callable[[apsw.Connection], T]) -> T:
        """What `work` comes to, with the table of the texts."""
        return work(self._connection)


def _tokens(connection: apsw.Connection, tokenizer: list[str], text: bytes) -> list[str]:
    name, *options = tokenizer
    split = connection.fts5_tokenizer(name, options)
    found = split(text, apsw.FTS5_TOKENIZE_QUERY, None, include_offsets=False, include_colocated=False)
    return [str(word) for word in found]


TABLE = """
CREATE TABLE entries (
    id INTEGER PRIMARY KEY, key BLOB UNIQUE, classification TEXT, owner TEXT, conversation TEXT, text TEXT
);
"""
PUT = """
INSERT INTO entries (id, key, classification, owner, conversation, text) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET classification = excluded.classification, owner = excluded.owner, text = excluded.text
"""
