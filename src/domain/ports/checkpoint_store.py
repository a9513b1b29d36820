"""Port: where checkpoints are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..workspace.checkpoints import Checkpoint, CheckpointState


class CheckpointStore(Protocol):
    """Keeps checkpoints over restarts; the calls wait for the disk, and are made beside the event loop.

    What goes wrong is a StorageError, and what was there before is whole.
    """

    def save(self, checkpoint: Checkpoint, contents: Mapping[str, bytes]) -> None:
        """Keep `checkpoint` with the bytes of its files by digest; on the disk when this returns, or not at all."""
        ...

    def mark(self, checkpoint_id: str, state: CheckpointState) -> None:
        """Note how far its change has come; on the disk when this returns."""
        ...

    def load(self, checkpoint_id: str) -> Checkpoint:
        """The checkpoint whose id is or begins so; raises UnknownName, StorageError when it is damaged."""
        ...

    def content(self, checkpoint_id: str, digest: str) -> bytes:
        """The bytes of one file; raises StorageError when they are gone or are not those that were kept."""
        ...

    def list(self, root: str = "") -> tuple[Checkpoint, ...]:
        """Those of `root`, or all, the newest first; one that is damaged is told as such, without its files."""
        ...

    def unfinished(self, root: str) -> tuple[Checkpoint, ...]:
        """Those of `root` whose change came to no end, the newest first."""
        ...

    def prune(self, root: str, keep: int, automatic_only: bool = False) -> tuple[str, ...]:
        """Let go of all but the newest `keep` of `root`; the ids that went. Unfinished ones always stay."""
        ...
