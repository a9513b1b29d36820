"""Watches which files and folders this process asks the system for, and tells of those that are none of its business.

Python tells its audit hooks of every opening, listing, making, renaming and removing before it is done; what SQLite's
own code does is not among it, and shows in what is left behind.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

EVENTS: Mapping[str, tuple[int, ...]] = {
    "open": (0,), "os.listdir": (0,), "os.scandir": (0,), "os.mkdir": (0,), "os.rmdir": (0,), "os.remove": (0,),
    "os.rename": (0, 1), "os.link": (0, 1), "os.symlink": (1,), "os.truncate": (0,), "os.chmod": (0,), "os.chdir": (0,),
}  # fmt: skip
"""Which of an event's arguments are paths."""
_watching: list[Callable[[str, bool], None]] = []
_hooked: list[bool] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    places = EVENTS.get(event)
    if places is None or not _watching:
        return
    flags = arguments[2] if event == "open" and len(arguments) > 2 else 0
    followed = not (isinstance(flags, int) and flags & os.O_NOFOLLOW)
    for number in places:
        given = arguments[number]
        if isinstance(given, str | bytes | os.PathLike):
            for watcher in _watching:
                watcher(os.fsdecode(given), followed)


class Watched:
    """Paths that were asked for and lie in `fenced` without lying in `open_to_it`, or are one of `never`."""

    def __init__(self, fenced: Path, open_to_it: tuple[Path, ...], never: frozenset[str]) -> None:
        self._fenced = f"{fenced}/"
        self._open = tuple(f"{path}/" for path in open_to_it)
        self._never = never
        self.seen: list[str] = []

    def look(self, path: str, followed: bool) -> None:
        """One more; a relative name is taken as from the folder that one is in."""
        spelt = os.path.abspath(path)  # noqa: PTH100 - as it is spelt, links and all
        if not self._lies_out(spelt) and followed and self._lies_in(spelt):
            spelt = os.path.realpath(spelt)
        if self._lies_out(spelt):
            self.seen.append(path)

    def _lies_in(self, spelt: str) -> bool:
        return f"{spelt}/".startswith(self._open)

    def _lies_out(self, spelt: str) -> bool:
        fenced = f"{spelt}/".startswith(self._fenced) and not self._lies_in(spelt)
        return fenced or spelt in self._never


@contextmanager
def watched(fenced: Path, *open_to_it: Path, never: frozenset[str] = frozenset()) -> Iterator[Watched]:
    """Everything that this process asks for in the block, by any thread."""
    if not _hooked:
        sys.addaudithook(_hook)  # there is no way to take one away again
        _hooked.append(True)
    one = Watched(fenced, open_to_it, never)
    _watching.append(one.look)
    try:
        yield one
    finally:
        _watching.remove(one.look)
