"""The bridge from a command to the async use cases: one event loop, and an answer to signals."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

from .failures import INTERRUPTED, Interrupted, report

T = TypeVar("T")
COLLECTOR = (10_000, 20, 20)
GRACE = 0.85  # seconds; with the ways in and out it stays below one
SIGNALS = (signal.SIGINT, signal.SIGTERM)
AT_LOOP_END: list[Callable[[], Coroutine[Any, Any, None]]] = []
"""What is done at the end of each event loop: connections are closed in the loop that opened them."""


def run_async(work: Coroutine[Any, Any, T], farewell: Callable[[], Interrupted] = Interrupted) -> T:
    """The result of `work`.

    The first SIGINT or SIGTERM cancels it; when it has ended, what `farewell` returns is raised. After
    `GRACE` seconds, or at a second signal, the process ends at once, with the farewell told.
    """
    brake = _Brake(farewell)
    calm_collector()
    with brake.in_reach():
        try:
            with asyncio.Runner() as runner:
                return runner.run(brake.watch(work))
        except asyncio.CancelledError:
            if not brake.pulled:
                raise
            raise brake.last_words() from None


def calm_collector() -> None:
    """Look for garbage in circles less often, and not among what was imported: runs leave next to none.

    With a thousand runs at work the passes of Python's defaults cost a fifth of the time, and are most of the lag.
    """
    gc.freeze()
    gc.set_threshold(*COLLECTOR)


class _Brake:
    """Turns signals into the cancellation of one piece of work, and insists."""

    def __init__(self, farewell: Callable[[], Interrupted]) -> None:
        self._farewell = farewell
        self._cancel: Callable[[], object] | None = None
        self._deadline = threading.Timer(GRACE, self._leave)
        self._deadline.daemon = True
        self._told = False
        self.pulled = False

    async def watch(self, work: Coroutine[Any, Any, T]) -> T:
        """Await `work` as the task that a signal cancels."""
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        assert task is not None  # noqa: S101 - a coroutine that runs has a task
        if self.pulled:
            work.close()
            raise asyncio.CancelledError
        self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        try:
            return await work
        finally:
            for end in AT_LOOP_END:
                await end()

    def last_words(self) -> Interrupted:
        """The farewell, from now on told by whoever asked; the deadline for leaving stays."""
        self._told = True
        return self._farewell()

    @contextmanager
    def in_reach(self) -> Iterator[None]:
        """Listen to the signals; outside the main thread, where that cannot be, do nothing."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        # Not loop.add_signal_handler: a loop that is busy would not hear.
        before = {number: signal.signal(number, self._pull) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            if not self._told:
                self._deadline.cancel()

    def _pull(self, _number: int, _frame: FrameType | None) -> None:
        if self.pulled:
            self._leave()
        self.pulled = True
        self._deadline.start()
        if self._cancel is not None:
            self._cancel()

    def _leave(self) -> None:
        if not self._told:
            report(self.last_words())
        os._exit(INTERRUPTED)
