"""Tables of the run journal in a SQLite file, and the words that it speaks to them."""

from __future__ import annotations

APPLICATION_ID = 0x4D53544A  # "MSTJ"
MIGRATIONS = (
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY, schema_version INTEGER NOT NULL, started_at TEXT NOT NULL, finished_at TEXT,
        status TEXT NOT NULL, task TEXT NOT NULL, root TEXT NOT NULL, verdict TEXT, score REAL,
        findings INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',
        owner_host TEXT NOT NULL, owner_pid INTEGER NOT NULL, owner_started TEXT NOT NULL,
        plan TEXT NOT NULL, report TEXT
    );
    CREATE INDEX runs_by_time ON runs (started_at, id);
    CREATE TABLE agents (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, agent TEXT NOT NULL,
        schema_version INTEGER NOT NULL, result TEXT NOT NULL, PRIMARY KEY (run_id, agent)
    );
    """,
    """
    ALTER TABLE runs ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN idempotency_key TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN parent TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN resumed INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN repeated INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN terms TEXT;
    ALTER TABLE runs ADD COLUMN waits TEXT;
    ALTER TABLE runs ADD COLUMN digest INTEGER;
    ALTER TABLE runs ADD COLUMN end_version INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE runs ADD COLUMN end_digest INTEGER;
    ALTER TABLE agents ADD COLUMN digest INTEGER;
    CREATE UNIQUE INDEX runs_by_key ON runs (idempotency_key) WHERE idempotency_key <> '';
    CREATE INDEX runs_driven ON runs (id, epoch) WHERE status = 'running';
    CREATE TABLE records (
        run_id TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL,
        epoch INTEGER NOT NULL, version INTEGER NOT NULL, payload TEXT NOT NULL, digest INTEGER NOT NULL,
        PRIMARY KEY (run_id, number)
    );
    CREATE TABLE signals (
        run_id TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, payload TEXT NOT NULL,
        sent_at TEXT NOT NULL, sender TEXT NOT NULL, digest INTEGER NOT NULL, PRIMARY KEY (run_id, number)
    ) WITHOUT ROWID;
    """,
)
RUN_COLUMNS = (
    "id", "schema_version", "started_at", "finished_at", "status", "task", "root", "verdict", "score", "findings",
    "error", "owner_host", "owner_pid", "owner_started", "plan", "report", "epoch", "idempotency_key", "parent",
    "resumed", "repeated", "terms", "waits", "digest", "end_version",
    "end_digest",
)  # fmt: skip
CREATE = f"""
INSERT INTO runs ({", ".join(RUN_COLUMNS)}) VALUES ({", ".join("?" * len(RUN_COLUMNS))}) ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants
LOAD = f"SELECT {', '.join(RUN_COLUMNS)} FROM runs WHERE id = ?"  # noqa: S608 - constants
KEYED = "SELECT id FROM runs WHERE idempotency_key = ? AND idempotency_key <> ''"
STATE = "SELECT status, epoch, owner_host, owner_pid, owner_started FROM runs WHERE id = ?"
PREFIXED = "SELECT id FROM runs WHERE ?1 <> '' AND substr(id, 1, length(?1)) = ?1 ORDER BY id"
AGENT = """
INSERT INTO agents (run_id, agent, schema_version, result, digest) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (run_id, agent) DO UPDATE SET schema_version = ?3, result = ?4, digest = ?5
"""
AGENTS = "SELECT agent, schema_version, result, digest FROM agents WHERE run_id = ? ORDER BY rowid"
RECORD = """
INSERT INTO records (run_id, number, kind, key, at, epoch, version, payload, digest)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# The index is one of its own, and a small one: rows of runs are long, and this is asked with every record.
APPEND = """
INSERT INTO records (run_id, number, kind, key, at, epoch, version, payload, digest)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (
    SELECT 1 FROM runs INDEXED BY runs_driven WHERE id = ?1 AND epoch = ?10 AND status = 'running'
)
"""
RECORDS = """
SELECT number, kind, key, at, epoch, version, payload, digest FROM records
WHERE run_id = ? AND number > ? ORDER BY number LIMIT ?
"""
OF_AGENTS = """
SELECT number, kind, key, at, epoch, version, payload, digest FROM records
WHERE run_id = ? AND kind = 'agent' ORDER BY number
"""
OPEN = """
UPDATE runs
SET status = 'running', epoch = epoch + 1, resumed = resumed + 1, finished_at = NULL, error = '', report = NULL,
    verdict = NULL, score = NULL, findings = 0, waits = NULL, end_digest = NULL,
    owner_host = ?2, owner_pid = ?3, owner_started = ?4
WHERE id = ?1
"""
FINISH = """
UPDATE runs
SET status = ?3, finished_at = ?4, error = ?5, report = ?6, verdict = ?7, score = ?8, findings = ?9, waits = ?10,
    repeated = ?11, end_version = ?12, end_digest = ?13
WHERE id = ?1 AND epoch = ?2 AND status = 'running'
"""
SIGNAL = """
INSERT INTO signals (run_id, number, name, payload, sent_at, sender, digest) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
SIGNALLED = "SELECT coalesce(max(number), 0) FROM signals WHERE run_id = ?"
SIGNALS = """
SELECT number, name, payload, sent_at, sender, digest FROM signals
WHERE run_id = ? AND number > ? ORDER BY number
"""
LIST = """
SELECT id, task, root, status, started_at, verdict, score, findings, owner_host, owner_pid, owner_started
FROM runs WHERE ?1 IS NULL OR status = ?1 OR status = ?2 ORDER BY started_at DESC, id DESC
"""
DROP_RECORDS = "DELETE FROM records WHERE run_id = ?"
FORGET = (
    DROP_RECORDS,
    "DELETE FROM signals WHERE run_id = ?",
    "DELETE FROM agents WHERE run_id = ?",
    "DELETE FROM runs WHERE id = ?",
)
