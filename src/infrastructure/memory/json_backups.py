"""Copies of a folder of JSON files, kept in mind, so that what is forgotten leaves them too."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ...domain.errors import StorageError
from ...domain.memory.backup import Backup, KnownBackup
from ..common.private_file import (
    make_private_folder,
    sync_folder,
    unready_of,
    write_private,
)
from ..common.trouble import disk_errors
from .backup_places import TAKEN, check_place
from .json_files import read, remove_file

LIST, MARK = ".backups", ".muster-backup"
"""The paths of all copies, beside the entries; and what tells a copy from other folders."""
log = logging.getLogger(__name__)


def make_backup(folder: Path, files: Iterable[Path], target: Path, *, replace: bool) -> Backup:
    """Copy `files` into a new folder, and only then put it in its place; nobody writes meanwhile.

    What is damaged is copied as it is, and told. Raises StorageError about `target`.
    """
    unready, entries, damaged = unready_of(target), 0, []
    with disk_errors(str(target)):
        _check(target, replace=replace)
        shutil.rmtree(unready, ignore_errors=True)
        make_private_folder(unready)
        try:
            write_private(unready / MARK, b"")
            for file in files:
                content = file.read_bytes()
                write_private(unready / file.name, content)
                entries += 1
                if read((unready / file.name).read_bytes()) is None:
                    damaged.append(file.name)
            _put(unready, target)
        finally:
            shutil.rmtree(unready, ignore_errors=True)
        sync_folder(target.parent)
    _keep(folder, {*_paths(folder), str(target)})
    return Backup(path=str(target), entries=entries, damaged=tuple(damaged))


def known_backups(folder: Path) -> tuple[KnownBackup, ...]:
    """All that were made from this folder, and whether they can be changed now."""
    return tuple(KnownBackup(path=path, reachable=_is_backup(Path(path))) for path in _paths(folder))


def forget_in_backups(folder: Path, names: Iterable[str]) -> None:
    """Remove files of these names from each copy. One that cannot be reached is logged; one that is gone is dropped."""
    for path in _paths(folder):
        try:
            with disk_errors(path):
                (Path(path) / MARK).stat()
                for name in names:
                    remove_file(Path(path, name))
        except StorageError as error:
            log.warning("what is deleted may still be in a backup: %s", error)
        if not Path(path).exists() and Path(path).parent.is_dir():
            _keep(folder, set(_paths(folder)) - {path})


def _put(unready: Path, target: Path) -> None:
    """In place of an older copy, whose files are overwritten."""
    old = target.with_name(f".{target.name}.old")
    if target.exists():
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
    unready.rename(target)
    if old.exists():
        for file in old.iterdir():
            remove_file(file)
        old.rmdir()


def _check(target: Path, *, replace: bool) -> None:
    check_place(target, replace=replace)
    if target.exists() and not _is_backup(target):
        hint = "name another place for the backup"
        raise StorageError(f"{str(target)!r} is there and is no backup of Muster's", code=TAKEN, hint=hint)


def _is_backup(path: Path) -> bool:
    with suppress(OSError):
        return (path / MARK).is_file()
    return False


def _paths(folder: Path) -> list[str]:
    try:
        paths = json.loads((folder / LIST).read_bytes())
    except FileNotFoundError:
        return []
    except ValueError:
        paths = None
    if not isinstance(paths, list):
        log.warning("the list of backups at %r is damaged: nothing is deleted in them", str(folder / LIST))
        return []
    return sorted(str(path) for path in paths)


def _keep(folder: Path, paths: set[str]) -> None:
    write_private(folder / LIST, json.dumps(sorted(paths)).encode())
