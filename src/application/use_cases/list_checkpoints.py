"""List checkpoints."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ...domain.errors import UserError
from ...domain.ports.checkpoint_store import CheckpointStore
from ...domain.workspace.checkpoints import Checkpoint


@dataclass(frozen=True, slots=True)
class ListCheckpointsRequest:
    """Of which folder ("" for all), and how many."""

    root: str = "."
    limit: int = 20


class ListCheckpoints:
    """Lists checkpoints, the newest first; a damaged one is told as such."""

    def __init__(self, store: CheckpointStore) -> None:
        self._store = store

    async def execute(self, request: ListCheckpointsRequest) -> tuple[Checkpoint, ...]:
        """The checkpoints; raises UserError for a limit below one."""
        if request.limit < 1:
            hint = "ask for 1 or more"
            raise UserError(f"a list of {request.limit} checkpoints is no list", code="limit", hint=hint)
        return (await asyncio.to_thread(self._store.list, request.root))[: request.limit]
