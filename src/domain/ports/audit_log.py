"""Port: the record of what concerns security."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from ..security.audit_event import AuditEvent, AuditEventType, AuditRecord, AuditVerdict


class AuditLog(Protocol):
    """Keeps events in order; what is kept cannot be changed without being seen.

    Callers leave values out: what they hand in is kept as it is. `AuditLogger` masks before it hands in.
    """

    async def record(self, event: AuditEvent) -> AuditRecord:
        """Keep `event` with the next number and the present time; it outlives this process when this returns.

        Raises StorageError, KeyUnavailable; then nothing was kept, and what was to be audited should not be done.
        """
        return await self.hand_in(event)

    def hand_in(self, event: AuditEvent) -> Awaitable[AuditRecord]:
        """As `record`, for who need not wait: the place of `event` is taken before this returns.

        Whoever awaits what is returned knows when it is kept, or why not. Must be called where an event loop runs.
        """
        ...

    async def get_events(
        self, event_type: AuditEventType | None = None, *, limit: int | None = None
    ) -> tuple[AuditRecord, ...]:
        """The events of that type (None: of all), the oldest first; with `limit` the newest so many.

        Lines that are not as they were written are left out: `verify` tells them.
        """
        ...

    async def verify(self) -> AuditVerdict:
        """Read everything, and say what is wrong where; raises StorageError, KeyUnavailable."""
        ...
