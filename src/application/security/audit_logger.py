"""The face of the audit log: what happened, in words of the house, with every secret and personal datum masked."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace

from ...domain.ports.audit_log import AuditLog
from ...domain.ports.pii_scrubber import PiiScrubber
from ...domain.ports.secret_masker import SecretMasker
from ...domain.security.audit_event import AuditEvent, AuditEventType, AuditRecord, AuditVerdict, Detail

Type = AuditEventType
LONGEST, MOST = 200, 10_000
"""Texts that are remembered as sound: so many characters, and so many of them."""


class AuditLogger(AuditLog):
    """A wrapper of the log: no text reaches it with a secret or personal data in it, whoever hands it in."""

    def __init__(self, inner: AuditLog, masker: SecretMasker, scrubber: PiiScrubber) -> None:
        self._inner = inner
        self._masker = masker
        self._scrubber = scrubber
        self._sound: set[str] = set()

    def hand_in(self, event: AuditEvent) -> Awaitable[AuditRecord]:
        """Actor, subject and every text of the details are masked first."""
        details = {
            self._clean(name): self._clean(value) if isinstance(value, str) else value
            for name, value in event.details.items()
        }
        actor, subject, run = self._clean(event.actor), self._clean(event.subject), self._clean(event.run)
        return self._inner.hand_in(replace(event, actor=actor, subject=subject, run=run, details=details))

    async def get_events(
        self, event_type: AuditEventType | None = None, *, limit: int | None = None
    ) -> tuple[AuditRecord, ...]:
        """As they were kept."""
        return await self._inner.get_events(event_type, limit=limit)

    async def verify(self) -> AuditVerdict:
        """Of the log within."""
        return await self._inner.verify()

    async def log_model_request(
        self, actor: str, model: str, *, run: str = "", **details: Detail
    ) -> AuditRecord:
        """A prompt went to `model`; the details count tokens, and never hold it."""
        return await self._log(Type.MODEL_REQUEST, actor, model, run, details)

    async def log_memory(
        self, what: AuditEventType, actor: str, key: str, *, run: str = "", **details: Detail
    ) -> AuditRecord:
        """An entry was stored, read, deleted or promoted."""
        return await self._log(what, actor, key, run, details)

    async def log_violation(
        self, actor: str, subject: str, *, run: str = "", **details: Detail
    ) -> AuditRecord:
        """A rule of security would have been broken; it was not done."""
        return await self._log(Type.SECURITY_VIOLATION, actor, subject, run, details)

    async def log_denied(self, actor: str, subject: str, *, run: str = "", **details: Detail) -> AuditRecord:
        """Somebody asked for what they may not."""
        return await self._log(Type.PERMISSION_DENIED, actor, subject, run, details)

    async def log_approval(
        self, actor: str, subject: str, granted: bool, *, run: str = "", **details: Detail
    ) -> AuditRecord:
        """A person said yes or no."""
        return await self._log(Type.APPROVAL, actor, subject, run, {**details, "granted": granted})

    async def log_configuration(self, actor: str, setting: str, **details: Detail) -> AuditRecord:
        """A setting or a key was changed."""
        return await self._log(Type.CONFIGURATION_CHANGE, actor, setting, "", details)

    async def log_tool(self, actor: str, tool: str, *, run: str = "", **details: Detail) -> AuditRecord:
        """A tool that writes or executes was called."""
        return await self._log(Type.TOOL_USE, actor, tool, run, details)

    async def _log(
        self, what: AuditEventType, actor: str, subject: str, run: str, details: dict[str, Detail]
    ) -> AuditRecord:
        return await self.record(
            AuditEvent(type=what, actor=actor, subject=subject, run=run, details=details)
        )

    def _clean(self, text: str) -> str:
        """Names come again and again: those in which nothing was found are not searched twice."""
        if text in self._sound:
            return text
        cleaned = self._scrubber.scrub(self._masker.mask(text))[0]
        if cleaned == text and len(text) <= LONGEST:
            if len(self._sound) >= MOST:
                self._sound.clear()
            self._sound.add(text)
        return cleaned
