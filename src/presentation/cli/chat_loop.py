"""One event loop for a whole conversation: Ctrl-C ends an answer, and not the conversation."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

from .failures import INTERRUPTED, Interrupted, report
from .run_async import AT_LOOP_END, SIGNALS

T = TypeVar("T")


class Stopped(Exception):
    """What ran was cancelled by the signal `number`, and has tidied up."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by signal {number}")
        self.number = number


class AnswerLoop:
    """Runs one piece of work after the other on the same loop, so that connections stay open between them.

    The first SIGINT or SIGTERM cancels the work that runs; a second one ends the process at once, with what
    `farewell` returns told. Between two pieces of work signals do what they do anywhere.
    """

    def __init__(self, farewell: Callable[[], Interrupted]) -> None:
        self._farewell = farewell
        self._runner = asyncio.Runner()
        self._cancel: Callable[[], object] | None = None
        self._pulled = 0

    def __enter__(self) -> AnswerLoop:
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            for end in AT_LOOP_END:
                self._runner.run(end())
        finally:
            self._runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`; raises Stopped when a signal has cancelled it."""
        self._pulled, self._cancel = 0, None
        with self._listening():
            try:
                return self._runner.run(self._watched(work))
            except asyncio.CancelledError:
                if not self._pulled:
                    raise
                raise Stopped(self._pulled) from None

    async def _watched(self, work: Coroutine[Any, Any, T]) -> T:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None  # noqa: S101 - a coroutine that runs has a task
        if self._pulled:
            work.close()
            raise asyncio.CancelledError
        self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        return await work

    @contextmanager
    def _listening(self) -> Iterator[None]:
        # Not loop.add_signal_handler: a loop that is busy would not hear.
        before = {number: signal.signal(number, self._pull) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _pull(self, number: int, _frame: FrameType | None) -> None:
        if self._pulled:
            self._leave()
        self._pulled = number
        if self._cancel is not None:
            self._cancel()

    def _leave(self) -> None:
        sys.stderr.write("\n")
        report(self._farewell())
        os._exit(INTERRUPTED)
