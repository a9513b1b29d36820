"""An audit log that ends with its process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from ...domain.ports.audit_log import AuditLog
from ...domain.ports.clock import Clock
from ...domain.security.audit_event import AuditEvent, AuditEventType, AuditRecord, AuditVerdict


class InMemoryAuditLog(AuditLog):
    """For tests, and for runs that are to leave nothing behind."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._records: list[AuditRecord] = []

    def hand_in(self, event: AuditEvent) -> Awaitable[AuditRecord]:
        """Into a list."""
        record = AuditRecord(number=len(self._records) + 1, at=self._clock.now(), event=event)
        self._records.append(record)
        kept: asyncio.Future[AuditRecord] = asyncio.get_running_loop().create_future()
        kept.set_result(record)
        return kept

    async def get_events(
        self, event_type: AuditEventType | None = None, *, limit: int | None = None
    ) -> tuple[AuditRecord, ...]:
        """From the list."""
        found = [record for record in self._records if event_type in {None, record.event.type}]
        return tuple(found if limit is None else found[max(0, len(found) - limit) :])

    async def verify(self) -> AuditVerdict:
        """Nobody else can reach it."""
        return AuditVerdict(events=len(self._records), files=0)
