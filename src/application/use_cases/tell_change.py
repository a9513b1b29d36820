"""Tell the audit log of a change of what decides how Muster works."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.security.audit_event import AuditEventType
from ..security.audit_trail import AuditTrail


@dataclass(frozen=True, slots=True)
class TellChangeRequest:
    """`subject`, a file of settings or a baseline, is about to be changed in the way that `what` says."""

    subject: str
    what: str


class TellChange:
    """Records a change before it is made; what cannot be recorded is not done. No content is told."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    async def execute(self, request: TellChangeRequest) -> None:
        """Keep the event; raises StorageError, KeyUnavailable."""
        await self._trail.record(AuditEventType.CONFIGURATION_CHANGE, request.subject, what=request.what)
