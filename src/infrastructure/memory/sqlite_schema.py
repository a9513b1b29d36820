"""The tables of the memory file, and how older ones become them."""

from __future__ import annotations

from .search_index import SEARCH_SCHEMA, TRIGGERS_MENDED

APPLICATION_ID = 0x4D53544D  # "MSTM"
# As bytes: text that is no UTF-8 any more is found by its digest, and hides nothing else.
SELECT = """
SELECT key, value, CAST(classification AS BLOB), CAST(owner AS BLOB), CAST(project AS BLOB), CAST(author AS BLOB),
    CAST(conversation AS BLOB), CAST(promotion AS BLOB), CAST(said_at AS BLOB), CAST(stored_at AS BLOB),
    CAST(text AS BLOB), digest, form
FROM entries
"""
SELECT_ONE = SELECT + " WHERE key = ?"
SELECT_SOME = SELECT + " WHERE key IN carray(?)"
# A key keeps its row, so that an entry written anew stays in its place among its neighbours.
PUT = """
INSERT INTO entries (
    id, key, value, classification, owner, project, author, conversation, promotion, said_at, stored_at, text,
    digest, form
) VALUES (
    ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT),
    CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), ?, 1
) ON CONFLICT (key) DO UPDATE SET
    value = excluded.value, classification = excluded.classification, owner = excluded.owner,
    project = excluded.project, author = excluded.author, conversation = excluded.conversation,
    promotion = excluded.promotion, said_at = excluded.said_at, stored_at = excluded.stored_at, text = excluded.text,
    digest = excluded.digest, form = 1
WHERE excluded.promotion = '' OR entries.promotion <> excluded.promotion
"""

# Class and origin stay: the new digest covers them as they are.
REPLACE = (
    "UPDATE entries SET value = ?, text = CAST(? AS TEXT), stored_at = ?, digest = ?, form = 1 WHERE key = ?"
)

# Blobs, because a flipped bit may leave text that is no UTF-8, and one bad name would hide all others.
_FIRST = """
CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL, value BLOB NOT NULL, digest BLOB NOT NULL,
    found_at TEXT NOT NULL DEFAULT (datetime('now'))
);
"""
# The form says what a digest is of: 0 of key and value as the first Muster wrote it, 1 of all columns.
_SECOND = """
ALTER TABLE entries RENAME TO first_entries;
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    value BLOB NOT NULL,
    classification TEXT NOT NULL DEFAULT 'INTERNAL',
    owner TEXT NOT NULL DEFAULT '',
    project TEXT NOT NULL DEFAULT '',
    author TEXT NOT NULL DEFAULT '',
    conversation TEXT NOT NULL DEFAULT '',
    promotion TEXT NOT NULL DEFAULT '',
    said_at TEXT NOT NULL DEFAULT '',
    stored_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
    text TEXT NOT NULL DEFAULT '',
    digest BLOB NOT NULL,
    form INTEGER NOT NULL DEFAULT 0
);
INSERT INTO entries (id, key, value, digest)
    SELECT -1099511627776 + 4 * row_number() OVER (ORDER BY key), key, value, digest FROM first_entries;
DROP TABLE first_entries;
CREATE INDEX entries_by_age ON entries (classification, stored_at);
CREATE TABLE backups (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""
MIGRATIONS = (_FIRST, _SECOND + SEARCH_SCHEMA, TRIGGERS_MENDED)
