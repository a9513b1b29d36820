"""Where the next event goes, and what the last process left unfinished."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ...domain.ports.clock import Clock
from ...domain.security.audit_event import AuditEvent, AuditEventType, AuditRecord
from ..common.private_file import make_private_folder
from ..common.trouble import storage_error
from .audit_files import LogFile, append, end_line, log_files, name_of
from .audit_lines import LineSigner
from .audit_seals import AuditSeals, Head


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLimits:
    """A file is full at so many bytes; every so many events, or a few more, a checkpoint is signed."""

    file_bytes: int = 16 << 20
    checkpoint_every: int = 100


class AuditWriter:
    """Writes events while nobody else does; raises OSError, StorageError."""

    def __init__(
        self, folder: Path, lines: LineSigner, seals: AuditSeals, clock: Clock, limits: AuditLimits
    ) -> None:
        self._folder = folder
        self._lines = lines
        self._seals = seals
        self._clock = clock
        self._limits = limits

    def write(self, events: Sequence[AuditEvent]) -> list[AuditRecord | Exception]:
        """Append them after everything that was kept before, and say for each what came of it.

        Its record once it is on the disk, or why it was not kept. That the head was gone is an event of its own.
        """
        make_private_folder(self._folder)
        head = self._seals.head()
        if head is not None:
            return self._append(self._settled(head), events)
        head = self._settled(self._recovered())
        if head.count:
            return self._append(head, [_lost_head(), *events])[1:]
        # Said before the first event is written: who ends between the two has not lost a head.
        self._seals.keep_head(head)
        return self._append(head, events)

    def _append(self, head: Head, events: Sequence[AuditEvent]) -> list[AuditRecord | Exception]:
        """The lines first, then what is said of them: a process that ends between leaves lines too many, never few."""
        batch = _Batch(head, self._folder, self._limits.file_bytes, self._clock.now())
        try:
            for event in events:
                batch.add(event, self._lines)
            batch.flush()
        except OSError as error:
            batch.fail(error, len(events))
        if batch.written.count > head.count:
            self._kept(head, batch.written)
        return batch.came

    def _kept(self, before: Head, head: Head) -> Head:
        """Somewhere between the two a checkpoint may be due."""
        every = self._limits.checkpoint_every
        if head.count // every > before.count // every:
            self._seals.keep_checkpoint(head.count, head.mac, self._clock.now())
            head = replace(head, checkpoints=head.checkpoints + 1)
        self._seals.keep_head(head)
        return head

    def _settled(self, head: Head) -> Head:
        """The head moved over what was written after it, by a process that ended before it could say so."""
        before = head
        for file in log_files(self._folder):
            if file.number >= before.file:
                head = self._over(head, file, before.size if file.number == before.file else 0)
        return head if head.count == before.count else self._kept(before, head)

    def _over(self, head: Head, file: LogFile, start: int) -> Head:
        """Past one file. A torn end, of which nobody was told that it is kept, is taken away."""
        position = start
        for text in file.lines(start):
            line = self._lines.read(text)
            if line is not None and line.number == head.count + 1 and line.previous == head.mac:
                head = replace(head, count=line.number, mac=line.mac)
            elif not text.endswith(b"\n"):
                os.truncate(file.path, position)
                break
            position += len(text)
        return replace(head, file=file.number, size=end_line(file.path))

    def _recovered(self) -> Head:
        """How far the log has come, as far as its own lines and the checkpoints tell."""
        files = log_files(self._folder)
        head = Head(file=files[-1].number, size=files[-1].size) if files else Head()
        for file in files:
            for text in file.lines():
                line = self._lines.read(text)
                if line is not None and line.number > head.count:
                    head = replace(head, count=line.number, mac=line.mac)
        for checkpoint in self._seals.checkpoints():
            if checkpoint is not None:
                head = replace(head, checkpoints=head.checkpoints + 1)
                if checkpoint.count > head.count:
                    head = replace(head, count=checkpoint.count, mac=checkpoint.mac)
        return head


def _lost_head() -> AuditEvent:
    return AuditEvent(
        type=AuditEventType.SECURITY_VIOLATION,
        actor="muster",
        subject="audit log",
        details={
            "what": "the head of the log was gone or changed; the newest events before this may be missing"
        },
    )


class _Batch:
    """Lines that wait for one write and one wait for the disk; `written` is how far the disk has come."""

    def __init__(self, head: Head, folder: Path, file_bytes: int, now: datetime) -> None:
        self.written = head
        self.came: list[AuditRecord | Exception] = []
        self._count, self._mac, self._file, self._size = head.count, head.mac, head.file, head.size
        self._first = head.count + 1
        self._folder = folder
        self._file_bytes = file_bytes
        self._now = now
        self._lines: list[bytes] = []

    def add(self, event: AuditEvent, lines: LineSigner) -> None:
        """One more; what cannot be written as a line takes no number. Raises OSError."""
        if self._size >= self._file_bytes:
            self.flush()
            self._file, self._size = self._file + 1, 0
        record = AuditRecord(number=self._count + 1, at=self._now, event=event)
        try:
            line, mac = lines.write(record, self._mac, self._first)
        except (TypeError, ValueError, RecursionError) as error:
            self.came.append(error)
            return
        self._lines.append(line)
        self.came.append(record)
        self._count, self._mac, self._size = record.number, mac, self._size + len(line)

    def flush(self) -> None:
        """Have what waits on the disk. Raises OSError: then nothing of it is in the file."""
        if self._lines:
            self._size = append(self._folder / name_of(self._file), b"".join(self._lines))
            self._lines.clear()
            checkpoints = self.written.checkpoints
            self.written = Head(self._count, self._mac, self._file, self._size, checkpoints)

    def fail(self, error: OSError, events: int) -> None:
        """Nobody of so many is told that what is not on the disk is kept."""
        for number, came in enumerate(self.came):
            if isinstance(came, AuditRecord) and came.number > self.written.count:
                self.came[number] = self._refused(error)
        self.came += [self._refused(error) for _ in range(events - len(self.came))]

    def _refused(self, error: OSError) -> Exception:
        refused = storage_error(str(self._folder), error)
        refused.__cause__ = error
        return refused
