"""Vectors beside the entries that they are of: which are there, which are wanted, which are gone."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import apsw

from ..common.sqlite_queue import immediate

# Made when a file is first searched with an embedder, so that without one nothing is written that nobody reads.
# Every change is a new row with a higher `seq`: whoever holds vectors in memory reads what came after the last he
# saw. A row says that a vector is there, that one is wanted, or neither: that the entry is gone.
_TABLES = """
CREATE TABLE vectors (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER NOT NULL UNIQUE, wanted INTEGER NOT NULL, digest BLOB, vector BLOB
);
CREATE INDEX vectors_wanted ON vectors (seq) WHERE wanted;
CREATE TABLE vector_model (name TEXT NOT NULL);
INSERT INTO vector_model VALUES ('');
CREATE TRIGGER vector_wanted AFTER INSERT ON entries WHEN new.text <> '' BEGIN
    DELETE FROM vectors WHERE id = new.id;
    INSERT INTO vectors (id, wanted) VALUES (new.id, 1);
END;
CREATE TRIGGER vector_outdated AFTER UPDATE OF text ON entries WHEN old.text <> new.text BEGIN
    DELETE FROM vectors WHERE id = new.id;
    INSERT INTO vectors (id, wanted) VALUES (new.id, new.text <> '');
END;
CREATE TRIGGER vector_gone AFTER DELETE ON entries WHEN old.text <> '' BEGIN
    DELETE FROM vectors WHERE id = old.id;
    INSERT INTO vectors (id, wanted) VALUES (old.id, 0);
END;
"""
_ALL_WANTED = """
DELETE FROM vectors;
INSERT INTO vectors (id, wanted) SELECT id, 1 FROM entries WHERE text <> '' ORDER BY id;
"""
_WANTED = """
SELECT v.seq, v.id, e.key, CAST(e.text AS BLOB) FROM vectors v JOIN entries e ON e.id = v.id
WHERE v.wanted ORDER BY v.seq LIMIT ?
"""
_CHANGES = "SELECT seq, id, digest, vector FROM vectors WHERE seq > ? ORDER BY seq LIMIT ?"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An entry whose vector is to be made: the state of its row, its number, its key and its text."""

    seq: int
    id: int
    key: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the vector of one entry: there it is, or (None) it is gone."""

    seq: int
    id: int
    vector: bytes | None


def is_of(connection: apsw.Connection, model: str) -> bool:
    """Whether the vectors there are this model's."""
    there = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'vector_model'").get
    return bool(there) and connection.execute("SELECT name FROM vector_model").get == model


def begin(connection: apsw.Connection, model: str) -> None:
    """Have every entry wait for its vector, whatever other model there was before; within a transaction."""
    if is_of(connection, model):  # another process may have been here between the look and the lock
        return
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'vector_model'").get:
        connection.execute(_TABLES)
    connection.execute(_ALL_WANTED)
    connection.execute("UPDATE vector_model SET name = ?", (model,))


def wanted(connection: apsw.Connection, most: int) -> list[Wanted]:
    """Entries that wait, those that have waited longest first."""
    rows: list[Any] = connection.execute(_WANTED, (most,)).fetchall()
    return [Wanted(seq, number, key, text.decode(errors="replace")) for seq, number, key, text in rows]


def put(connection: apsw.Connection, model: str, made: Iterable[tuple[Wanted, bytes]]) -> None:
    """Keep these vectors, except of what has changed since it was read, or of a model that is no longer used."""
    if not is_of(connection, model):
        return
    for one, vector in made:
        still = "DELETE FROM vectors WHERE seq = ? AND wanted RETURNING 1"
        if connection.execute(still, (one.seq,)).get:
            connection.execute(
                "INSERT INTO vectors (id, wanted, digest, vector) VALUES (?, 0, ?, ?)",
                (one.id, _digest(model, one.id, vector), vector),
            )


def changes(connection: apsw.Connection, model: str, after: int, most: int) -> list[Change]:
    """What has changed since `after`; a vector that is not what was once written is wanted anew."""
    found, rows = list[Change](), list[Any](connection.execute(_CHANGES, (after, most)).fetchall())
    for seq, number, digest, vector in rows:
        whole = vector is not None and digest == _digest(model, number, vector)
        if vector is not None and not whole:
            _want_anew(connection, seq, number)
        found.append(Change(seq, number, vector if whole else None))
    return found


def _want_anew(connection: apsw.Connection, seq: int, number: int) -> None:
    log.warning("a vector does not match its digest and is made anew")
    try:
        with immediate(connection):
            if connection.execute("DELETE FROM vectors WHERE seq = ? RETURNING 1", (seq,)).get:
                connection.execute("INSERT INTO vectors (id, wanted) VALUES (?, 1)", (number,))
    except apsw.Error as error:
        log.warning("it could not be marked as wanted: %s", error)


def _digest(model: str, number: int, vector: bytes) -> bytes:
    """Binds a vector to its model and its entry, so that it is taken for no other."""
    return hashlib.sha256(b"%b\0%d\0%b" % (model.encode(), number, vector)).digest()
