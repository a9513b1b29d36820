"""A store of which the audit log tells who did what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ...domain.errors import AccessDenied, SecurityViolation
from ...domain.memory.backup import Backup
from ...domain.memory.entry import Entry, Hit, Query
from ...domain.ports.audit_log import AuditLog
from ...domain.ports.long_term_store import LongTermStore
from ...domain.security.audit_event import AuditEvent, AuditEventType
from ...domain.security.classification import Classification
from .passing import PassingLongTermStore, Storing


class AuditedLongTermStore(PassingLongTermStore):
    """Every change is recorded before it is done, and every reading of what is sensitive before it is handed out.

    What cannot be recorded is not done: the error of the log goes to the caller. What is refused is recorded too.
    Keys stand in the log, data never.
    """

    def __init__(self, inner: LongTermStore, audit: AuditLog, actor: str) -> None:
        super().__init__(inner)
        self._audit = audit
        self._actor = actor

    async def keep(self, storing: Storing) -> bool:
        """Keep it; recorded as a promotion when it comes from the short-term tier."""
        promoted, key = storing.origin.promotion, storing.key
        what = AuditEventType.MEMORY_PROMOTE if promoted else AuditEventType.MEMORY_STORE
        await self._record(what, key, storing.classification)
        async with self._refusals_recorded(key):
            return await storing.into(self._inner)

    async def replace(
        self, seen: Entry, data: object, *, text: str | None = None, renewed: bool = False
    ) -> bool:
        """Put `data` in the place of `seen`; the attempt is recorded as storing."""
        await self._record(AuditEventType.MEMORY_STORE, seen.key, seen.classification)
        async with self._refusals_recorded(seen.key):
            return await self._inner.replace(seen, data, text=text, renewed=renewed)

    async def entry(self, key: str) -> Entry | None:
        """What was stored."""
        async with self._refusals_recorded(key):
            found = await self._inner.entry(key)
        if found is not None:
            await self._told(found)
        return found

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete; the attempt is recorded either way."""
        await self._record(AuditEventType.MEMORY_DELETE, key)
        async with self._refusals_recorded(key):
            return await self._inner.delete(key)

    async def search(self, query: Query) -> tuple[Hit, ...]:
        """The entries that answer best."""
        hits = await self._inner.search(query)
        for hit in hits:
            await self._told(hit.entry)
        return hits

    async def backup(self, path: str, *, replace: bool = False) -> Backup:
        """Copy everything; recorded as reading all of it."""
        await self._record(AuditEventType.MEMORY_RETRIEVE, f"backup {path}")
        async with self._refusals_recorded(f"backup {path}"):
            return await self._inner.backup(path, replace=replace)

    async def _told(self, entry: Entry) -> None:
        if entry.classification.encrypted:
            await self._record(AuditEventType.MEMORY_RETRIEVE, entry.key, entry.classification)

    async def _record(self, what: AuditEventType, key: str, kind: Classification | None = None) -> None:
        details = {} if kind is None else {"class": kind.value}
        await self._audit.record(AuditEvent(type=what, actor=self._actor, subject=key, details=details))

    @asynccontextmanager
    async def _refusals_recorded(self, key: str) -> AsyncIterator[None]:
        try:
            yield
        except AccessDenied:
            await self._record(AuditEventType.PERMISSION_DENIED, key)
            raise
        except SecurityViolation as error:
            event = AuditEvent(
                type=AuditEventType.SECURITY_VIOLATION,
                actor=self._actor,
                subject=key,
                details={"code": error.code},
            )
            await self._audit.record(event)
            raise
