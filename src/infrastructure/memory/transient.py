"""Rows that last as long as their process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import apsw

from ..common.sqlite_errors import storage_errors
from ..common.sqlite_queue import immediate

T = TypeVar("T")


class Transient:
    """As a database in a file, in this process alone; no disk, and so no thread of its own."""

    def __init__(self, migrations: Sequence[str]) -> None:
        self._lock = threading.Lock()
        self._name = Path(":memory:")
        self._connection = apsw.Connection(":memory:")
        for script in migrations:
            self._connection.execute(script)

    async def read(self, work: Callable[[apsw.Connection], T]) -> T:
        """What `work` finds."""
        with self._lock, storage_errors(self._name):
            return work(self._connection)

    async def write(self, work: Callable[[apsw.Connection], T]) -> T:
        """What `work` says; its changes are kept as a whole or not at all."""
        with self._lock, storage_errors(self._name), immediate(self._connection):
            return work(self._connection)

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._connection.close()
