"""Let go of old checkpoints."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ...domain.errors import UserError
from ...domain.ports.checkpoint_store import CheckpointStore


@dataclass(frozen=True, slots=True)
class PruneCheckpointsRequest:
    """Of which folder, how many stay, and whether those that were taken by hand stay anyway."""

    root: str = "."
    keep: int = 50
    automatic_only: bool = False


class PruneCheckpoints:
    """Keeps the newest; one whose change came to no end stays until it is settled."""

    def __init__(self, store: CheckpointStore) -> None:
        self._store = store

    async def execute(self, request: PruneCheckpointsRequest) -> tuple[str, ...]:
        """The ids that went; raises UserError for less than none."""
        if request.keep < 0:
            raise UserError(f"{request.keep} checkpoints cannot stay", code="keep", hint="keep 0 or more")
        return await asyncio.to_thread(self._store.prune, request.root, request.keep, request.automatic_only)
