"""Which files a folder has, without git's help, and which folders are nobody's own work."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Event

from ...domain.workspace.files import NotCovered

CACHES = frozenset({".git", ".mypy_cache", ".muster", ".pytest_cache", ".ruff_cache", "__pycache__"})
VENDORED = frozenset({".tox", ".venv", "node_modules", "site-packages", "venv"})
BUILT = frozenset({"build", "dist"})
VENDORED_REASON = "generated or vendored folder"


@dataclass(slots=True)
class Listing:
    """Paths to look at, relative, as the file system spells them; and what is left out, with reasons."""

    paths: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    def not_covered(self) -> list[NotCovered]:
        """What is left out, in names that can be printed."""
        return [NotCovered(printable(path), reason) for path, reason in self.left_out.items()]


def printable(path: str) -> str:
    """`path` with bytes that are no UTF-8 written out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_vendored(name: str, tracked: bool = False) -> bool:
    """Whether a folder of this name holds what was generated or installed; a tracked `build` does not."""
    if name in CACHES or name in VENDORED:
        return True
    return not tracked and (name in BUILT or name.endswith(".egg-info"))


def is_worth_telling(name: str) -> bool:
    """Whether a reader would miss the folder: caches hold no sources."""
    return name not in CACHES and not name.endswith(".egg-info")


def without_excluded(listing: Listing, patterns: Iterable[str]) -> Listing:
    """Leave out what the user's patterns name; each pattern is told once, with how many files it took."""
    for pattern in patterns:
        named = [path for path in listing.paths if _matches(path, pattern)]
        if named:
            listing.left_out[pattern] = f"excluded by the settings: {len(named)} files"
            listing.paths = [path for path in listing.paths if not _matches(path, pattern)]
    return listing


def _matches(path: str, pattern: str) -> bool:
    """A folder ("examples/") with all below it, or a shell pattern over the path or the file's name."""
    if pattern.endswith("/"):
        return path.startswith(pattern)
    return fnmatchcase(path, pattern) or fnmatchcase(path.rpartition("/")[2], pattern)


def walk(root: str, stop: Event) -> Listing:
    """Every file below `root`, sorted; links are listed, never followed; a set `stop` ends it early."""
    listing, waiting = Listing(), [""]
    while waiting and not stop.is_set():
        folder = waiting.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as entries:  # noqa: PTH118 – 20,000 Paths cost a second
                waiting += _sort_out(folder, entries, listing)
        except OSError as error:
            if not folder:
                raise
            listing.left_out[folder] = f"not readable: {os.strerror(error.errno or 0)}"
    listing.paths.sort()
    return listing


def _sort_out(folder: str, entries: Iterable[os.DirEntry[str]], listing: Listing) -> list[str]:
    """Put files in the listing; the folders to walk are the answer."""
    below = []
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if not entry.is_dir(follow_symlinks=False):
            listing.paths.append(path)
        elif not is_vendored(entry.name) and not _is_environment(entry):
            below.append(path)
        elif is_worth_telling(entry.name):
            listing.left_out[path] = VENDORED_REASON
    return below


def _is_environment(folder: os.DirEntry[str]) -> bool:
    """Whether the folder is a virtual environment under another name."""
    try:
        return stat.S_ISREG(os.lstat(f"{folder.path}/pyvenv.cfg").st_mode)
    except OSError:
        return False


def without_vendored(paths: Iterable[str], tracked: bool, listing: Listing) -> None:
    """Add git's `paths` to the listing, each vendored folder as one thing left out."""
    for path in paths:
        parts = path.split("/")
        depth = next((i for i, part in enumerate(parts[:-1]) if is_vendored(part, tracked)), None)
        if depth is None:
            listing.paths.append(path)
        elif is_worth_telling(parts[depth]):
            listing.left_out["/".join(parts[: depth + 1])] = VENDORED_REASON
