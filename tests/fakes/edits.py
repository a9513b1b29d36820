"""Folders that are edited, and hands that stop, or are watched, at any step of the work."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muster.domain.workspace.checkpoints import Checkpoint, CheckpointState
from muster.domain.workspace.edits import ChangeSet, FileEdit
from muster.infrastructure.common.ids import SortableIds
from muster.infrastructure.workspace.checkpoint_folder import CheckpointFolder
from muster.infrastructure.workspace.editor import FilesystemEditor
from muster.infrastructure.workspace.file_lock import FileEditLock
from muster.infrastructure.workspace.memory_lock import InMemoryEditLock
from muster.infrastructure.workspace.writing import Found, WritingHandle

from .clock import FakeClock

Tick = Callable[[str], None]
Tree = dict[str, tuple[int, bytes] | None]


def no_tick(step: str) -> None:
    """Nothing happens."""


class TickingHandle(WritingHandle):
    """Ticks before and after every step that it takes, and half-way through a file."""

    def __init__(self, root: str, tick: Tick) -> None:
        super().__init__(root)
        self._tick = tick

    def _ticking(self, name: str, call: Callable[[], Any]) -> Any:
        self._tick(f"before {name}")
        value = call()
        self._tick(f"after {name}")
        return value

    def look(self, path: str, keep: bool = False) -> Found | None:
        """Ticks around."""
        found: Found | None = self._ticking(
            f"look {path}", lambda: super(TickingHandle, self).look(path, keep)
        )
        return found

    def make_folder(self, path: str) -> None:
        """Ticks around."""
        self._ticking("make_folder", lambda: super(TickingHandle, self).make_folder(path))

    def remove_folder(self, path: str) -> None:
        """Ticks around."""
        self._ticking("remove_folder", lambda: super(TickingHandle, self).remove_folder(path))

    def write(self, path: str, content: bytes, mode: int | None, owner: tuple[int, int] | None) -> None:
        """Ticks around, and when half of the file is there."""
        super().write(path, content[: len(content) // 2], mode, owner)
        self._tick("half a file")
        super().remove(path)
        self._ticking("write", lambda: super(TickingHandle, self).write(path, content, mode, owner))

    def exchange(self, one: str, other: str) -> bool:
        """Ticks around."""
        return bool(self._ticking("exchange", lambda: super(TickingHandle, self).exchange(one, other)))

    def replace(self, source: str, target: str) -> None:
        """Ticks around."""
        self._ticking("replace", lambda: super(TickingHandle, self).replace(source, target))

    def move(self, source: str, target: str) -> None:
        """Ticks around."""
        self._ticking("move", lambda: super(TickingHandle, self).move(source, target))

    def remove(self, path: str) -> None:
        """Ticks around."""
        self._ticking("remove", lambda: super(TickingHandle, self).remove(path))

    def sync(self, path: str) -> None:
        """Ticks around."""
        self._ticking("sync", lambda: super(TickingHandle, self).sync(path))


class PlainHandle(TickingHandle):
    """On a system that cannot exchange two names, nor rename without replacing."""

    def exchange(self, one: str, other: str) -> bool:
        """It cannot."""
        return False

    def move(self, source: str, target: str) -> None:
        """By a second name, with a tick while there are two."""
        parent, name = self._parent(source)
        os.link(name, target.rpartition("/")[2], src_dir_fd=parent, dst_dir_fd=parent, follow_symlinks=False)
        self._tick("two names")
        os.unlink(name, dir_fd=self._parent(source)[0])
        self._tick("after move")


class TickingStore(CheckpointFolder):
    """Ticks before and after everything that it writes."""

    def __init__(self, place: Path, tick: Tick) -> None:
        super().__init__(place)
        self._tick = tick

    def save(self, checkpoint: Checkpoint, contents: Mapping[str, bytes]) -> None:
        """Ticks around."""
        self._tick("before save")
        super().save(checkpoint, contents)
        self._tick("after save")

    def mark(self, checkpoint_id: str, state: CheckpointState) -> None:
        """Ticks around."""
        self._tick(f"before mark {state}")
        super().mark(checkpoint_id, state)
        self._tick(f"after mark {state}")


@dataclass
class EditBench:
    """An editor of `root` whose every step ticks."""

    root: Path
    store: CheckpointFolder
    clock: FakeClock
    lock: InMemoryEditLock
    editor: FilesystemEditor


def edit_bench(
    place: Path, tick: Tick = no_tick, handle: type[TickingHandle] = TickingHandle, keep: int = 50
) -> EditBench:
    """A bench over `place/project`, with its data beside."""
    root, data = (place / "project").resolve(), place / "data"
    root.mkdir(exist_ok=True)
    clock = FakeClock()
    lock = InMemoryEditLock(clock)
    store = TickingStore(data / "checkpoints", tick)
    editor = FilesystemEditor(
        store, lock, clock, SortableIds(), data / "locks", keep, lambda root: handle(root, tick)
    )
    return EditBench(root, store, clock, lock, editor)


def tree(root: Path) -> Tree:
    """Every file below `root` with its permissions and bytes; folders are None, links their targets."""
    found: Tree = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = (0, os.fsencode(path.readlink()))
        else:
            found[name] = None if path.is_dir() else (path.stat().st_mode & 0o7777, path.read_bytes())
    return found


def plant(root: Path, files: Mapping[str, str]) -> None:
    """Write `files` with exactly these bytes."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())


def edits(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> ChangeSet:
    """From one state of some files to another."""
    return ChangeSet(tuple(FileEdit(path, before.get(path), text) for path, text in after.items()))


def real_lock(place: Path) -> closing[FileEditLock]:
    """A lock over processes, closed at the end of a `with`."""
    return closing(FileEditLock(place / "data" / "locks", FakeClock()))
