"""Waiting for work that may not end by itself."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

GRACE_SECONDS = 0.2
"""How long cancelled work may tidy up before nobody waits for it any more."""


class OutOfTimeError(Exception):
    """The work did not end in time; it was cancelled."""


class GaveUpError(Exception):
    """The work cancelled itself, though nobody had asked for it."""


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`; raises OutOfTimeError after `seconds`, even if `work` ignores being cancelled."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        await _end(task)
        raise
    if not task.done():
        await _end(task)
        raise OutOfTimeError
    if task.cancelled():
        raise GaveUpError
    return task.result()


async def _end(task: asyncio.Task[Any]) -> None:
    """Cancel `task` and wait a moment for it; what it then ends with is nobody's concern."""
    task.cancel()
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    await asyncio.wait({task}, timeout=GRACE_SECONDS)


async def in_thread(function: Callable[[], T]) -> T:
    """Run a blocking `function` beside the event loop.

    In a daemon thread of its own: one that never returns can neither use up a pool nor hold up the end of the
    process, which the loop's own pool would.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[tuple[T | None, BaseException | None]] = loop.create_future()
    context = contextvars.copy_context()

    def settle(outcome: tuple[T | None, BaseException | None]) -> None:
        if not future.done():
            future.set_result(outcome)

    def work() -> None:
        try:
            outcome: tuple[T | None, BaseException | None] = (context.run(function), None)
        except BaseException as error:  # noqa: BLE001 – raised again where it is waited for
            outcome = (None, error)
        try:
            loop.call_soon_threadsafe(settle, outcome)
        except RuntimeError:
            return  # the loop has ended: nobody waits any more

    threading.Thread(target=work, name=f"tool:{getattr(function, '__name__', 'call')}", daemon=True).start()
    value, error = await future
    if error is not None:
        raise error
    return value  # type: ignore[return-value]  # without an error it is what the function returned
