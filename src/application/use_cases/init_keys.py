"""Make the first key for sensitive data."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.ports.audit_log import AuditLog
from ...domain.ports.key_ring import KeyRing
from ...domain.security.audit_event import AuditEvent, AuditEventType
from ...domain.security.key import RingStatus


@dataclass(frozen=True, slots=True)
class InitKeysRequest:
    """Nothing is asked but that it be done; `actor` stands in the audit log."""

    actor: str = ""


class InitKeys:
    """Makes a key where there is none.

    - A key that is there is never written over.
    - It is recorded in the audit log, by its id.
    """

    def __init__(self, ring: KeyRing, audit: AuditLog) -> None:
        self._ring = ring
        self._audit = audit

    async def execute(self, request: InitKeysRequest) -> RingStatus:
        """The ring with its key; raises UserError of code "keys-exist" or "keys-read-only", StorageError."""
        status = self._ring.init()
        made = status.active
        subject = made.id if made else ""
        kind = AuditEventType.CONFIGURATION_CHANGE
        event = AuditEvent(type=kind, actor=request.actor, subject=subject, details={"what": "key made"})
        await self._audit.record(event)
        return status
