"""Runs tasks at once: all of them, until the first succeeds, or for a vote."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from ...domain.errors import UserError

T = TypeVar("T")


class ParallelMode(StrEnum):
    """What is waited for: all of them, the first that succeeds, or all for the sake of a vote."""

    ALL = "all"
    FIRST = "first"
    MAJORITY = "majority"


class TaskState(StrEnum):
    """How a task ended; `unfinished` is one that time ran out on, `cancelled` one that was not wanted any more."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class ParallelTask(Generic[T]):
    """Something to do, by name."""

    name: str
    run: Callable[[], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class TaskOutcome(Generic[T]):
    """How one task ended: with a value, or with an error."""

    name: str
    state: TaskState
    value: T | None = None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """How often each key was given, the most frequent first; `tied` are the keys that share the first place."""

    counts: tuple[tuple[Hashable, int], ...]
    tied: tuple[Hashable, ...] = ()

    @property
    def decided(self) -> bool:
        """Whether more than half of those who voted agree."""
        return bool(self.counts) and self.counts[0][1] * 2 > sum(count for _, count in self.counts)

    @property
    def winner(self) -> Hashable | None:
        """The key that more than half of those who voted gave; None when it is not decided."""
        return self.counts[0][0] if self.decided else None


@dataclass(frozen=True, slots=True)
class ParallelResult(Generic[T]):
    """One outcome a task, in the order of the tasks.

    `winner` is the task that was first, or the first one that voted with the majority; None where there is none.
    """

    outcomes: tuple[TaskOutcome[T], ...]
    winner: TaskOutcome[T] | None = None
    vote: Vote | None = None

    @property
    def values(self) -> tuple[T, ...]:
        """The values of those that are done, in the order of the tasks."""
        return tuple(one.value for one in self.outcomes if one.state is TaskState.DONE)  # type: ignore[misc]

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Names of the tasks that time ran out on."""
        return tuple(one.name for one in self.outcomes if one.state is TaskState.UNFINISHED)


class ParallelOrchestrator:
    """Runs tasks beside each other, never more than a limit; none of them outlives the call."""

    async def execute_parallel(
        self,
        tasks: Sequence[ParallelTask[T]],
        *,
        mode: ParallelMode = ParallelMode.ALL,
        limit: int = 4,
        timeout: float | None = None,
        fail_fast: bool = False,
        key: Callable[[T], Hashable] | None = None,
    ) -> ParallelResult[T]:
        """What came of `tasks`, at most `limit` of them at a time, within `timeout` seconds.

        A task that raises is an outcome, not an exception. With `fail_fast` the first failure cancels the others. In
        mode majority `key` says what a value votes for (default: itself). When this is cancelled, all tasks are,
        and it waits for their end. Raises UserError for a limit or a time that is none.
        """
        _check(limit, timeout)
        gate = _Gate(limit, mode, fail_fast=fail_fast)
        running = [asyncio.create_task(gate.run(task), name=task.name) for task in tasks]
        late = False
        first: asyncio.Task[T] | None = None
        ended: set[asyncio.Task[T]] = set()
        try:
            async with asyncio.timeout(timeout):
                first = await _settled(running, mode, fail_fast=fail_fast)
        except TimeoutError:
            late = True
        finally:
            ended.update(task for task in running if task.done())
            await _end(running)
        over = TaskState.UNFINISHED if late else TaskState.CANCELLED
        outcomes = tuple(_outcome(task, over, own=task in ended) for task in running)
        return _judged(outcomes, mode, key or _itself, running.index(first) if first else None)


def _check(limit: int, timeout: float | None) -> None:
    if limit < 1:
        raise UserError(f"at most {limit} tasks at a time would be none", code="limit", hint="at least 1")
    if timeout is not None and not timeout > 0:
        raise UserError(f"{timeout:g} s are no time", code="timeout", hint="more than 0 seconds, or None")


class _TurnedAway(Exception):
    """It was decided before this task could begin."""


class _Gate:
    """Lets so many tasks in at a time, and nobody any more once it is decided."""

    def __init__(self, limit: int, mode: ParallelMode, *, fail_fast: bool) -> None:
        self._room = asyncio.Semaphore(limit)
        self._first = mode is ParallelMode.FIRST
        self._fail_fast = fail_fast
        self._shut = False

    async def run(self, task: ParallelTask[T]) -> T:
        """Run `task` when its turn comes."""
        async with self._room:
            if self._shut:
                raise _TurnedAway
            try:
                value = await task.run()
            except Exception:
                self._shut |= self._fail_fast
                raise
            self._shut |= self._first
            return value


async def _settled(
    running: Sequence[asyncio.Task[T]], mode: ParallelMode, *, fail_fast: bool
) -> asyncio.Task[T] | None:
    """Wait until nothing more is to be waited for; the task that was first, in the mode of that name."""
    waiting = set(running)
    while waiting:
        _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        done = [task for task in running if task.done()]
        good = [task for task in done if _succeeded(task)]
        if mode is ParallelMode.FIRST and good:
            return good[0]
        if fail_fast and len(good) < len(done):
            return None
    return None


async def _end(running: Sequence[asyncio.Task[T]]) -> None:
    """Cancel what still runs, and wait for its end, however often this is cancelled meanwhile."""
    signal: asyncio.CancelledError | None = None
    for task in running:
        task.cancel()
    while waiting := [task for task in running if not task.done()]:
        try:
            await asyncio.wait(waiting)
        except asyncio.CancelledError as error:
            signal = error
    for task in running:
        _succeeded(
            task
        )  # an error that nobody asks for any more is looked at, so that nobody complains of it
    if signal is not None:
        raise signal


def _succeeded(task: asyncio.Task[T]) -> bool:
    return not task.cancelled() and task.exception() is None


def _outcome(task: asyncio.Task[T], over: TaskState, *, own: bool) -> TaskOutcome[T]:
    """How `task` ended: by itself (`own`), or when it was told to; a value that it gave all the same is kept."""
    name = task.get_name()
    if task.cancelled():
        return TaskOutcome(name, TaskState.FAILED if own else over, error=asyncio.CancelledError())
    error = task.exception()
    if error is None:
        return TaskOutcome(name, TaskState.DONE, task.result())
    if isinstance(error, _TurnedAway):
        return TaskOutcome(name, TaskState.CANCELLED)
    return TaskOutcome(name, TaskState.FAILED if own else over, error=error)


def _judged(
    outcomes: tuple[TaskOutcome[T], ...],
    mode: ParallelMode,
    key: Callable[[T], Hashable],
    first: int | None,
) -> ParallelResult[T]:
    if mode is not ParallelMode.MAJORITY:
        return ParallelResult(outcomes, None if first is None else outcomes[first])
    voters = [one for one in outcomes if one.state is TaskState.DONE]
    ballots: list[Hashable] = [key(one.value) for one in voters]  # type: ignore[arg-type]
    vote = _counted(ballots)
    won = [one for one, ballot in zip(voters, ballots, strict=True) if vote.decided and ballot == vote.winner]
    return ParallelResult(outcomes, won[0] if won else None, vote)


def _counted(ballots: Sequence[Hashable]) -> Vote:
    counts = tuple(Counter(ballots).most_common())
    leading = tuple(ballot for ballot, number in counts if number == counts[0][1])
    return Vote(counts, leading if len(leading) > 1 else ())


def _itself(value: object) -> Hashable:
    if isinstance(value, Hashable):
        return value
    raise UserError(
        f"a {type(value).__name__} cannot be a vote",
        code="key",
        hint="give a key that says what it votes for",
    )
