"""What was found in what enters memory, told to the audit log."""

from __future__ import annotations

from collections.abc import Mapping

from ...domain.security.audit_event import AuditEventType
from ..security.audit_trail import AuditTrail


class FindsTold:
    """Records how many finds of which kind were taken out, and under which key: never what they were.

    It is on the disk before the rest is kept; what cannot be recorded is not kept.
    """

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    async def __call__(self, what: str, subject: str, finds: Mapping[str, int]) -> None:
        """`finds` are kinds and how often each was found; raises StorageError, KeyUnavailable."""
        counts = ", ".join(f"{kind} {amount}" for kind, amount in sorted(finds.items()))
        await self._trail.record(AuditEventType.SECURITY_VIOLATION, subject, what=what, finds=counts)
