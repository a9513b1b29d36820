"""The right to edit, over all processes of this machine."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ...domain.ports.clock import Clock
from ...domain.ports.edit_lock import EditLock
from ...domain.workspace.locking import EditTicket, LockRecord, expired, held_by, until
from ..common.exclusion import FLAGS, alone, key_of, try_to_lock
from ..common.trouble import disk_errors

RECORD = TypeAdapter(LockRecord)
PATIENCE = 10.0
"""Seconds that reading and writing a record may take another process."""


class FileEditLock(EditLock):
    """A record a folder, which names a file that its holder keeps locked while it lives.

    The kernel takes that lock back when the process ends, however it ends: no number of a process is ever taken
    for another one's. Where the kernel cannot tell, as with a child process that outlives its parent, the time
    limit does.
    """

    def __init__(self, place: Path, clock: Clock) -> None:
        self._place = place
        self._clock = clock
        self._alive: tuple[str, int] | None = None
        self._guard = threading.Lock()

    def acquire(self, root: str, owner: str, seconds: float) -> EditTicket:
        """Under the folder's real path."""
        root = os.path.realpath(root)
        now = self._clock.now()
        end = until(owner, now, seconds)
        with self._record(root) as path:
            record = _read(path)
            held = record.is_held(now) and not self._is_gone(record)
            if held and record.owner != owner:
                raise held_by(root, record)
            record = record.again(end) if held else record.granted(owner, end)
            if not held:
                alive = self._live()
                record = replace(record, pid=os.getpid(), host=socket.gethostname(), alive=alive)
            _write(path, record)
        return EditTicket(root, owner, record.number, record.expires_at or end)

    def check(self, ticket: EditTicket) -> None:
        """Whether it is the last grant, and not over."""
        with self._record(ticket.root) as path:
            if not _read(path).fits(ticket, self._clock.now()):
                raise expired(ticket)

    def release(self, ticket: EditTicket) -> None:
        """Count down; the record stays, so that numbers never repeat."""
        with self._record(ticket.root) as path:
            record = _read(path)
            if record.fits(ticket, self._clock.now()):
                _write(path, record.released())

    def close(self) -> None:
        """Let go of all that this object holds."""
        with self._guard:
            if self._alive is not None:
                name, descriptor = self._alive
                (self._place / name).unlink(missing_ok=True)
                os.close(descriptor)
                self._alive = None

    @contextlib.contextmanager
    def _record(self, root: str) -> Iterator[Path]:
        key = key_of(root)
        with disk_errors(str(self._place)), alone(self._place / f"{key}.mutex", root, PATIENCE):
            yield self._place / f"{key}.json"

    def _live(self) -> str:
        """The name of the file that is locked while this object is there."""
        with self._guard:
            if self._alive is None:
                name = f"{secrets.token_hex(16)}.alive"
                descriptor = os.open(self._place / name, FLAGS, 0o600)
                try_to_lock(descriptor)
                self._alive = (name, descriptor)
            return self._alive[0]

    def _is_gone(self, record: LockRecord) -> bool:
        """Whether the holder has ended; of a process on another host nothing certain is known."""
        if record.host != socket.gethostname():
            return False
        path = self._place / os.path.basename(record.alive)  # noqa: PTH119 – never a path of somebody else's
        try:
            descriptor = os.open(path, FLAGS & ~os.O_CREAT)
        except OSError:
            return True
        try:
            if not try_to_lock(descriptor):
                return False
            path.unlink(missing_ok=True)
            return True
        finally:
            os.close(descriptor)


def _read(path: Path) -> LockRecord:
    """The record; one that was cut short by a power failure counts as none."""
    try:
        return RECORD.validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return LockRecord()


def _write(path: Path, record: LockRecord) -> None:
    unready = path.with_suffix(".new")
    descriptor = os.open(unready, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(RECORD.dump_json(record))
    unready.replace(path)
