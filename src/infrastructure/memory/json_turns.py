"""Who may write in a folder of JSON files."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..common.exclusion import alone
from ..common.private_file import make_private_folder

PATIENCE, PAUSE = 30.0, 0.002
"""Seconds that other processes may take to write, and between two looks."""
HELD = 0.05
"""Seconds after which a process whose own threads wait pauses, so that another finds the folder free."""


class Turns:
    """One at a time: the threads of this process in the order in which they came, and no other process meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changed = threading.Condition()
        self._waiting = deque[object]()
        self._free_at = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Be the only one who writes in the folder within the block; raises LockHeld and OSError."""
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: self._waiting[0] is ticket)
        try:
            make_private_folder(self._folder)
            with alone(self._folder / ".lock", str(self._folder), PATIENCE, PAUSE):
                yield
            self._let_others_in()
        finally:
            with self._changed:
                self._waiting.popleft()
                self._changed.notify_all()

    def _let_others_in(self) -> None:
        """Other processes only look now and then whether the folder is free."""
        now = time.monotonic()
        if now - self._free_at > HELD:
            if len(self._waiting) > 1:
                time.sleep(2 * PAUSE)
            self._free_at = time.monotonic()
