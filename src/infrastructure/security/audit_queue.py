"""What is handed in at the same time is done together."""

from __future__ import annotations

import asyncio
import copy
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
MOST_AT_ONCE = 250
"""Nobody waits for more work of others than this."""


@dataclass(slots=True)
class _Waiting(Generic[T, R]):
    item: T
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[R]
    came: R | Exception | None = None


class Together(Generic[T, R]):
    """Calls `do` on a thread of its own with whatever waits, in the order in which it was handed in.

    `do` answers for each item with its result or its error; what it raises is everybody's. Any number of threads and
    event loops may hand in. An item is done also when whoever waits for it is cancelled.
    """

    def __init__(self, name: str, do: Callable[[Sequence[T]], Sequence[R | Exception]]) -> None:
        self._name = name
        self._do = do
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting[T, R]] = deque()
        self._at_work = False
        self._pool: ThreadPoolExecutor | None = None

    def put(self, item: T) -> asyncio.Future[R]:
        """What comes of it; its place in the order is taken at once."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting[T, R](item, loop, loop.create_future())
        with self._lock:
            self._waiting.append(waiting)
            if not self._at_work:
                self._pool = self._pool or ThreadPoolExecutor(1, thread_name_prefix=self._name)
                self._pool.submit(self._work_off)
                self._at_work = True
        return waiting.future

    def _work_off(self) -> None:
        while True:
            with self._lock:
                taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
                if not taken:
                    self._at_work = False
                    return
            self._answer(taken)
            _deliver(taken)

    def _answer(self, taken: Sequence[_Waiting[T, R]]) -> None:
        try:
            for one, came in zip(taken, self._do([one.item for one in taken]), strict=True):
                one.came = came
        except Exception as error:  # noqa: BLE001 - whatever it is, they wait to hear of it
            for one in taken:
                one.came = _own(error)


def _own(error: Exception) -> Exception:
    """A raised error gathers the story of one task: each has a copy."""
    mine = copy.copy(error)
    mine.__cause__ = error.__cause__
    return mine


def _deliver(taken: Sequence[_Waiting[T, R]]) -> None:
    """Each event loop is woken once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Waiting[T, R]]] = {}
    for one in taken:
        by_loop.setdefault(one.loop, []).append(one)
    for loop, theirs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, theirs)
        except RuntimeError:  # the loop has ended, and everybody in it
            continue


def _settle(taken: Sequence[_Waiting[T, R]]) -> None:
    for one in taken:
        if one.future.done():
            continue
        if isinstance(one.came, Exception):
            one.future.set_exception(one.came)
        else:
            one.future.set_result(one.came)  # type: ignore[arg-type]
