"""Rows of the memory file: read, checked, set aside, deleted."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import apsw

from ...domain.memory.entry import Entry
from ..common.sqlite_queue import immediate
from .json_values import checked_key
from .record import Record, digest_of, replaced
from .sqlite_backups import forget_in_backups
from .sqlite_schema import REPLACE, SELECT_ONE, SELECT_SOME

FIRST_FORM = ("INTERNAL", "", "", "", "", "", "")
"""What a row of the first Muster says from class to `said_at`: its digest does not cover them."""
_ASIDE = "INSERT INTO quarantine (key, value, digest) SELECT key, value, digest FROM entries"
T = TypeVar("T")
log = logging.getLogger(__name__)


def read_entries(connection: apsw.Connection, keys: Sequence[bytes]) -> list[Entry | None]:
    """The entry of each key, or None; what does not match its digest is set aside."""

    def entry(row: Sequence[object]) -> Entry | None:
        record = trusted(row)
        return None if record is None else record.entry()

    return _read(connection, keys, entry)


def read_values(connection: apsw.Connection, keys: Sequence[bytes]) -> list[object]:
    """What was stored under each key, or None; what does not match its digest is set aside."""
    return [None if one is None else one[0] for one in _read(connection, keys, _value)]


def _value(row: Sequence[Any]) -> tuple[object] | None:
    """In a tuple, since None may have been stored; of rows in today's form nothing else is taken apart."""
    *columns, digest, form = row
    try:
        whole = form == 1 and digest == digest_of(columns)
    except TypeError:  # a column holds no bytes any more
        whole = False
    if whole:
        return (json.loads(columns[1].decode()),)
    record = trusted(row)
    return None if record is None else (json.loads(record.value.decode()),)


def _read(
    connection: apsw.Connection, keys: Sequence[bytes], take: Callable[[Sequence[Any]], T | None]
) -> list[T | None]:
    if not keys:
        return []
    found: dict[bytes, T | None] = {}
    rows: list[Any] = connection.execute(SELECT_SOME, (apsw.carray(tuple(keys)),)).fetchall()
    for row in rows:
        taken = found[row[0]] = take(row)
        if taken is None:
            set_aside(connection, row[0], row[-2])
    return [found.get(key) for key in keys]


def swap(
    connection: apsw.Connection, seen: Entry, data: object, text: str | None, now: datetime | None
) -> bool:
    """Whether `seen` was still there, and now holds `data`, renewed if it has a `now`; within a transaction."""
    row = connection.execute(SELECT_ONE, (checked_key(seen.key),)).fetchone()
    record = replaced(None if row is None else trusted(row), seen, data, text, now)
    if record is not None:
        change = (record.value, record.text, record.stored_at, digest_of(record.columns()), record.key)
        connection.execute(REPLACE, change)
    return record is not None


def trusted(row: Sequence[object]) -> Record | None:
    """The record of a row of SELECT, or None when it is not what was once written."""
    *columns, digest, form = row
    parts = [part if isinstance(part, bytes) else b"" for part in columns]
    try:
        record = Record.read(parts)
    except ValueError:
        return None
    if form == 0:
        defaults = (
            record.classification, record.owner, record.project, record.author,
            record.conversation, record.promotion, record.said_at,
        )  # fmt: skip
        return record if defaults == FIRST_FORM and digest == _first_digest(*parts[:2]) else None
    return record if digest == digest_of(parts) else None


def _first_digest(key: bytes, value: bytes) -> bytes:
    return hashlib.sha256(b"%d:%b%b" % (len(key), key, value)).digest()


def set_aside(connection: apsw.Connection, key: bytes, digest: object) -> None:
    """Move the record to `quarantine`, unless somebody has just written it anew."""
    log.warning("the record %r does not match its digest and is set aside", key.decode(errors="replace"))
    try:
        with immediate(connection):
            connection.execute(f"{_ASIDE} WHERE key = ? AND digest = ?", (key, digest))
            connection.execute("DELETE FROM entries WHERE key = ? AND digest = ?", (key, digest))
    except apsw.Error as error:
        log.warning("it could not be set aside and stays where it is: %s", error)


def move_aside(connection: apsw.Connection, key: bytes) -> None:
    """As `set_aside`, whatever the record says, within a transaction."""
    connection.execute(f"{_ASIDE} WHERE key = ?", (key,))
    connection.execute("DELETE FROM entries WHERE key = ?", (key,))


def delete(connection: apsw.Connection, keys: Iterable[bytes]) -> int:
    """How many of them were there; quarantine and the backups within reach forget them too."""
    keys, found = list(keys), 0
    if keys:
        forget_in_backups(connection, lambda copy: delete(copy, keys))
    for key in keys:
        connection.execute("DELETE FROM quarantine WHERE key = ?", (key,))
        found += len(connection.execute("DELETE FROM entries WHERE key = ? RETURNING 1", (key,)).fetchall())
    return found


def readable(keys: Iterable[object]) -> tuple[str, ...]:
    """Those that are text, in their order; a damaged index leads to rows that have no key."""
    found = []
    for key in keys:
        try:
            found.append((key if isinstance(key, bytes) else b"\xff").decode())
        except UnicodeDecodeError:
            log.warning("a record has lost its name: %r", key)
    return tuple(found)
