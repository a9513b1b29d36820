"""Tell the audit log of a change of what decides how Muster works."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.ports.audit_log import AuditLog
from ...domain.security.audit_event import AuditEvent, AuditEventType


@dataclass(frozen=True, slots=True)
class TellChangeRequest:
    """`actor` is about to change `subject`, a file of settings or a baseline, in the way that `what` says."""

    actor: str
    subject: str
    what: str


class TellChange:
    """Records a change before it is made; what cannot be recorded is not done. No content is told."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    async def execute(self, request: TellChangeRequest) -> None:
        """Keep the event; raises StorageError, KeyUnavailable."""
        kind, details = AuditEventType.CONFIGURATION_CHANGE, {"what": request.what}
        await self._audit.record(
            AuditEvent(type=kind, actor=request.actor, subject=request.subject, details=details)
        )
