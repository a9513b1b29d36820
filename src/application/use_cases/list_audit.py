"""List what the audit log has kept."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UnknownName, UserError
from ...domain.ports.audit_log import AuditLog
from ...domain.security.audit_event import AuditEventType, AuditRecord


@dataclass(frozen=True, slots=True)
class ListAuditRequest:
    """The newest `limit` events (None: all) of a type ("": of every type)."""

    event_type: str = ""
    limit: int | None = 50


class ListAudit:
    """Lists events in the order in which they happened; a line that was changed is left out, `verify` tells it."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    async def execute(self, request: ListAuditRequest) -> tuple[AuditRecord, ...]:
        """The events; raises UnknownName for a type that there is not, UserError, StorageError, KeyUnavailable."""
        if request.limit is not None and request.limit < 0:
            raise UserError(f"{request.limit} is no number of events", code="limit", hint="give 0 or more")
        if request.event_type and request.event_type not in set(AuditEventType):
            raise UnknownName.of("type of event", request.event_type, (kind.value for kind in AuditEventType))
        kind = AuditEventType(request.event_type) if request.event_type else None
        return await self._audit.get_events(kind, limit=request.limit)
