"""Folders on this machine."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from threading import Event
from typing import TypeVar

from ...domain.errors import WorkspaceError
from ...domain.ports.clock import Clock
from ...domain.ports.workspace import Workspace
from ...domain.security.paths import inside
from ...domain.workspace.document import DocumentSnapshot
from ...domain.workspace.files import NotCovered, SourceFile, WorkspaceSnapshot
from ..common.confined import FolderHandle, NotAFileError
from . import git
from .listing import walk, without_excluded
from .roots import real_folder
from .scan import facts_of, read_all
from .text import NotTextError, numbered_lines, read_text

T = TypeVar("T")


class FilesystemWorkspace(Workspace):
    """Lists with git where git knows the folder, else by walking; reads files once, off the event loop.

    No symbolic link is followed, except in the name of the folder itself. Cancelling a scan ends it after
    the file at hand.
    """

    def __init__(self, clock: Clock, exclude: Sequence[str] = ()) -> None:
        """`exclude` are folders ("examples/") and shell patterns that nobody looks at."""
        self._clock = clock
        self._exclude = tuple(exclude)

    async def scan(self, root: str, since: str | None = None) -> WorkspaceSnapshot:
        """All UTF-8 text files up to 2 MB below `root`, whose real path the snapshot carries."""
        place = real_folder(root)
        since_then = None if since is None else await git.changed_since(place, since)
        known = await git.list_files(place)

        def read(stop: Event) -> tuple[tuple[SourceFile, ...], tuple[NotCovered, ...]]:
            listing = without_excluded(known or walk(place, stop), self._exclude)
            return read_all(place, listing, stop)

        files, not_covered = await _in_thread(read)
        changed = None if since_then is None else since_then.intersection(file.path for file in files)
        facts = facts_of(files, known is not None, changed)
        return WorkspaceSnapshot(place, files, not_covered, facts, changed)

    async def read(self, root: str, path: str) -> DocumentSnapshot:
        """One file; its id is its path."""
        name = inside(path)
        text = await asyncio.to_thread(_text, real_folder(root), name)
        return DocumentSnapshot(name, name, text, self._clock.now())

    async def lines(self, root: str, path: str, numbers: frozenset[int]) -> dict[int, str]:
        """Those of the lines that exist; refuses only a path that is written to lead out of the folder."""
        name = inside(path)
        try:
            text = await asyncio.to_thread(_text, real_folder(root), name)
        except WorkspaceError:
            return {}
        return numbered_lines(text, numbers)


def _text(place: str, path: str) -> str:
    try:
        with FolderHandle(place) as folder:
            descriptor = folder.open(path)
            try:
                return read_text(descriptor)[1]
            finally:
                os.close(descriptor)
    except (FileNotFoundError, NotADirectoryError):
        raise WorkspaceError(
            f"file {path!r} does not exist in {place!r}", hint="check its spelling"
        ) from None
    except (NotAFileError, NotTextError) as reason:
        hint = "only UTF-8 text files of the folder itself are read"
        raise WorkspaceError(f"file {path!r} is not read: {reason}", hint=hint) from None
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise WorkspaceError(f"file {path!r} cannot be read: {why}", hint="check its permissions") from error


async def _in_thread(work: Callable[[Event], T]) -> T:
    """Do `work` in a thread, and tell it to stop when nobody waits for it any more."""
    stop = Event()
    try:
        return await asyncio.to_thread(work, stop)
    except asyncio.CancelledError:
        stop.set()
        raise
