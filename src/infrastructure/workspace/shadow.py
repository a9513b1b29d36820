"""Copies of folders on this machine, with edits on top."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from threading import Event

from ...domain.ports.workspace_shadow import WorkspaceShadow
from ...domain.workspace.edits import ChangeSet
from ...domain.workspace.paths import editable
from ..common.confined import FolderHandle, NotAFileError
from ..common.trouble import disk_errors
from . import git
from .listing import walk, without_excluded
from .roots import real_folder
from .writing import WritingHandle

CLONE = 0x40049409
"""FICLONE: on file systems that can, a copy shares its blocks until either side is written."""


class CopiedShadow(WorkspaceShadow):
    """Plain copies, or clones where the file system makes them: never a hard link, which writes through.

    Copies what a scan lists, files that are no text too; no repository, no link, no device.
    """

    def __init__(self, exclude: Sequence[str] = ()) -> None:
        """`exclude` as for the workspace."""
        self._exclude = tuple(exclude)

    def shadow(self, root: str, changes: ChangeSet) -> AbstractAsyncContextManager[str]:
        """A folder of the same name, in a temporary one."""
        return self._shadow(root, changes)

    @asynccontextmanager
    async def _shadow(self, root: str, changes: ChangeSet) -> AsyncIterator[str]:
        place = real_folder(root)
        for path in changes.paths:
            editable(path)
        known = await git.list_files(place)
        stop = Event()
        scratch = await asyncio.to_thread(_new_folder)
        target = Path(scratch) / (Path(place).name or "root")

        def copy() -> None:
            listing = without_excluded(known or walk(place, stop), self._exclude)
            with disk_errors(str(target)):
                target.mkdir(mode=0o700)
                _copy_all(place, str(target), listing.paths, stop)
                _put_on_top(str(target), changes)

        task = asyncio.create_task(asyncio.to_thread(copy))
        try:
            await asyncio.shield(task)
            yield str(target)
        finally:
            stop.set()
            await asyncio.wait({task})
            await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)


def _new_folder() -> str:
    """Its real path: some systems have their temporary folder behind a link."""
    return os.path.realpath(tempfile.mkdtemp(prefix="muster-"))


def _copy_all(place: str, target: str, paths: Sequence[str], stop: Event) -> None:
    """All regular files; what goes while it is copied is not there."""
    with FolderHandle(place) as folder:
        for path in paths:
            if stop.is_set():
                return
            try:
                descriptor = folder.open(path)
            except (OSError, NotAFileError):
                continue
            try:
                _copy(descriptor, Path(target) / path)
            finally:
                os.close(descriptor)


def _copy(source: int, target: Path) -> None:
    import fcntl

    target.parent.mkdir(parents=True, exist_ok=True)
    mode = os.fstat(source).st_mode & 0o777 | 0o600
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as copy:
        try:
            fcntl.ioctl(copy.fileno(), CLONE, source)
        except OSError:
            with os.fdopen(os.dup(source), "rb") as original:
                shutil.copyfileobj(original, copy, 1 << 20)


def _put_on_top(target: str, changes: ChangeSet) -> None:
    with WritingHandle(target) as folder:
        for edit in changes.edits:
            found = folder.look(edit.path)
            if found is not None:
                folder.remove(edit.path)
            if edit.content is None:
                continue
            for missing in folder.missing_folders(edit.path):
                folder.make_folder(missing)
            folder.write(edit.path, edit.content.encode(), found.mode if found else None, None)
