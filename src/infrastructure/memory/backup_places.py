"""Where a copy of a memory may be put."""

from __future__ import annotations

import os
from pathlib import Path

from ...domain.errors import StorageError

TAKEN, NOWHERE = "backup-taken", "backup-none"


def backup_place(path: str, store: Path) -> Path:
    """The absolute path that is meant, its folder's links followed; raises StorageError for the memory itself."""
    named = Path(path).absolute()
    place = named.parent.resolve() / named.name
    home = store.resolve()
    beside = {home, *(home.with_name(home.name + end) for end in ("-wal", "-shm", "-journal"))}
    if place in beside or home in place.parents:
        raise StorageError(
            f"{path!r} is where the memory itself lies",
            code=NOWHERE,
            details={"path": str(place)},
            hint="name another place for the backup",
        )
    return place


def check_place(place: Path, *, replace: bool) -> None:
    """Raises StorageError when something is there that is not to be replaced, or cannot be."""
    if os.path.lexists(place) and not replace:
        raise StorageError(
            f"{str(place)!r} is there already",
            code=TAKEN,
            details={"path": str(place)},
            hint="name another place, or replace it: --force",
        )
