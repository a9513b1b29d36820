"""What was found in what enters memory, told to the audit log."""

from __future__ import annotations

from collections.abc import Mapping

from ...domain.ports.audit_log import AuditLog
from ...domain.security.audit_event import AuditEvent, AuditEventType


class FindsTold:
    """Records how many finds of which kind were taken out, and under which key: never what they were.

    It is on the disk before the rest is kept; what cannot be recorded is not kept.
    """

    def __init__(self, audit: AuditLog, actor: str) -> None:
        self._audit = audit
        self._actor = actor

    async def __call__(self, what: str, subject: str, finds: Mapping[str, int]) -> None:
        """`finds` are kinds and how often each was found; raises StorageError, KeyUnavailable."""
        counts = ", ".join(f"{kind} {amount}" for kind, amount in sorted(finds.items()))
        event = AuditEvent(
            type=AuditEventType.SECURITY_VIOLATION,
            actor=self._actor,
            subject=subject,
            details={"what": what, "finds": counts},
        )
        await self._audit.record(event)
