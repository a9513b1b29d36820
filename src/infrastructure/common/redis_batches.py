"""What waits for the server at the same moment goes there together."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

MOST_QUESTIONS, MOST_BYTES = 100, 1_000_000
"""Of one batch; a question that is greater goes alone."""
Argument = int | str | bytes
Answer = bytes | Exception


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A Lua script, its keys and arguments, and who waits for the answer on which event loop."""

    script: str
    keys: Sequence[str]
    arguments: Sequence[Argument]
    loop: asyncio.AbstractEventLoop
    waiter: asyncio.Future[bytes]

    def size(self) -> int:
        """About how many bytes it takes."""
        return sum(len(one) for one in self.arguments if not isinstance(one, int))


class RedisBatches:
    """Hands batches to `send`, one after the other, on the loop of the client.

    While one is under way the next one gathers. Whoever has given up by then is left out.
    """

    def __init__(self, send: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]]) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._waiting: deque[Question] = deque()
        self._at_work: asyncio.Future[None] | None = None
        self._busy = False

    def ask(self, question: Question, loop: asyncio.AbstractEventLoop) -> None:
        """Have it sent from `loop` in its turn; from any thread."""
        with self._lock:
            self._waiting.append(question)
            if self._busy:
                return
            self._busy = True
        loop.call_soon_threadsafe(self._begin)

    async def rest(self) -> None:
        """Wait until nothing is under way; on the loop of the client."""
        if self._at_work is not None:
            await self._at_work

    def _begin(self) -> None:
        self._at_work = asyncio.ensure_future(self._work_off())

    async def _work_off(self) -> None:
        while batch := self._next():
            _deliver(batch, await self._send(batch))

    def _next(self) -> list[Question]:
        """The next batch; none when nobody waits, and then the next question begins anew."""
        batch: list[Question] = []
        room = MOST_BYTES
        with self._lock:
            while self._waiting and len(batch) < MOST_QUESTIONS:
                room -= self._waiting[0].size()
                if batch and room < 0:
                    break
                question = self._waiting.popleft()
                if not question.waiter.done():
                    batch.append(question)
            self._busy = bool(batch)
        return batch


def _deliver(batch: Sequence[Question], answers: Sequence[Answer]) -> None:
    """Tell everybody, each event loop once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Question, Answer]]] = {}
    for question, answer in zip(batch, answers, strict=True):
        by_loop.setdefault(question.loop, []).append((question, answer))
    for loop, theirs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, theirs)
        except RuntimeError:  # the loop has ended, and everybody in it
            continue


def _settle(told: Sequence[tuple[Question, Answer]]) -> None:
    for question, answer in told:
        if question.waiter.done():
            continue
        if isinstance(answer, Exception):
            question.waiter.set_exception(answer)
        else:
            question.waiter.set_result(answer)
