"""A disk whose power fails: what was written, what was asked to last, and what is left of it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

FOLDER = -1
"""What a name stands for that is no file."""


@dataclass(frozen=True, slots=True)
class Write:
    """Some bytes of a file."""

    file: int
    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Resize:
    """A new length of a file."""

    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """The content of a file was asked to last, and its caller was told that it does."""

    file: int


@dataclass(frozen=True, slots=True)
class Names:
    """Names that appear, change or go at one stroke: which file each of them stands for now, None for no file."""

    changed: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class FolderSynced:
    """The names in a folder were asked to last."""

    folder: str


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody outside asked for, or was told to be done."""

    word: Literal["asked", "told"]
    thing: str
    value: object


Event = Write | Resize | Synced | Names | FolderSynced | Told


@dataclass
class Disk:
    """What a disk holds for certain, and what lies in its caches, after each event in turn.

    Content lasts from `Synced` on, names from `FolderSynced` of their folder on; the root itself is there for good.
    A file whose name did not last, or the name of a folder above it, is gone.
    """

    files: dict[int, bytearray] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    unsynced: dict[int, list[Write | Resize]] = field(default_factory=dict)
    unsaid: list[Names] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """One more."""
        match event:
            case Write(file) | Resize(file):
                self.unsynced.setdefault(file, []).append(event)
            case Synced(file):
                content = self.files.setdefault(file, bytearray())
                for change in self.unsynced.pop(file, ()):
                    _apply(content, change)
            case Names():
                self.unsaid.append(event)
            case FolderSynced(folder):
                self.unsaid = [left for names in self.unsaid if (left := self._settle(names, folder)).changed]
            case Told():
                pass

    def _settle(self, names: Names, folder: str) -> Names:
        here = [one for one in names.changed if _parent(one[0]) == folder]
        _rename(self.names, here)
        return Names(tuple(one for one in names.changed if one not in here))

    def after_power_cut(self, chance: random.Random, sector: int) -> dict[str, bytes]:
        """The files that a restart finds: nothing, all or any part of what was not asked to last is there.

        Each unsynced write is dropped, kept, or torn into sectors of which some are kept; so are new lengths and
        names, each on its own. What was asked to last is never touched, nor what lies beside a write.
        """
        luck = chance.choice((0.0, 1.0, 0.5, 0.5, 0.5))
        names, files = dict(self.names), {}
        for change in self.unsaid:
            if chance.random() < luck:
                _rename(names, change.changed)
        for path, file in sorted(names.items()):
            if file != FOLDER and all(names.get(str(above)) == FOLDER for above in _above(path)):
                files[path] = self._content(file, luck, chance, sector)
        return files

    def _content(self, file: int, luck: float, chance: random.Random, sector: int) -> bytes:
        content = bytearray(self.files.get(file, b""))
        for change in self.unsynced.get(file, ()):
            match change:
                case Write():
                    for piece in _torn(change, sector) if chance.random() < 0.5 else (change,):
                        if chance.random() < luck:
                            _apply(content, piece)
                case Resize():
                    if chance.random() < luck:
                        _apply(content, change)
        return bytes(content)


def lay(files: Mapping[str, bytes], folder: Path) -> None:
    """Write them out."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        place.chmod(0o600)


def _apply(content: bytearray, change: Write | Resize) -> None:
    end = change.size if isinstance(change, Resize) else change.offset
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if isinstance(change, Resize):
        del content[change.size :]
    else:
        content[end : end + len(change.content)] = change.content


def _torn(write: Write, sector: int) -> Iterable[Write]:
    start, end = write.offset, write.offset + len(write.content)
    while start < end:
        stop = min(end, (start // sector + 1) * sector)
        yield Write(write.file, start, write.content[start - write.offset : stop - write.offset])
        start = stop


def _rename(names: dict[str, int], changed: Iterable[tuple[str, int | None]]) -> None:
    for name, file in changed:
        if file is None:
            names.pop(name, None)
        else:
            names[name] = file


def _parent(path: str) -> str:
    return str(Path(path).parent)


def _above(path: str) -> list[Path]:
    return [above for above in Path(path).parents if above != Path()]
