"""Listeners at the disk: what SQLite and Python ask of it, in order, as events of `disk`."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest

from .disk import FOLDER, Event, FolderSynced, Names, Resize, Synced, Told, Write

VFS = "power-cut"


class Trace:
    """Everything that is asked of the disk below `root`, and what callers ask for and are told."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.events: list[Event] = []
        self._ids: dict[str, int] = {}
        self._made = 0

    def asked(self, thing: str, value: object) -> None:
        """Somebody wants `thing` to have this value."""
        self.events.append(Told("asked", thing, value))

    def told(self, thing: str, value: object) -> None:
        """Somebody was told that `thing` has this value."""
        self.events.append(Told("told", thing, value))

    def within(self, path: str) -> str | None:
        """As a name below the root; None when it is elsewhere."""
        try:
            return str(Path(path).relative_to(self.root))
        except ValueError:
            return None

    def folders(self, name: str) -> None:
        """See to it that the folders above `name` are known."""
        for above in reversed(Path(name).parents):
            if above != Path() and str(above) not in self._ids:
                self._ids[str(above)] = FOLDER
                self.events.append(Names(((str(above), FOLDER),)))

    def opened(self, name: str) -> int:
        """The file of that name, which is new when it was not known."""
        self.folders(name)
        if name not in self._ids:
            self._made += 1
            self._ids[name] = self._made
            self.events.append(Names(((name, self._made),)))
        return self._ids[name]

    def removed(self, name: str) -> None:
        """The name is gone."""
        if self._ids.pop(name, None) is not None:
            self.events.append(Names(((name, None),)))


class _File(apsw.VFSFile):
    """A file of the system's own, of which every change is told."""

    def __init__(self, trace: Trace, name: str, path: str | apsw.URIFilename, flags: list[int]) -> None:
        super().__init__("unix", path, flags)
        self._trace, self._name = trace, name
        self._file = trace.opened(name)
        # As the system's own does: with the first sync of a journal or a log, its name lasts too.
        self._nameless = not flags[0] & apsw.SQLITE_OPEN_MAIN_DB

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802 - apsw asks for it by this name
        """Write."""
        super().xWrite(data, offset)
        self._trace.events.append(Write(self._file, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - apsw asks for it by this name
        """Cut."""
        super().xTruncate(newsize)
        self._trace.events.append(Resize(self._file, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802 - apsw asks for it by this name
        """Wait for the disk."""
        super().xSync(flags)
        self._trace.events.append(Synced(self._file))
        if self._nameless:
            self._nameless = False
            self._trace.events.append(FolderSynced(str(Path(self._name).parent)))


class _Listening(apsw.VFS):
    """The system's own way to files, told of below the root; shared memory and locks are the system's."""

    def __init__(self, trace: Trace) -> None:
        super().__init__(VFS, "unix")
        self._trace = trace

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - apsw asks for it by this name
        """Open."""
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        inside = None if path is None else self._trace.within(path)
        if path is None or name is None or inside is None:
            return apsw.VFSFile("unix", name, flags)
        return _File(self._trace, inside, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - apsw asks for it by this name
        """Delete."""
        super().xDelete(filename, syncdir)
        name = self._trace.within(filename)
        if name is not None:
            self._trace.removed(name)
            if syncdir:
                self._trace.events.append(FolderSynced(str(Path(name).parent)))


@contextmanager
def sqlite_recorded(root: Path) -> Iterator[Trace]:
    """All that SQLite does below `root`, and which folders are synced."""
    trace = Trace(root)
    vfs = _Listening(trace)
    with pytest.MonkeyPatch.context() as patch:
        _listen_to_folders(trace, patch)
        apsw.set_default_vfs(VFS)
        try:
            yield trace
        finally:
            apsw.set_default_vfs("unix")
            vfs.unregister()


def _listen_to_folders(trace: Trace, patch: pytest.MonkeyPatch) -> None:
    fsync, mkdir = os.fsync, os.mkdir

    def made(path: str | Path, *given: Any, **more: Any) -> None:
        mkdir(path, *given, **more)
        name = trace.within(str(path))
        if name is not None:
            trace.folders(str(Path(name) / "x"))

    def synced(descriptor: int) -> None:
        fsync(descriptor)
        name = trace.within(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        if name is not None:
            trace.events.append(FolderSynced(name))

    patch.setattr(os, "mkdir", made)
    patch.setattr(os, "fsync", synced)


class FolderTrace(Trace):
    """Looks at a whole folder before and after each call that matters, and tells what has changed in it.

    What is written between two calls was not asked to last, whoever wrote it, so that no writing goes unseen.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._lock = threading.RLock()
        self._contents: dict[int, bytes] = {}
        self._named: dict[str, int] = {}
        self._numbers: dict[int, int] = {}

    def look(self) -> None:
        """Tell of what has changed."""
        with self._lock:
            found = self._find()
            gone = dict.fromkeys(self._named.keys() - found.keys())
            new = {name: file for name, file in found.items() if self._named.get(name) != file}
            self._named = found
            if gone or new:
                self.events.append(Names((*sorted(new.items()), *sorted(gone.items()))))

    def _find(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for path in sorted(self.root.rglob("*")):
            try:
                name, about = str(path.relative_to(self.root)), path.stat()
                content = None if path.is_dir() else path.read_bytes()
            except FileNotFoundError:
                continue
            found[name] = FOLDER if content is None else self._seen(about.st_ino, content)
        alive = set(found.values())
        self._numbers = {inode: file for inode, file in self._numbers.items() if file in alive}
        return found

    def _seen(self, inode: int, content: bytes) -> int:
        if inode not in self._numbers:
            self._made += 1
            self._numbers[inode] = self._made
        file = self._numbers[inode]
        before = self._contents.get(file)
        if before != content:
            self._contents[file] = content
            start = _alike(before or b"", content)
            if content[start:]:
                self.events.append(Write(file, start, content[start:]))
            if len(content) < len(before or b""):
                self.events.append(Resize(file, len(content)))
        return file

    def watched(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, with a look before and after it."""

        def made(*given: Any, **more: Any) -> Any:
            with self._lock:
                self.look()
                result = call(*given, **more)
                self.look()
                return result

        return made

    def synced(self, call: Callable[[int], None]) -> Callable[[int], None]:
        """A sync of a file or a folder."""

        def made(descriptor: int) -> None:
            with self._lock:
                self.look()
                call(descriptor)
                name = self.within(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
                if name is None:
                    return
                file = self._named.get(name, FOLDER)
                self.events.append(FolderSynced(name) if file == FOLDER else Synced(file))

        return made


def _alike(before: bytes, after: bytes) -> int:
    """How many bytes at the beginning are the same."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(before), len(after)))


@contextmanager
def folder_recorded(root: Path) -> Iterator[FolderTrace]:
    """All that this process does to files below `root`."""
    trace = FolderTrace(root)
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "open",
            "write",
            "replace",
            "rename",
            "unlink",
            "remove",
            "mkdir",
            "ftruncate",
            "truncate",
        ):
            patch.setattr(os, name, trace.watched(getattr(os, name)))
        for name in ("fsync", "fdatasync"):
            patch.setattr(os, name, trace.synced(getattr(os, name)))
        yield trace
