"""A model whose answers are recorded before they are used."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ...domain.errors import BudgetExceeded, ErrorKind
from ...domain.journal.record import Record, RecordKind
from ...domain.models.attempt import Attempt
from ...domain.models.exchange import (
    AttemptEnded,
    Finished,
    ModelEvent,
    ModelRequest,
    ModelResponse,
    ReasoningKept,
    TextDelta,
    ToolCallDone,
    UsageReported,
)
from ...domain.models.info import ModelInfo
from ...domain.models.usage import Usage
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.token_counter import TokenCounter
from ..models.assembly import Assembly
from ..models.budgeted import worst_case
from ..models.closing import close
from .asking import Asking
from .book import FlowBook
from .codec import Codec
from .flow import Flow, Repeat
from .rounds import Rounds

RESPONSE: Codec[ModelResponse] = Codec(ModelResponse)
ATTEMPTS: TypeAdapter[tuple[Attempt, ...]] = TypeAdapter(tuple[Attempt, ...])
LOST = "the process ended while this call was under way; what it cost is not known"


class DurableModel(LanguageModel):
    """Answers what was answered before from the journal; the rest goes to the model inside, once.

    A call whose answer a crash took is made again, and counted: it stands in the record as lost. Attempts that failed
    are told again when the run goes on, so that every one of them stays in the account.
    """

    def __init__(
        self, inner: LanguageModel, flow: Flow, rounds: Rounds, asking: Asking, counter: TokenCounter
    ) -> None:
        self._inner = inner
        self._flow = flow
        self._rounds = rounds
        self._asking = asking
        self._counter = counter

    @property
    def info(self) -> ModelInfo:
        """That of the model inside."""
        return self._inner.info

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The recorded answer, or a new one that is recorded before its end is told."""
        key = f"model/{self._rounds.next()}"
        name, book = self._flow.name(key), self._flow.book
        kept = book.result(name)
        for attempt in self._before(name):
            yield AttemptEnded(attempt)
        if kept is not None:
            for event in _replayed(RESPONSE.load(kept), kept.epoch == 0):
                yield event
            return
        held = await self._allowed(request)
        book.reserved += held
        events = self._recorded(request, name, key)
        try:
            async for event in events:
                yield event
        finally:
            book.reserved -= held
            await close(events)

    async def _recorded(self, request: ModelRequest, name: str, key: str) -> AsyncIterator[ModelEvent]:
        book, call = self._flow.book, _Call(self._flow.book, request.context.heard)
        watched = replace(request, context=replace(request.context, heard=call.hear))
        taken = {asked.call_id for message in request.messages for asked in message.tool_calls}
        answer = Assembly(self._inner.info.name, taken)
        events = self._inner.stream(watched)
        try:
            with self._flow.working():
                await self._flow.begin(key, Repeat.COUNTED)
                async for event in events:
                    answer.add(event)
                    if type(event) is Finished:
                        attempts = tuple(call.attempts or answer.attempts)
                        response = replace(answer.response(), attempts=attempts)
                        call.failure = (
                            ""  # before: what is under way to the journal arrives, whoever gives up
                        )
                        await book.keep(RecordKind.RESULT, name, response, RESPONSE)
                    yield event
        except Exception as error:
            call.failure = f"{type(error).__name__}: {error}"
            raise
        finally:
            await close(events)
            if call.failure:
                book.note(RecordKind.FAILURE, name, call.told())

    def _before(self, name: str) -> Iterator[Attempt]:
        """What earlier calls of this step took: those that failed, and those that crashes took."""
        book = self._flow.book
        for failure in book.failures(name):
            yield from _attempts(failure)
        info = self._inner.info
        for _ in range(book.lost(name)):
            yield Attempt(info.provider, info.name, info.tier, error=ErrorKind.LOST, detail=LOST)

    async def _allowed(self, request: ModelRequest) -> Decimal:
        """What the call may cost at most, where anybody watches that; raises BudgetExceeded after a no."""
        if not self._asking.counts:
            return Decimal(0)
        worst = worst_case(request, self._inner.info, self._counter).usd
        answer = await self._asking.spending(worst)
        if not answer.yes:
            raise BudgetExceeded(
                f"a call of {self._inner.info.name!r} was not approved{_because(answer.reason)}",
                details={"who": answer.who},
                hint="approve further spending, or run it with a higher amount",
            )
        return worst or Decimal(0)


class _Call:
    """A call under way: the attempts that it took, and how it fails if nothing else is known by its end."""

    def __init__(self, book: FlowBook, outside: Callable[[Attempt], None]) -> None:
        self._book = book
        self._outside = outside
        self.attempts: list[Attempt] = []
        self.failure = "cancelled"

    def hear(self, attempt: Attempt) -> None:
        """Keep an attempt, and count what it cost."""
        self.attempts.append(attempt)
        self._book.spent += attempt.cost or Decimal(0)
        self._outside(attempt)

    def told(self) -> dict[str, object]:
        """The failure as it is recorded, with what was paid all the same."""
        return {"error": self.failure, "attempts": ATTEMPTS.dump_python(tuple(self.attempts), mode="json")}


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def spent_in(record: Record) -> tuple[Attempt, ...]:
    """The attempts that a record of a model's step tells of; none for other records, and for those taken over."""
    if "/model/" not in f"/{record.key}" or record.epoch == 0:
        return ()
    if record.kind is RecordKind.RESULT:
        return RESPONSE.load(record).attempts
    return _attempts(record) if record.kind is RecordKind.FAILURE else ()


def _attempts(failure: Record) -> tuple[Attempt, ...]:
    """Those of a failed call; a record that cannot be read tells of none."""
    try:
        content: Any = json.loads(failure.payload)
        return ATTEMPTS.validate_python(content.get("attempts", ()))
    except (ValueError, ValidationError, AttributeError):
        return ()


def _replayed(response: ModelResponse, inherited: bool) -> Iterator[ModelEvent]:
    """What was said, as it would come from the model; what another run has paid for costs nothing here."""
    if response.text:
        yield TextDelta(response.text)
    for index, call in enumerate(response.tool_calls):
        yield ToolCallDone(index, call.name, call.arguments, call.call_id)
    if response.reasoning:
        yield ReasoningKept(response.reasoning)
    yield UsageReported(Usage() if inherited else response.usage)
    for attempt in response.attempts:
        if not inherited:
            yield AttemptEnded(attempt)
        elif attempt.ok:
            yield AttemptEnded(replace(attempt, usage=Usage(), cost=Decimal(0), batch_cost=None, cached=True))
    yield Finished(response.finish_reason, response.model)
