"""The right to edit, for as long as this process lives."""

from __future__ import annotations

import threading

from ...domain.ports.clock import Clock
from ...domain.ports.edit_lock import EditLock
from ...domain.workspace.locking import EditTicket, LockRecord, expired, held_by, until


class InMemoryEditLock(EditLock):
    """For hosts with one process, and for tests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._records: dict[str, LockRecord] = {}
        self._lock = threading.Lock()

    def acquire(self, root: str, owner: str, seconds: float) -> EditTicket:
        """Under the name of the folder as it is given."""
        now = self._clock.now()
        end = until(owner, now, seconds)
        with self._lock:
            record = self._records.get(root, LockRecord())
            if record.is_held(now) and record.owner != owner:
                raise held_by(root, record)
            record = record.again(end) if record.is_held(now) else record.granted(owner, end)
            self._records[root] = record
        return EditTicket(root, owner, record.number, record.expires_at or end)

    def check(self, ticket: EditTicket) -> None:
        """Whether it is the last grant, and not over."""
        with self._lock:
            if not self._records.get(ticket.root, LockRecord()).fits(ticket, self._clock.now()):
                raise expired(ticket)

    def release(self, ticket: EditTicket) -> None:
        """Count down."""
        with self._lock:
            record = self._records.get(ticket.root, LockRecord())
            if record.fits(ticket, self._clock.now()):
                self._records[ticket.root] = record.released()
