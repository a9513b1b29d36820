"""What the audit log tells of memory."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path

import pytest

from muster.application.memory.audited import AuditedLongTermStore
from muster.application.memory.guarded import GuardedLongTermStore
from muster.domain.errors import AccessDenied, StorageError
from muster.domain.memory.entry import Origin, Query
from muster.domain.ports.audit_log import AuditLog
from muster.domain.security.audit_event import AuditEvent, AuditEventType, AuditRecord, AuditVerdict
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.security.json_lines_audit import JsonLinesAuditLog
from tests.fakes.clock import FakeClock

from .support import person, sealed_by_a_new_key, written_below


def log_in(folder: Path) -> JsonLinesAuditLog:
    """A log of its own."""
    return JsonLinesAuditLog(folder / "audit", folder / "keys", FakeClock())


async def told(audit: AuditLog) -> list[tuple[str, str, str]]:
    """Type, actor and subject of every event."""
    return [(one.event.type.value, one.event.actor, one.event.subject) for one in await audit.get_events()]


async def test_changes_and_every_reading_of_what_is_sensitive_are_told(tmp_path: Path) -> None:
    """Reading what is not sensitive is not; a search reads what it shows. Data never stand in the log."""
    audit = log_in(tmp_path)
    store = AuditedLongTermStore(sealed_by_a_new_key(tmp_path, InProcessLongTermStore()), audit, "ann")
    await store.store("plain", "toast")
    await store.store("case", "marmalade", "SENSITIVE")
    await store.store("moved", 1, origin=Origin(promotion="v1"))
    assert await store.retrieve("plain") == "toast"
    assert await store.retrieve("case") == "marmalade"
    assert await store.retrieve("nobody") is None
    assert len(await store.search(Query(words="marmalade toast"))) == 2
    assert await store.delete("plain") is True
    assert await told(audit) == [
        ("memory-store", "ann", "plain"),
        ("memory-store", "ann", "case"),
        ("memory-promote", "ann", "moved"),
        ("memory-retrieve", "ann", "case"),
        ("memory-retrieve", "ann", "case"),
        ("memory-delete", "ann", "plain"),
    ]
    assert (await audit.verify()).intact
    written = written_below(tmp_path)
    assert b"marmalade" not in written
    assert b"toast" not in written


async def test_what_was_refused_is_told(tmp_path: Path) -> None:
    """Who tried, and on what."""
    audit, inner = log_in(tmp_path), InProcessLongTermStore()
    await inner.store("diary", 1, origin=Origin(owner="ann"))
    store = AuditedLongTermStore(GuardedLongTermStore(inner, person("ben")), audit, "ben")
    with pytest.raises(AccessDenied):
        await store.retrieve("diary")
    with pytest.raises(AccessDenied):
        await store.delete("diary")
    assert await told(audit) == [
        ("permission-denied", "ben", "diary"),
        ("memory-delete", "ben", "diary"),
        ("permission-denied", "ben", "diary"),
    ]


class FullLog(AuditLog):
    """A log for which there is no room."""

    def hand_in(self, event: AuditEvent) -> Awaitable[AuditRecord]:
        """Never."""
        raise StorageError("no room", code="storage-full")

    async def get_events(
        self, event_type: AuditEventType | None = None, *, limit: int | None = None
    ) -> tuple[AuditRecord, ...]:
        """None."""
        return ()

    async def verify(self) -> AuditVerdict:
        """Empty."""
        return AuditVerdict(events=0, files=0)


async def test_what_cannot_be_recorded_is_not_done(tmp_path: Path) -> None:
    """Nothing is changed, and nothing sensitive handed out."""
    inner = sealed_by_a_new_key(tmp_path, InProcessLongTermStore())
    await inner.store("case", "marmalade", "SENSITIVE")
    store = AuditedLongTermStore(inner, FullLog(), "ann")
    for attempt in (
        store.store("case", "x"),
        store.delete("case"),
        store.retrieve("case"),
        store.search(Query(words="marmalade")),
    ):
        with pytest.raises(StorageError, match="no room"):
            await attempt
    assert await inner.retrieve("case") == "marmalade"
