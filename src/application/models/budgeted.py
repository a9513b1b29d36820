"""A model whose calls are paid for before they are made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from ...domain.budget.limits import Spending
from ...domain.errors import ErrorKind
from ...domain.models.attempt import Attempt
from ...domain.models.exchange import AttemptEnded, ModelEvent, ModelRequest
from ...domain.models.info import ModelInfo
from ...domain.models.usage import Usage
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.token_counter import TokenCounter
from .budget import BudgetBook, Reservation, exceeded
from .budget_account import Shortage
from .closing import close
from .refusal import Refusals
from .request_estimate import count_input

ONE_CALL = Spending(1)


class BudgetedModel(LanguageModel):
    """Sets aside what a call may cost at most in every account that pays, and settles for what it did cost.

    A call that is broken off is settled at what the meter makes of it, so that budget and ledger agree; without a
    meter at what was set aside. It also ends when the wall time of an account is over. Raises BudgetExceeded.
    """

    def __init__(
        self, inner: LanguageModel, book: BudgetBook, counter: TokenCounter, refusals: Refusals
    ) -> None:
        self._inner = inner
        self._book = book
        self._counter = counter
        self._refusals = refusals

    @property
    def info(self) -> ModelInfo:
        """That of the model inside."""
        return self._inner.info

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Answer `request`, when its accounts can pay for it; without accounts nobody counts."""
        return self._paid(request) if request.context.accounts else self._inner.stream(request)

    async def _paid(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        names = request.context.accounts
        # Counting a long prompt takes longer than all the rest here: only where a limit asks for it.
        estimate = self._worst_case(request) if self._book.measures(names) else ONE_CALL
        held = self._book.take(names, estimate)
        if isinstance(held, Shortage):
            worst = self._worst_case(request)
            error = exceeded(held, worst, self._what)
            yield self._refusals.keep(self.info, request, ErrorKind.BUDGET, error.message, worst.usd)
            raise error
        noted: list[Attempt] = []
        events = self._noted(request, noted, held)
        try:
            async for event in events:
                if type(event) is AttemptEnded and held.is_open:
                    self._settle(request, held, noted)
                yield event
        finally:
            await close(events)  # the meter then knows what a call has cost that was broken off
            if held.is_open:
                self._settle(request, held, noted)

    def _noted(
        self, request: ModelRequest, noted: list[Attempt], held: Reservation
    ) -> AsyncIterator[ModelEvent]:
        """The events of the call, with every attempt noted, within the time that is left."""
        outside = request.context.heard

        def heard(attempt: Attempt) -> None:
            noted.append(attempt)
            outside(attempt)

        left = self._book.time_left(held)
        if left is None:
            return self._inner.stream(replace(request, context=replace(request.context, heard=heard)))
        clock = asyncio.get_running_loop().time
        deadline = clock() + left

        def time_is_up() -> str:
            return f"{self._what} was cut off: the time of its budget was over" if clock() >= deadline else ""

        context = replace(request.context, heard=heard, time_is_up=time_is_up)
        return self._timed(replace(request, context=context), held, deadline, noted)

    def _worst_case(self, request: ModelRequest) -> Spending:
        return worst_case(request, self._inner.info, self._counter)

    @property
    def _what(self) -> str:
        return f"a call of {self._inner.info.name!r}"

    def _settle(self, request: ModelRequest, held: Reservation, noted: list[Attempt]) -> None:
        """At what the attempt says, which is what the ledger says; without one at what was set aside."""
        if not noted:
            self._book.settle(held, self._worst_case(request))
        elif noted[-1].error is ErrorKind.BLOCKED:
            self._book.release(held)
        else:
            self._book.settle(held, Spending(1, noted[-1].usage.total, noted[-1].cost))

    async def _timed(
        self, request: ModelRequest, held: Reservation, deadline: float, noted: list[Attempt]
    ) -> AsyncIterator[ModelEvent]:
        """The events that come in time; not one timer around all, which would go off in the reader."""
        events = self._inner.stream(request)
        try:
            while True:
                timer = asyncio.timeout_at(deadline)
                try:
                    async with timer:
                        event = await anext(events)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    if not timer.expired():
                        raise
                    break
                yield event
        finally:
            await close(events)
        if noted:
            yield AttemptEnded(noted[-1])
        raise self._book.out_of_time(held, self._worst_case(request), self._what)


def worst_case(request: ModelRequest, info: ModelInfo, counter: TokenCounter) -> Spending:
    """What a call costs at most: all input written to the provider's cache, and as long an answer as is allowed.

    Dollars are None for a model without a price.
    """
    read = count_input(request, counter).at_most
    longest = request.max_output_tokens
    written = min(longest, info.max_output) if info.max_output > 0 else longest
    if info.prices is None:
        return Spending(1, read + written, None)
    at = info.prices.at(read)
    dearest = Usage(cache_write=read, output=written) if at.cache_write > at.input else Usage(read, written)
    return Spending(1, read + written, info.prices.cost(dearest))
