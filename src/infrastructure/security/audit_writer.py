"""Where the next event goes, and what the last process left unfinished."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from ...domain.ports.clock import Clock
from ...domain.security.audit_event import AuditEvent, AuditEventType, AuditRecord
from ..common.private_file import make_private_folder
from .audit_files import LogFile, append, end_line, log_files, name_of
from .audit_lines import LineSigner
from .audit_seals import AuditSeals, Head


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLimits:
    """A file is full at so many bytes; every so many events a checkpoint is signed."""

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

    def write(self, event: AuditEvent) -> AuditRecord:
        """After everything that was kept before. That the head was gone is an event of its own, and stays told."""
        make_private_folder(self._folder)
        head = self._seals.head()
        if head is not None:
            head = self._settled(head)
        else:
            head = self._settled(self._recovered())
            if head.count:
                head, _ = self._append(head, _lost_head())
        return self._append(head, event)[1]

    def _append(self, head: Head, event: AuditEvent) -> tuple[Head, AuditRecord]:
        """The line first, then what is said of it: a process that ends between leaves a line too many, never few."""
        full = head.size >= self._limits.file_bytes
        number = head.file + 1 if full else head.file
        record = AuditRecord(number=head.count + 1, at=self._clock.now(), event=event)
        line, mac = self._lines.write(record, head.mac)
        if full:
            _sync(self._folder / name_of(head.file))
        size = append(self._folder / name_of(number), line, sync=self._is_due(record.number))
        head = replace(head, count=record.number, mac=mac, file=number, size=size)
        return self._kept(head), record

    def _kept(self, head: Head) -> Head:
        if self._is_due(head.count):
            self._seals.keep_checkpoint(head.count, head.mac, self._clock.now())
            head = replace(head, checkpoints=head.checkpoints + 1)
        self._seals.keep_head(head)
        return head

    def _is_due(self, count: int) -> bool:
        return count % self._limits.checkpoint_every == 0

    def _settled(self, head: Head) -> Head:
        """The head moved over what was written after it, by a process that ended before it could say so."""
        before = head
        for file in log_files(self._folder):
            if file.number >= before.file:
                head = self._over(head, file, before.size if file.number == before.file else 0)
        return head if head.count == before.count else self._kept(head)

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


def _sync(path: Path) -> None:
    """A file that is full is on the disk before the next is begun."""
    if path.exists():
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
