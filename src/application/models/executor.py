"""One call of a language model by provider and tier, with everything that it took."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NoReturn

from ...domain.errors import BudgetExceeded, ErrorKind, ModelFailure
from ...domain.messaging.message import Message, Role, ToolCall
from ...domain.models.attempt import Attempt, total_cost, total_usage
from ...domain.models.exchange import (
    CallContext,
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    ModelResponse,
    Reasoning,
)
from ...domain.models.info import ModelCapability, ModelInfo
from ...domain.models.tier import ModelTier
from ...domain.models.usage import Usage
from ...domain.ports.language_model import LanguageModel
from ...domain.tools.spec import ToolSpec
from .assembly import Assembly
from .closing import close
from .structured import NotAsAsked, Shape, Structure, repair_messages, schema_message

Models = Callable[[str, ModelTier], LanguageModel]
"""The model of a provider for a tier, with its whole stack; raises UnknownName or ConfigurationError."""


@dataclass(frozen=True, slots=True)
class CallOptions:
    """How an answer shall be made, and who asks for it."""

    temperature: float = 0.7
    max_output_tokens: int = 4096
    reasoning: Reasoning = Reasoning.DEFAULT
    context: CallContext = field(default_factory=CallContext)


@dataclass(frozen=True, slots=True)
class Execution:
    """An answer; `value` is the structured one, None where none was asked for or tools are called first.

    `model_used` (`provider/id`) and `tier_used` are those of the model that answered. `usage` and `cost` (US
    dollars, None when unpriced) are over all `attempts`, failed ones and the repair round included.
    """

    text: str
    value: Any
    tool_calls: tuple[ToolCall, ...]
    finish_reason: FinishReason
    model_used: str
    tier_used: ModelTier
    is_fallback: bool
    attempts: tuple[Attempt, ...]
    usage: Usage
    cost: Decimal | None


class LLMExecutor:
    """Calls a model and says what became of it; a failure is an error, never a text that looks like an answer."""

    def __init__(self, models: Models) -> None:
        self._models = models

    async def execute(
        self,
        provider: str,
        tier: ModelTier,
        messages: Sequence[Message],
        system: str = "",
        tools: Sequence[ToolSpec] = (),
        response_schema: Shape | None = None,
        options: CallOptions | None = None,
    ) -> Execution:
        """The answer to `messages`, whole; raises ModelFailure or BudgetExceeded.

        Errors carry `attempts` and the `cost` so far in their details. With a `response_schema` an answer of
        another form goes back to the model once, with what is wrong; then it is a failure.
        """
        model = self._models(provider, tier)
        request = _request(model.info, messages, system, tools, options or CallOptions())
        call = _Call(model)
        if response_schema is None:
            return call.execution(await call.answer(request), None)
        structure = Structure(response_schema)
        request = _structured(request, model.info, structure)
        response = await call.answer(request)
        if response.tool_calls:
            return call.execution(response, None)
        try:
            return call.execution(response, structure.read(response.text))
        except NotAsAsked as error:
            if response.finish_reason is FinishReason.LENGTH:
                call.fail_cut_off(response, str(error))
            return await _repaired(call, request, response, structure, str(error))

    async def stream(
        self,
        provider: str,
        tier: ModelTier,
        messages: Sequence[Message],
        system: str = "",
        tools: Sequence[ToolSpec] = (),
        options: CallOptions | None = None,
    ) -> AsyncIterator[ModelEvent]:
        """The answer as it arrives, with its attempts as events; raises like `execute`."""
        model = self._models(provider, tier)
        request = _request(model.info, messages, system, tools, options or CallOptions())
        events = _Call(model).events(replace(request, stream=True))
        try:
            async for event in events:
                yield event
        finally:
            await close(events)


class _Call:
    """The rounds of one execution."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._assembly = Assembly(model.info.name)
        self._attempts: list[Attempt] = []
        self._unmetered = Usage()

    async def answer(self, request: ModelRequest) -> ModelResponse:
        """One round; raises ModelFailure for an answer that is empty or refused."""
        async for _ in self.events(request):
            pass
        return self._assembly.response()

    async def events(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The events of one round; nothing says that it is finished when there is no answer."""
        taken = {call.call_id for message in request.messages for call in message.tool_calls}
        assembly = self._assembly = Assembly(self._model.info.name, taken)
        stream = self._model.stream(request)
        try:
            async for event in stream:
                assembly.add(event)
                if isinstance(event, Finished):
                    _check(assembly.response())
                yield event
            assembly.response()
        except (ModelFailure, BudgetExceeded) as error:
            self._keep()
            error.details.update(self._account())
            raise
        else:
            self._keep()
        finally:
            await close(stream)

    def execution(self, response: ModelResponse, value: Any) -> Execution:
        """What is handed out for the last answer."""
        last = self._attempts[-1] if self._attempts else None
        return Execution(
            response.text,
            value,
            response.tool_calls,
            response.finish_reason,
            response.model,
            last.tier if last else self._model.info.tier,
            last.fallback if last else False,
            tuple(self._attempts),
            total_usage(self._attempts) + self._unmetered,
            self._cost(),
        )

    def fail(self, response: ModelResponse, complaint: str, hint: str) -> NoReturn:
        """Raise that the last answer has not the form that was asked for."""
        details = {"model": response.model, "problem": complaint, "text": response.text[-200:]}
        raise ModelFailure(
            f"{response.model} did not answer in the form that was asked for: {complaint}",
            kind=ErrorKind.BAD_ANSWER,
            details={**details, **self._account()},
            hint=hint,
        )

    def fail_cut_off(self, response: ModelResponse, complaint: str) -> NoReturn:
        """Raise for an answer that was cut off: another round would be cut off as well."""
        self.fail(response, complaint, "the answer was cut off at its limit; allow more output tokens")

    def _keep(self) -> None:
        """Take over what the round took; a model that nobody meters has no attempts, only usage."""
        self._attempts += self._assembly.attempts
        if not self._assembly.attempts:
            self._unmetered += self._assembly.usage

    def _account(self) -> dict[str, object]:
        return {"attempts": tuple(self._attempts), "cost": self._cost()}

    def _cost(self) -> Decimal | None:
        metered = total_cost(self._attempts)
        more = self._model.info.cost(self._unmetered) if self._unmetered.total else Decimal(0)
        return None if metered is None or more is None else metered + more


async def _repaired(
    call: _Call, request: ModelRequest, response: ModelResponse, structure: Structure, complaint: str
) -> Execution:
    """The one repair round; raises ModelFailure when it does not help."""
    messages = request.messages + repair_messages(response, structure, complaint)
    again = replace(request, messages=messages, context=replace(request.context, fresh=True))
    repaired = await call.answer(again)
    if repaired.tool_calls:
        return call.execution(repaired, None)
    try:
        value = structure.read(repaired.text)
    except NotAsAsked as error:
        call.fail(repaired, str(error), "simplify the schema, or choose a model of a higher tier")
    return call.execution(repaired, value)


def _request(
    info: ModelInfo,
    messages: Sequence[Message],
    system: str,
    tools: Sequence[ToolSpec],
    options: CallOptions,
) -> ModelRequest:
    first = (Message(Role.SYSTEM, system),) if system else ()
    room = options.max_output_tokens
    return ModelRequest(
        (*first, *messages),
        tuple(tools),
        options.temperature,
        min(room, info.max_output) if info.max_output else room,
        reasoning=options.reasoning,
        stream=False,
        context=options.context,
    )


def _structured(request: ModelRequest, info: ModelInfo, structure: Structure) -> ModelRequest:
    """`request` with the form of its answer; a model that takes no schema is told it in words."""
    messages = request.messages
    if not info.can(ModelCapability.STRUCTURED_OUTPUT):
        talk = next(
            (i for i, message in enumerate(messages) if message.role is not Role.SYSTEM), len(messages)
        )
        messages = (*messages[:talk], schema_message(structure), *messages[talk:])
    return replace(request, messages=messages, response_schema=structure.schema, schema_name=structure.name)


def _check(response: ModelResponse) -> None:
    """Raise ModelFailure for what ended well and is no answer."""
    if response.finish_reason is FinishReason.REFUSED:
        raise ModelFailure(
            f"{response.model} refused to answer",
            kind=ErrorKind.REFUSED,
            details={"model": response.model, "text": response.text[-200:]},
            hint="ask in other words, or choose another model",
        )
    if not response.text.strip() and not response.tool_calls:
        cut_off = response.finish_reason is FinishReason.LENGTH
        raise ModelFailure(
            f"{response.model} gave an empty answer",
            kind=ErrorKind.BAD_ANSWER,
            details={"model": response.model, "finish_reason": response.finish_reason.value},
            hint="allow more output tokens" if cut_off else "run it again, or choose another model",
        )
