"""Conversations in a SQLite file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
from pydantic import TypeAdapter, ValidationError

from ...domain.chat.conversation import Conversation, ConversationSummary, summary_of
from ...domain.errors import StorageError
from ...domain.ports.conversation_store import ConversationStore
from ..common.prefix import the_one
from ..common.sqlite import Database
from ..common.sqlite_errors import CORRUPT, FOREIGN

APPLICATION_ID = 0x4D535443  # "MSTC"
SCHEMA_VERSION = 1
"""Of the JSON in `conversation`."""
# `saved` is the place in the order of changes: a number, because times of day may go backwards.
MIGRATIONS = (
    """
    CREATE TABLE conversations (
        id TEXT PRIMARY KEY, saved INTEGER NOT NULL, schema_version INTEGER NOT NULL, title TEXT NOT NULL,
        model TEXT NOT NULL, changed_at TEXT NOT NULL, entries INTEGER NOT NULL, conversation TEXT NOT NULL
    );
    CREATE UNIQUE INDEX conversations_by_change ON conversations (saved);
    """,
)
SAVE = """
INSERT INTO conversations (id, saved, schema_version, title, model, changed_at, entries, conversation)
VALUES (?1, (SELECT coalesce(max(saved), 0) + 1 FROM conversations), ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (id) DO UPDATE SET
    saved = excluded.saved, schema_version = ?2, title = ?3, model = ?4, changed_at = ?5, entries = ?6,
    conversation = ?7
"""
FIND = "SELECT id FROM conversations WHERE ?1 <> '' AND substr(id, 1, length(?1)) = ?1 ORDER BY id"
LOAD = "SELECT schema_version, conversation FROM conversations WHERE id = ?"
LIST = "SELECT id, title, model, changed_at, entries FROM conversations ORDER BY saved DESC LIMIT ?"

WHOLE = TypeAdapter(Conversation)


class SqliteConversationStore(ConversationStore):
    """One row a conversation, on the disk before `save` returns; several processes may use the same file."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, APPLICATION_ID, MIGRATIONS)

    async def save(self, conversation: Conversation) -> None:
        """Keep `conversation`, as the one that was changed last."""
        line = summary_of(conversation)
        moment = line.changed_at.astimezone(UTC).isoformat(timespec="microseconds")
        whole = json.dumps(WHOLE.dump_python(conversation, mode="json"), separators=(",", ":"))
        values = (
            line.id, SCHEMA_VERSION, _text(line.title), _text(line.model), moment, line.entries, whole,
        )  # fmt: skip
        await self._database.write(lambda connection: connection.execute(SAVE, values))

    async def load(self, conversation_id: str) -> Conversation | None:
        """The conversation whose id is or begins with `conversation_id`; raises StorageError if damaged."""
        return await self._database.read(lambda c: _load(c, conversation_id, self._database.path))

    async def list(self, limit: int = 20) -> tuple[ConversationSummary, ...]:
        """The last changed first; those that cannot be read any more are listed all the same."""
        rows = await self._database.read(lambda c: c.execute(LIST, (max(limit, 0),)).fetchall())
        return tuple(_line(row) for row in rows)

    async def delete(self, conversation_id: str) -> bool:
        """Whether there was one to forget; its bytes are overwritten."""
        sql = "DELETE FROM conversations WHERE id = ? RETURNING 1"
        rows = await self._database.write(lambda c: c.execute(sql, (_text(conversation_id),)).fetchall())
        return bool(rows)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _line(row: tuple[Any, ...]) -> ConversationSummary:
    known_as, title, model, changed, entries = row
    return ConversationSummary(known_as, title, model, datetime.fromisoformat(changed), entries)


def _load(connection: apsw.Connection, prefix: str, path: Path) -> Conversation | None:
    found = the_one(
        "conversation", prefix, [known for (known,) in connection.execute(FIND, (_text(prefix),))]
    )
    row = connection.execute(LOAD, (found,)).fetchone() if found else None
    if row is None:
        return None
    version, text = row
    if version > SCHEMA_VERSION:
        message = f"conversation {found!r} was written by a newer Muster"
        raise StorageError(message, code=FOREIGN, hint="update Muster")
    try:
        return WHOLE.validate_python(json.loads(text))
    except (ValidationError, ValueError) as error:
        message = f"conversation {found!r} in {str(path)!r} cannot be read"
        hint = "other conversations are not touched by this"
        raise StorageError(message, code=CORRUPT, details={"cause": str(error)}, hint=hint) from error


def _text(text: str) -> str:
    """`text` as SQLite can keep it: half characters from a command line are written out."""
    return text.encode("utf-8", "backslashreplace").decode()
