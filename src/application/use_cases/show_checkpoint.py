"""Show one checkpoint."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ...domain.errors import StorageError
from ...domain.ports.checkpoint_store import CheckpointStore
from ...domain.workspace.checkpoints import Checkpoint


@dataclass(frozen=True, slots=True)
class ShowCheckpointRequest:
    """An id, or the unique beginning of one."""

    checkpoint_id: str


@dataclass(frozen=True, slots=True)
class CheckedCheckpoint:
    """A checkpoint, and the paths whose bytes are not those any more that were kept."""

    checkpoint: Checkpoint
    damaged: tuple[str, ...] = ()


class ShowCheckpoint:
    """Shows a checkpoint after checking every byte of it."""

    def __init__(self, store: CheckpointStore) -> None:
        self._store = store

    async def execute(self, request: ShowCheckpointRequest) -> CheckedCheckpoint:
        """The checkpoint; raises UnknownName, and StorageError when its list of files is damaged."""
        return await asyncio.to_thread(self._check, request.checkpoint_id)

    def _check(self, checkpoint_id: str) -> CheckedCheckpoint:
        checkpoint = self._store.load(checkpoint_id)
        damaged = []
        for file in checkpoint.files:
            try:
                if file.digest is not None:
                    self._store.content(checkpoint.id, file.digest)
            except StorageError:
                damaged.append(file.path)
        return CheckedCheckpoint(checkpoint, tuple(damaged))
