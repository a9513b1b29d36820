"""One structured question to a model, kept with what it took whether it was answered or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from pydantic import BaseModel

from ...domain.errors import BudgetExceeded, ErrorKind, ModelFailure, MusterError, UserError
from ...domain.generation.calls import ModelCall
from ...domain.messaging.message import Message
from ...domain.models.attempt import Attempt, total_usage
from ...domain.models.exchange import CallContext
from ...domain.models.info import ModelCapability, ModelInfo
from ...domain.ports.language_model import LanguageModel
from ..models.executor import CallOptions, LLMExecutor
from ..turns.budget import answer_room

Form = TypeVar("Form", bound=BaseModel)
ANSWER_TOKENS, THINKING_TOKENS = 16_384, 32_768
"""Room for an answer that holds whole files; a model that thinks spends it on its thoughts first."""


@dataclass(frozen=True, slots=True)
class Ask(Generic[Form]):
    """What is asked for (`purpose`, for the record), in which `form`."""

    purpose: str
    system: str
    messages: tuple[Message, ...]
    form: type[Form]
    temperature: float = 0.2


@dataclass(frozen=True, slots=True)
class Answered(Generic[Form]):
    """The answer in its form, or the error that stands in its place; and what it took either way."""

    call: ModelCall
    value: Form | None = None
    error: MusterError | None = None

    def given(self) -> Form:
        """The answer; raises the error that stands in its place."""
        if self.value is None:
            raise self.error or _no_answer(self.call.model)
        return self.value


async def ask_model(model: LanguageModel, ask: Ask[Form], context: CallContext) -> Answered[Form]:
    """Ask; a failure or an exhausted budget is an answer without a value. An answer of another form goes back once."""
    info = model.info
    options = CallOptions(ask.temperature, answer_room(info, _wanted(info)), context=context)
    executor = LLMExecutor(lambda _provider, _tier: model)
    try:
        done = await executor.execute(
            info.provider, info.tier, ask.messages, ask.system, response_schema=ask.form, options=options
        )
    except (ModelFailure, BudgetExceeded) as error:
        return Answered(_failed(ask.purpose, info, error), error=error)
    lack = None if done.value is not None else _no_answer(done.model_used)
    call = ModelCall(ask.purpose, done.model_used, done.usage, done.cost, done.attempts, str(lack or ""))
    return Answered(call, done.value, lack)


def refuse_without_judgement(models: Sequence[LanguageModel]) -> None:
    """Raise UserError for a model that only arranges evidence: it writes nothing, and judges nothing."""
    for model in models:
        if not model.info.judges:
            raise UserError(
                f"{model.info.name!r} writes no code and judges none: a model which writes is needed",
                code="no-model",
                details={"model": model.info.name},
                hint="name one with --model (and --reviewer-model) as provider or provider/id, or set MUSTER_MODEL",
            )


def _no_answer(model: str) -> ModelFailure:
    return ModelFailure(
        f"{model} called a tool that nobody offered, and gave no answer",
        kind=ErrorKind.BAD_ANSWER,
        hint="choose another model",
    )


def _failed(purpose: str, info: ModelInfo, error: MusterError) -> ModelCall:
    """The record of a call without an answer; the executor left in the error what it took."""
    told = error.details
    attempts: tuple[Attempt, ...] = told["attempts"] if isinstance(told.get("attempts"), tuple) else ()  # type: ignore[assignment]
    cost = told.get("cost", Decimal(0))
    known = cost if isinstance(cost, Decimal) else None
    model = attempts[-1].model if attempts else info.name
    return ModelCall(purpose, model, total_usage(attempts), known, attempts, str(error))


def _wanted(info: ModelInfo) -> int:
    return THINKING_TOKENS if info.can(ModelCapability.REASONING) else ANSWER_TOKENS
