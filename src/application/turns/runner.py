"""TurnRunner: the one engine that runs turns."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import replace

from ...domain.events.events import Event
from ...domain.ports.clock import Clock
from ...domain.ports.event_bus import EventBus
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.token_counter import TokenCounter
from ...domain.ports.tool_executor import ToolExecutor
from ...domain.turns.types import TurnInput, TurnOutput
from ..models.budget import BudgetBook
from .analyze import Advisor
from .course import Course, Emit, Guard, Services
from .finish import leave_output, output_left_by

NUMBERS = itertools.count(1)


class TurnRunner:
    """Runs turns: prepare, analyze, then execute and tools until no tool is called, then finish.

    - Messages are counted before every model call; a turn that cannot fit ends `rejected`, without a call.
    - The last allowed round offers no tools, so that the model answers; such a turn is `max_iterations`.
    - A turn that fails ends `failed`, with the tool records, usage and cost that it has by then.
    - Two things are raised: cancellation, and with `raise_on_tool_error` the first failure of a tool, a
      MusterError of code "tool-failed". Both carry the output: `output_left_by(error)`.
    - A runner keeps nothing between turns and may run any number of them at once.
    """

    def __init__(
        self,
        client: LanguageModel,
        tool_executor: ToolExecutor,
        counter: TokenCounter,
        clock: Clock,
        bus: EventBus,
        advisor: Advisor | None = None,
        budgets: BudgetBook | None = None,
        guard: Guard = tuple,
    ) -> None:
        """`budgets` is the book that `client` reserves from; without one a turn cannot have a budget of its own.

        `guard` sees messages before they are shortened, as the one around the client does before they are sent.
        """
        self._services = Services(client, counter, clock, advisor, guard)
        self._budgets = budgets
        self._tools = tool_executor
        self._bus = bus

    async def run(self, turn: TurnInput) -> TurnOutput:
        """Run one turn; raises ValueError for `max_iterations` below 1."""
        with self._paid(turn) as paid:
            return await self._course(paid, self._publish).run()

    async def stream(self, turn: TurnInput) -> AsyncGenerator[Event | TurnOutput, None]:
        """Run one turn and give its events as they happen, and at last its output.

        A reader that stops early and closes the stream cancels the turn.
        """
        queue: asyncio.Queue[Event | None] = asyncio.Queue()

        def emit(event: Event) -> None:
            self._publish(event)
            queue.put_nowait(event)

        async def course() -> TurnOutput:
            with self._paid(turn) as paid:
                return await self._course(paid, emit).run()

        task = asyncio.create_task(course())
        task.add_done_callback(lambda _: queue.put_nowait(None))
        try:
            while (event := await queue.get()) is not None:
                yield event
            yield await task
        except asyncio.CancelledError as error:
            await _cancel(task, error)
            raise
        finally:
            await _cancel(task, None)

    @contextmanager
    def _paid(self, turn: TurnInput) -> Iterator[TurnInput]:
        """The turn with an account of its own before those that it shares, if its budget is bounded."""
        limits = turn.config.budget
        if limits is None:
            yield turn
            return
        if self._budgets is None:
            raise ValueError("this runner keeps no budgets, so a turn cannot have one: pass it a BudgetBook")
        name = f"turn {next(NUMBERS)} of {turn.agent or 'nobody'}"
        with self._budgets.open(name, limits):
            yield replace(turn, accounts=(name, *turn.accounts))

    def _course(self, turn: TurnInput, emit: Emit) -> Course:
        allowed = turn.config.max_iterations
        if allowed < 1:
            raise ValueError(
                f"max_iterations must be at least 1, not {allowed!r}: a turn needs one model call"
            )
        return Course(turn, self._tools, self._services, emit)

    def _publish(self, event: Event) -> None:
        self._bus.publish(event)


async def _cancel(task: asyncio.Task[TurnOutput], error: asyncio.CancelledError | None) -> None:
    """End `task`; what its turn had goes over to `error`."""
    task.cancel()
    await asyncio.wait({task})
    try:
        output = task.result()
    except BaseException as ended:  # noqa: BLE001 – whatever it ended with, only its output is of interest
        left = output_left_by(ended)
    else:
        left = output
    if error is not None and left is not None:
        leave_output(error, left)
