"""The audit log in files of JSON lines, chained and signed."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ...domain.errors import KeyUnavailable
from ...domain.ports.audit_log import AuditLog
from ...domain.ports.clock import Clock
from ...domain.security.audit_event import AuditEvent, AuditEventType, AuditRecord, AuditVerdict
from ...domain.security.key import KEY_BYTES, Key, secret_of
from ..common.exclusion import alone
from ..common.private_file import read_private, write_private
from ..common.trouble import disk_errors
from .audit_check import AuditCheck, Sealed
from .audit_files import log_files
from .audit_lines import LineSigner
from .audit_queue import Together
from .audit_seals import CHECKPOINTS, HEAD, AuditSeals
from .audit_writer import AuditLimits, AuditWriter

KEY, LOCK = "audit.key", "audit.lock"
PATIENCE, PAUSE = 30.0, 0.001
"""Seconds that other processes may take to write, and between two looks whether they have."""


class JsonLinesAuditLog(AuditLog):
    """Files in `folder`; the key, the head and the checkpoints in `second`, which is another folder.

    Each line is signed together with the signature of the line before. The head says after each event how far the
    log has come, so that a tail that was cut is seen at once; whoever can write both folders and has no key can only
    put an earlier state of both back. An event is on the disk when `record` returns. What waits at the same moment
    shares one lock, one write and one wait for the disk. Several processes write in turn.
    """

    def __init__(self, folder: Path, second: Path, clock: Clock, limits: AuditLimits | None = None) -> None:
        self._folder = folder
        self._second = second
        self._clock = clock
        self._limits = limits or AuditLimits()
        self._guard = threading.Lock()
        self._secret: bytes | None = None
        self._together = Together[AuditEvent, AuditRecord]("muster-audit", self._record)

    def hand_in(self, event: AuditEvent) -> Awaitable[AuditRecord]:
        """To a thread of its own, which waits for the disk, and for other processes."""
        return self._together.put(event)

    async def get_events(
        self, event_type: AuditEventType | None = None, *, limit: int | None = None
    ) -> tuple[AuditRecord, ...]:
        """Over all files."""
        return await asyncio.to_thread(self._events, event_type, limit)

    async def verify(self) -> AuditVerdict:
        """Of the log as it is now; others may write on meanwhile."""
        return await asyncio.to_thread(self._verify)

    def _record(self, events: Sequence[AuditEvent]) -> Sequence[AuditRecord | Exception]:
        with self._alone():
            secret = self._key() or self._new_key()
            seals = AuditSeals(self._second, secret)
            writer = AuditWriter(self._folder, LineSigner(secret), seals, self._clock, self._limits)
            return writer.write(events)

    def _events(self, event_type: AuditEventType | None, limit: int | None) -> tuple[AuditRecord, ...]:
        found: deque[AuditRecord] = deque(maxlen=limit)
        with disk_errors(str(self._folder)):
            secret = self._key()
            if secret is None:
                return ()
            lines = LineSigner(secret)
            for text in (text for file in log_files(self._folder) for text in file.lines()):
                line = lines.read(text)
                record = None if line is None else line.record()
                if record is not None and event_type in {None, record.event.type}:
                    found.append(record)
        return tuple(found)

    def _verify(self) -> AuditVerdict:
        with self._alone():
            secret = self._key()
            if secret is None:
                return AuditVerdict(events=0, files=0)
            files, sealed = log_files(self._folder), Sealed.of(AuditSeals(self._second, secret))
        places = (str(self._second / HEAD), str(self._second / CHECKPOINTS))
        with disk_errors(str(self._folder)):
            return AuditCheck(LineSigner(secret), sealed, places).run(files)

    def _key(self) -> bytes | None:
        """The key of the log, None while nothing was ever written; raises KeyUnavailable when it is gone."""
        if self._secret is None:
            path = self._second / KEY
            content = read_private(path)
            if content is not None:
                self._secret = secret_of(content.decode("ascii", "replace"), str(path))
            elif log_files(self._folder) or (self._second / HEAD).exists():
                raise KeyUnavailable(
                    f"the key of the audit log is gone from {str(path)!r}",
                    details={"path": str(path)},
                    hint="bring it back from a backup; to begin anew, move the log to a place of its own first",
                )
        return self._secret

    def _new_key(self) -> bytes:
        secret = os.urandom(KEY_BYTES)
        write_private(self._second / KEY, f"{Key(secret).to_text()}\n".encode())
        return secret

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The threads of this process queue up, so that only one of them asks for the lock over processes."""
        place = str(self._folder)
        with self._guard, disk_errors(place), alone(self._second / LOCK, place, PATIENCE, PAUSE):
            yield
