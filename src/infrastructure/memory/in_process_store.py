"""Memory that lasts as long as its process."""

from __future__ import annotations

import json
import threading

from ...domain.ports.long_term_store import LongTermStore
from .json_values import checked_key, encoded


class InProcessLongTermStore(LongTermStore):
    """Keeps values as JSON text, so that nobody can change what was stored from outside; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, bytes] = {}

    async def store(self, key: str, data: object) -> bool:
        """Keep `data`; always True, since no disk is needed."""
        checked_key(key)
        value = encoded(key, data)
        with self._lock:
            self._values[key] = value
        return True

    async def retrieve(self, key: str) -> object | None:
        """What was stored, as a copy of its own, or None."""
        checked_key(key)
        with self._lock:
            value = self._values.get(key)
        return None if value is None else json.loads(value)

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete."""
        checked_key(key)
        with self._lock:
            return self._values.pop(key, None) is not None

    async def list_keys(self, prefix: str = "") -> tuple[str, ...]:
        """All keys that start with `prefix`, sorted."""
        with self._lock:
            return tuple(sorted(key for key in self._values if key.startswith(prefix)))
