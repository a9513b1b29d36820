"""Those who wait for something that others bring about, and how they are woken."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Bells:
    """A bell for each who waits, by topic; rung from any thread, heard on any event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, list[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = {}

    @contextmanager
    def heard(self, topic: str) -> Iterator[asyncio.Event]:
        """A bell that is rung for `topic`, for as long as this is open."""
        here = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            self._waiting.setdefault(topic, []).append(here)
        try:
            yield here[1]
        finally:
            with self._lock:
                self._waiting[topic].remove(here)
                if not self._waiting[topic]:
                    del self._waiting[topic]

    def ring(self, topic: str | None = None) -> None:
        """Wake all who wait for `topic`, or all."""
        with self._lock:
            bells = [*self._waiting.values()] if topic is None else [self._waiting.get(topic, [])]
            woken = [one for some in bells for one in some]
        for loop, bell in woken:
            try:
                loop.call_soon_threadsafe(bell.set)
            except RuntimeError:  # the loop has ended, and everybody in it
                continue
