"""What is kept of the log in a second place: how far it has come, and signed checkpoints."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ..common.private_file import make_private_folder, read_private, sync_folder, write_private
from .audit_lines import GENESIS, Signer

HEAD, CHECKPOINTS = "audit-head.json", "audit-checkpoints.jsonl"
SECTOR = 512
"""Bytes that a disk writes whole or not at all."""


@dataclass(frozen=True, slots=True)
class Head:
    """How far the log has come: events, signature of the last, and the end of it in bytes of its newest file.

    `checkpoints` counts those that were written.
    """

    count: int = 0
    mac: str = GENESIS
    file: int = 1
    size: int = 0
    checkpoints: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log had so many events, and the last one this signature."""

    count: int
    mac: str


class AuditSeals:
    """Head and checkpoints in the folder `place`, signed with the key of the log."""

    def __init__(self, place: Path, secret: bytes) -> None:
        self.head_file = place / HEAD
        self.checkpoint_file = place / CHECKPOINTS
        self._heads = Signer(secret, "audit-head")
        self._checkpoints = Signer(secret, "audit-checkpoint")

    def head(self) -> Head | None:
        """As it was kept last, None when it is gone or not as it was written; raises StorageError."""
        content = read_private(self.head_file)
        found = None if content is None else self._heads.body(content)
        return None if found is None else Head(**json.loads(found[0]))

    def keep_head(self, head: Head) -> None:
        """Instead of the last one. Raises OSError, StorageError.

        One of the same length is written over it in place: a power cut leaves one of the two, since both fit into a
        sector. One that is behind is brought forward by the lines after it, which are on the disk before.
        """
        content = self._heads.signed(asdict(head))[0]
        if not _written_over(self.head_file, content):
            write_private(self.head_file, content)

    def checkpoints(self) -> Iterator[Checkpoint | None]:
        """One for each line, None for a line that is not as it was written."""
        for line in (read_private(self.checkpoint_file) or b"").splitlines(keepends=True):
            found = self._checkpoints.body(line.removesuffix(b"\n")) if line.endswith(b"\n") else None
            if found is None:
                yield None
            else:
                data = json.loads(found[0])
                yield Checkpoint(data["count"], data["head"])

    def keep_checkpoint(self, count: int, mac: str, at: datetime) -> None:
        """One more, on the disk when this returns; the last one is not written twice. Raises OSError."""
        make_private_folder(self.checkpoint_file.parent)
        data: dict[str, object] = {"count": count, "head": mac, "at": at.isoformat()}
        line = self._checkpoints.signed(data)[0] + b"\n"
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self.checkpoint_file, flags, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            start = max(0, size - 2 * len(line))
            # What a power cut tore is written over: nobody relies on half a checkpoint.
            whole = os.pread(descriptor, size - start, start)
            whole = whole[: whole.rfind(b"\n") + 1]
            if self._is_last(whole, Checkpoint(count, mac)):
                return
            os.ftruncate(descriptor, start + len(whole))
            if os.pwrite(descriptor, line, start + len(whole)) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(descriptor)
            if not size:
                sync_folder(self.checkpoint_file.parent)
        finally:
            os.close(descriptor)

    def _is_last(self, whole: bytes, checkpoint: Checkpoint) -> bool:
        found = self._checkpoints.body(whole.splitlines()[-1]) if whole else None
        data = {} if found is None else json.loads(found[0])
        return (data.get("count"), data.get("head")) == (checkpoint.count, checkpoint.mac)


def _written_over(path: Path, content: bytes) -> bool:
    """Whether there was a file of just that size to write over."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        if os.fstat(descriptor).st_size != len(content) or len(content) > SECTOR:
            return False
        return os.pwrite(descriptor, content, 0) == len(content)
    finally:
        os.close(descriptor)
