"""What is kept of the log in a second place: how far it has come, and signed checkpoints."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ..common.private_file import make_private_folder, read_private, write_private
from .audit_lines import GENESIS, Signer

HEAD, CHECKPOINTS = "audit-head.json", "audit-checkpoints.jsonl"


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
        """Instead of the last one, whole or not at all."""
        write_private(self.head_file, self._heads.signed(asdict(head))[0], durable=False)

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
        known = list(self.checkpoints())
        if known and known[-1] == Checkpoint(count, mac):
            return
        content = read_private(self.checkpoint_file) or b""
        data: dict[str, object] = {"count": count, "head": mac, "at": at.isoformat()}
        line = self._checkpoints.signed(data)[0] + b"\n"
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self.checkpoint_file, flags, 0o600)
        try:
            # What a power cut tore is written over: nobody relies on half a checkpoint.
            end = content.rfind(b"\n") + 1
            os.ftruncate(descriptor, end)
            os.pwrite(descriptor, line, end)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
