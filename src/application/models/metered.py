"""A model whose every call is put on record with what it cost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.ledger.entry import LedgerEntry
from ...domain.models.attempt import Attempt, UsageSource
from ...domain.models.exchange import (
    AttemptEnded,
    Finished,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
    UsageReported,
)
from ...domain.models.info import ModelInfo
from ...domain.models.usage import Usage
from ...domain.ports.clock import Clock
from ...domain.ports.cost_ledger import CostLedger
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.token_counter import TokenCounter
from .closing import close
from .refusal import DETAIL_LENGTH
from .request_estimate import count_input, count_output

UNPAID = frozenset(
    {
        ErrorKind.RATE_LIMIT,
        ErrorKind.OVERLOADED,
        ErrorKind.SERVER,
        ErrorKind.CONFLICT,
        ErrorKind.AUTHENTICATION,
        ErrorKind.PERMISSION,
        ErrorKind.QUOTA,
        ErrorKind.NOT_FOUND,
        ErrorKind.INVALID_REQUEST,
        ErrorKind.CONTEXT_TOO_LONG,
        ErrorKind.BLOCKED,
        ErrorKind.BUDGET,
        ErrorKind.CIRCUIT_OPEN,
    }
)
"""Refused by status, or before anything was sent: without any output nothing was spent."""


LONGEST_NAME = 200
MOST_TOKENS = 1_000_000_000
"""A count beyond that is no count."""


class MeteredModel(LanguageModel):
    """Makes an attempt of every call and keeps it in the ledger, also of one that fails or is abandoned.

    What the provider counted is what counts; where it said nothing, or the answer broke off, tokens are counted
    here and marked as estimated. An adapter that could not even send the request says so by `sent` False in
    the details of its ModelFailure: then nothing was spent either.
    """

    def __init__(self, inner: LanguageModel, ledger: CostLedger, counter: TokenCounter, clock: Clock) -> None:
        self._inner = inner
        self._ledger = ledger
        self._counter = counter
        self._clock = clock

    @property
    def info(self) -> ModelInfo:
        """That of the model that is metered."""
        return self._inner.info

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Pass the answer on; AttemptEnded comes before `Finished`, and before an error that is raised."""
        call = _Call(self._inner.info, request, self._counter, self._clock)
        events = self._inner.stream(request)
        try:
            async for event in events:
                if type(event) is TextDelta or type(event) is ToolCallDelta:
                    call.said.append(event)
                elif type(event) is Finished:
                    event = _named(event, self._inner.info)  # noqa: PLW2901 - the same event, with a name
                    yield AttemptEnded(self._keep(call, call.answered(event)))
                else:
                    call.note(event)
                yield event
            if not call.ended:
                raise _broke_off(self.info)
        except Exception as error:
            if not call.ended:
                yield AttemptEnded(self._keep(call, call.failed(error)))
            raise
        finally:
            if not call.ended:  # cancelled, or nobody listens any more
                self._keep(call, call.cancelled())
            await close(events)

    def _keep(self, call: _Call, attempt: Attempt) -> Attempt:
        context = call.request.context
        call.ended = True
        self._ledger.record(LedgerEntry(self._clock.now(), context.run_id, context.agent, attempt))
        context.heard(attempt)
        return attempt


