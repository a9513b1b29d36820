"""Where a copy of a memory may be put."""

from __future__ import annotations

import os
from pathlib import Path

from ...domain.errors import StorageError
from ..common.confined import real_place

TAKEN, NOWHERE = "backup-taken", "backup-none"


def backup_place(path: str, store: Path) -> Path:
    """The absolute path that is meant, links followed; raises StorageError for the memory itself, and UnsafePath."""
    place, home = Path(real_place(path)), Path(real_place(str(store)))
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
    """Raises StorageError when something is there that is not to be replaced, or is neither file nor folder."""
    if os.path.lexists(place) and not (replace and (place.is_file() or place.is_dir())):
        raise StorageError(
            f"{str(place)!r} is there already",
            code=TAKEN,
            details={"path": str(place)},
            hint="name another place, or replace it: --force",
        )
