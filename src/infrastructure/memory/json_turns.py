"""Who may write in a folder of JSON files at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..common.exclusion import alone
from ..common.private_file import make_private_folder

PATIENCE, PAUSE = 30.0, 0.002
"""Seconds that other processes may take to write, and between two looks."""
HELD = 0.05
"""Seconds after which a process lets no more of its threads in before it has let others have a turn."""


class Turns:
    """Threads of one process write different files together; processes, and whoever needs the whole folder, alone.

    A disk brings many files to safety in hardly more time than one, if they come at once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changed = threading.Condition()
        self._writing: set[Path | None] = set()
        self._want_all = 0
        self._locking = False
        self._lock: ExitStack | None = None
        self._until = 0.0

    @contextmanager
    def turn(self, path: Path | None = None) -> Iterator[None]:
        """Be the only one who writes `path`, or anything, within the block; raises LockHeld and OSError."""
        self._enter(path)
        try:
            yield
        finally:
            self._leave(path)

    def _enter(self, path: Path | None) -> None:
        with self._changed:
            self._want_all += path is None
            try:
                self._changed.wait_for(lambda: self._may_enter(path))
            finally:
                self._want_all -= path is None
            self._writing.add(path)
            if self._lock is not None:
                return
            self._locking = True
        lock = ExitStack()
        try:
            make_private_folder(self._folder)
            lock.enter_context(alone(self._folder / ".lock", str(self._folder), PATIENCE, PAUSE))
        except BaseException:
            self._settle(None)
            self._leave(path)
            raise
        self._settle(lock)

    def _may_enter(self, path: Path | None) -> bool:
        if not self._writing:
            return True
        if path is None or None in self._writing or path in self._writing:
            return False
        return not (self._locking or self._want_all or time.monotonic() > self._until)

    def _settle(self, lock: ExitStack | None) -> None:
        with self._changed:
            self._lock, self._locking, self._until = lock, False, time.monotonic() + HELD
            self._changed.notify_all()

    def _leave(self, path: Path | None) -> None:
        with self._changed:
            self._writing.discard(path)
            if not self._writing and self._lock is not None:
                self._lock.close()
                self._lock = None
            self._changed.notify_all()