class _Call:
    """What is known of one call so far."""

    def __init__(self, info: ModelInfo, request: ModelRequest, counter: TokenCounter, clock: Clock) -> None:
        self.request = request
        self.said: list[TextDelta | ToolCallDelta] = []
        self.ended = False
        self._done: dict[int, ToolCallDone] = {}
        self._reported = Usage()
        self._info = info
        self._counter = counter
        self._clock = clock
        self._started = clock.monotonic()

    def note(self, event: ModelEvent) -> None:
        """Take in an event that is not a piece of the answer."""
        if isinstance(event, UsageReported):
            self._reported = event.usage if _credible(event.usage) else Usage()
        elif isinstance(event, ToolCallDone):
            self._done[event.index] = event

    def answered(self, end: Finished) -> Attempt:
        """The attempt that gave an answer; words that a provider did not count are counted here."""
        if self._reported.output or (self._reported.total and not self._said_anything):
            return self._attempt(self._reported, UsageSource.REPORTED, model=end.model)
        return self._attempt(*self._broken(), model=end.model)

    def failed(self, error: Exception) -> Attempt:
        """The attempt that ended in `error`."""
        kind = error.kind if isinstance(error, ModelFailure) else ErrorKind.UNKNOWN
        detail = str(error)[:DETAIL_LENGTH]
        sent = not isinstance(error, ModelFailure) or error.details.get("sent") is not False
        if not self._reported.total and not self.said and not self._done and (kind in UNPAID or not sent):
            return self._attempt(Usage(), UsageSource.NONE, kind, detail)
        return self._attempt(*self._broken(), kind, detail)

    def cancelled(self) -> Attempt:
        """The attempt that nobody waits for any more; what it took until then was spent."""
        late = self.request.context.time_is_up()
        if late:
            return self._attempt(*self._broken(), ErrorKind.TIMEOUT, late[:DETAIL_LENGTH])
        return self._attempt(*self._broken(), ErrorKind.CANCELLED, "cancelled")

    def _attempt(
        self,
        usage: Usage,
        source: UsageSource,
        error: ErrorKind | None = None,
        detail: str = "",
        *,
        model: str = "",
    ) -> Attempt:
        info, context = self._info, self.request.context
        batches = context.batch and info.prices is not None and info.prices.batch is not None
        return Attempt(
            info.provider,
            model or info.name,
            info.tier,
            error,
            detail,
            self._clock.monotonic() - self._started,
            context.waited,
            usage,
            source,
            info.cost(usage),
            fallback=context.fallback,
            batch=context.batch,
            batch_cost=info.cost(usage, batch=True) if batches else None,
        )

    @property
    def _said_anything(self) -> bool:
        return bool(self.said or self._done)

    def _broken(self) -> tuple[Usage, UsageSource]:
        """Usage of an answer without an end: a report that came early may not know all of its output."""
        if not self._reported.total:
            return self._estimated(), UsageSource.ESTIMATED
        output = self._output()
        if output <= self._reported.output:
            return self._reported, UsageSource.REPORTED
        known = self._reported
        more = Usage(known.input, output, known.cache_read, known.cache_write, known.reasoning)
        return more, UsageSource.ESTIMATED

    def _estimated(self) -> Usage:
        return Usage(input=count_input(self.request, self._counter).tokens, output=self._output())

    def _output(self) -> int:
        """Tokens of what was said; a whole call counts instead of its pieces."""
        done = self._done
        texts = [event.text for event in self.said if isinstance(event, TextDelta)]
        for piece in self.said:
            if isinstance(piece, ToolCallDelta) and piece.index not in done:
                texts += [piece.name, piece.arguments]
        texts += [part for call in done.values() for part in (call.name, call.arguments)]
        return count_output(texts, self._counter).tokens


def _broke_off(info: ModelInfo) -> ModelFailure:
    return ModelFailure(
        f"the answer of {info.name} ended without saying that it was done",
        kind=ErrorKind.INCOMPLETE,
        details={"model": info.name},
        hint="run it again",
    )


def _named(end: Finished, info: ModelInfo) -> Finished:
    """The end of an answer with the name that the server gave its model, unless that cannot be one."""
    name = end.model
    if type(name) is str and 0 < len(name) <= LONGEST_NAME and name.isprintable():
        return end
    return replace(end, model=info.name)


def _credible(usage: Usage) -> bool:
    """Whether a provider can have counted that: a wrong bill must not empty a budget, or fill it up again."""
    counts = (usage.input, usage.output, usage.cache_read, usage.cache_write, usage.reasoning)
    return all(type(count) is int and 0 <= count <= MOST_TOKENS for count in counts)
