"""What goes on, told to the audit log without making anybody wait who need not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ...domain.errors import MusterError
from ...domain.ports.audit_log import AuditLog
from ...domain.security.audit_event import AuditEvent, AuditEventType, AuditRecord, Detail

log = logging.getLogger(__name__)
Events = AuditEventType


class AuditTrail:
    """Hands events to the log in the order in which they happen.

    What changes something is recorded first: whoever does it waits until that is on the disk. What merely tells of
    something that is over is noted: it has its place at once, and is waited for when the run ends. An event that
    could not be kept stops the next thing that would be told.
    """

    def __init__(self, log_of: Callable[[], AuditLog], user: str) -> None:
        """`log_of` is asked when something is told first; `user` acts where no agent does."""
        self._log_of = log_of
        self._user = user
        self._open: set[asyncio.Future[AuditRecord]] = set()
        self._lost: Exception | None = None

    def note(
        self, what: Events, subject: str, /, *, actor: str = "", run: str = "", **details: Detail
    ) -> None:
        """Tell it; nobody waits. Must be called where an event loop runs."""
        self._hand_in(what, subject, actor, run, details)

    async def record(
        self, what: Events, subject: str, /, *, actor: str = "", run: str = "", **details: Detail
    ) -> None:
        """Tell it, and wait until it is on the disk with all before it; raises StorageError, KeyUnavailable."""
        self.check()
        await self._hand_in(what, subject, actor, run, details)

    def check(self) -> None:
        """Raise the error of an event that was noted and could not be kept, once."""
        lost, self._lost = self._lost, None
        if lost is not None:
            raise lost

    async def flush(self) -> None:
        """Wait until everything is on the disk that was told on this event loop; what is lost is logged."""
        loop = asyncio.get_running_loop()
        waiting = [one for one in list(self._open) if one.get_loop() is loop]
        await asyncio.gather(*waiting, return_exceptions=True)

    def _hand_in(
        self, what: Events, subject: str, actor: str, run: str, details: dict[str, Detail]
    ) -> asyncio.Future[AuditRecord]:
        event = AuditEvent(type=what, actor=actor or self._user, subject=subject, run=run, details=details)
        told = asyncio.ensure_future(self._log_of().hand_in(event))
        self._open.add(told)
        told.add_done_callback(self._came)
        return told

    def _came(self, told: asyncio.Future[AuditRecord]) -> None:
        self._open.discard(told)
        error = None if told.cancelled() else told.exception()
        if isinstance(error, MusterError):
            log.error("an event could not be kept in the audit log: %s", error)
            self._lost = error
