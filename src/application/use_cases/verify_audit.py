"""Check that nobody has changed the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.ports.audit_log import AuditLog
from ...domain.security.audit_event import AuditVerdict


@dataclass(frozen=True, slots=True)
class VerifyAuditRequest:
    """All of it is checked."""


class VerifyAudit:
    """Reads every line against its signature and its place, and the second place against the log."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    async def execute(self, request: VerifyAuditRequest) -> AuditVerdict:
        """What is wrong, and where; raises StorageError, KeyUnavailable when the key of the log is gone."""
        return await self._audit.verify()
