"""One question of a person to one model: whatever happens to it becomes a reply."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ...domain.chat.reply import Reply
from ...domain.errors import ErrorKind
from ...domain.messaging.message import Message, Role
from ...domain.models.attempt import Attempt, UsageSource, total_cost, total_usage
from ...domain.models.exchange import (
    AnswerRestarted,
    FinishReason,
    ModelEvent,
    ModelRequest,
    TextDelta,
)
from ...domain.models.info import ModelInfo
from ...domain.ports.clock import Clock
from ...domain.ports.event_bus import EventBus
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.token_counter import TokenCounter
from ...domain.turns.types import TurnConfig, TurnInput, TurnOutput, TurnStatus
from ..turns.budget import answer_room
from ..turns.course import Guard
from ..turns.executors import FunctionExecutor
from ..turns.finish import output_left_by
from ..turns.runner import TurnRunner
from .chat_budget import Purse

ANSWER_TOKENS = 8192
"""Room for one answer, thinking included; at most a quarter of a small window."""

Tell = Callable[[ModelEvent], None]


def nobody(_event: ModelEvent) -> None:
    """Take an event that nobody waits for."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent: system message, history and prompt; `run_id` and `accounts` are for ledger and budgets."""

    prompt: str
    history: tuple[Message, ...] = ()
    system: str = ""
    run_id: str = ""
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatEngine:
    """What all questions share; `counter_for` knows better than `counter` which vocabulary a model has.

    `purse` opens the budgets that pay for them; `guard_for` is what messages for a model go through before they are
    shortened.
    """

    counter: TokenCounter
    clock: Clock
    bus: EventBus
    counter_for: Callable[[ModelInfo], TokenCounter] | None = None
    purse: Purse = field(default_factory=Purse)
    guard_for: Callable[[ModelInfo], Guard] = lambda _: tuple

    def ask(self, model: LanguageModel, question: Question, tell: Tell = nobody) -> Asking:
        """Prepare to ask; nothing is sent before `run`. `tell` sees each event of the model as it comes."""
        return Asking(self, model, question, tell)


class Asking:
    """A question from the call to its reply."""

    def __init__(self, engine: ChatEngine, model: LanguageModel, question: Question, tell: Tell) -> None:
        self._engine = engine
        self._question = question
        self._heard = _Overheard(model, tell)
        self._counter = engine.counter if engine.counter_for is None else engine.counter_for(model.info)
        self._started = engine.clock.monotonic()

    async def run(self) -> Reply:
        """The reply, also to a question that failed; when cancelled, `cut_off` tells what there is."""
        engine, question, info = self._engine, self._question, self._heard.info
        runner = TurnRunner(
            self._heard, FunctionExecutor({}), self._counter, engine.clock, engine.bus,
            guard=engine.guard_for(info),
        )  # fmt: skip
        turn = TurnInput(
            question.prompt,
            question.system,
            history=question.history,
            config=chat_config(info),
            run_id=question.run_id,
            agent="chat",
            accounts=question.accounts,
        )
        return self._reply(await runner.run(turn))

    def cut_off(self, error: asyncio.CancelledError) -> Reply:
        """What there is of a reply that was cancelled, with what it has cost as the meter has it."""
        output = output_left_by(error)
        attempts = output.metrics.attempts if output else ()
        return Reply(
            text=self._heard.text,
            model=attempts[-1].model if attempts else self._heard.info.name,
            usage=total_usage(attempts),
            cost=total_cost(attempts),
            seconds=self._engine.clock.monotonic() - self._started,
            error="the answer was cancelled",
            kind=ErrorKind.CANCELLED,
            estimated=_estimated(attempts),
            left_out=self._left_out(),
        )

    def _reply(self, output: TurnOutput) -> Reply:
        metrics, response = output.metrics, output.response
        error, kind = _fault(output)
        instead_of, because = self._stood_in(metrics.attempts)
        return Reply(
            text=output.text or self._heard.text,
            model=metrics.model,
            usage=metrics.usage,
            cost=metrics.cost if metrics.iteration_count else Decimal(0),
            seconds=metrics.duration,
            error=error,
            kind=kind,
            finish=response.finish_reason if response else None,
            estimated=_estimated(metrics.attempts),
            left_out=self._left_out(),
            instead_of=instead_of,
            because=because,
        )

    def _stood_in(self, attempts: Sequence[Attempt]) -> tuple[str, ErrorKind | None]:
        """For which model another one has answered, and why the former had not; nothing when it did itself."""
        if not attempts or not attempts[-1].ok or not attempts[-1].fallback:
            return "", None
        own = [attempt.error for attempt in attempts if not attempt.fallback]
        return self._heard.info.name, own[-1] if own else None

    def _left_out(self) -> int:
        """Messages of the history that were not sent as they are."""
        request = self._heard.request
        if request is None:
            return 0
        sent = sum(message.role is not Role.SYSTEM for message in request.messages)
        return max(0, len(self._question.history) + 1 - sent)


class _Overheard(LanguageModel):
    """A model with somebody listening to one call of it."""

    def __init__(self, model: LanguageModel, tell: Tell) -> None:
        self._model = model
        self._tell = tell
        self._pieces: list[str] = []
        self.request: ModelRequest | None = None

    @property
    def info(self) -> ModelInfo:
        """That of the model."""
        return self._model.info

    @property
    def text(self) -> str:
        """What was said so far."""
        return "".join(self._pieces)

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Pass the call on and its events back."""
        self.request = request
        async for event in self._model.stream(request):
            self._note(event)
            self._tell(event)
            yield event

    def _note(self, event: ModelEvent) -> None:
        if isinstance(event, TextDelta):
            self._pieces.append(event.text)
        elif isinstance(event, AnswerRestarted):
            self._pieces.clear()


def chat_config(info: ModelInfo) -> TurnConfig:
    """One call, no tools; room for the answer as the model's window allows."""
    return TurnConfig(
        max_iterations=1, analysis_enabled=False, response_reserve=answer_room(info, ANSWER_TOKENS)
    )


def _fault(output: TurnOutput) -> tuple[str, ErrorKind | None]:
    """What is wrong with a turn, in words and by kind; a model that says nothing has not answered."""
    if output.status is TurnStatus.REJECTED:
        return output.error, ErrorKind.CONTEXT_TOO_LONG
    if output.status is TurnStatus.FAILED:
        return output.error, _kind(output)
    if output.text.strip():
        return "", None
    if output.response is not None and output.response.finish_reason is FinishReason.REFUSED:
        return f"{output.metrics.model} refused to answer", ErrorKind.REFUSED
    return f"{output.metrics.model} answered with nothing", ErrorKind.BAD_ANSWER


def _kind(output: TurnOutput) -> ErrorKind:
    """By the code of the error, or by the attempt that failed last."""
    code = output.metadata.get("code", "").replace("-", "_")
    if code in set(ErrorKind):
        return ErrorKind(code)
    failed = [attempt.error for attempt in output.metrics.attempts if attempt.error is not None]
    return failed[-1] if failed else ErrorKind.UNKNOWN


def _estimated(attempts: Sequence[Attempt]) -> bool:
    return any(attempt.source is UsageSource.ESTIMATED for attempt in attempts)
