"""Stage 3: one model call, assembled from its stream of events."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence

from ...domain.errors import ProviderError
from ...domain.messaging.message import ToolCall
from ...domain.models.exchange import (
    Finished,
    ModelEvent,
    ModelRequest,
    ModelResponse,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
    UsageReported,
)
from ...domain.models.usage import Usage
from ...domain.ports.language_model import LanguageModel
from ...domain.tools.spec import ToolSpec
from ...domain.turns.types import AnalyzedTurn, TurnConfig

log = logging.getLogger(__name__)

Callback = Callable[[ModelEvent], None]


class Assembly:
    """What has come of a stream so far; `usage` is there even when the stream fails half-way.

    `taken` are call ids of the conversation: an id that is missing, or that comes twice, is made anew.
    """

    def __init__(self, model: str, taken: Collection[str] = ()) -> None:
        self._model = model
        self._taken = taken
        self._text: list[str] = []
        self._calls: dict[int, _Call] = {}
        self._finished: Finished | None = None
        self.usage = Usage()

    def add(self, event: object) -> None:
        """Take in one event; one of an unknown kind changes nothing."""
        if isinstance(event, TextDelta):
            self._text.append(event.text)
        elif isinstance(event, ToolCallDelta | ToolCallDone):
            self._calls.setdefault(event.index, _Call()).add(event)
        elif isinstance(event, UsageReported):
            self.usage = event.usage
        elif isinstance(event, Finished):
            self._finished = event

    def response(self) -> ModelResponse:
        """The finished answer; raises ProviderError when the stream ended without saying that it was done."""
        if self._finished is None:
            raise ProviderError(
                f"the answer of {self._model!r} broke off before its end",
                code="incomplete-stream",
                details={"model": self._model, "text": "".join(self._text)[-200:]},
                hint="run it again",
            )
        text, done = "".join(self._text), self._finished
        return ModelResponse(text, self._tool_calls(), done.reason, self.usage, done.model or self._model)

    def _tool_calls(self) -> tuple[ToolCall, ...]:
        taken = set(self._taken)
        calls: list[ToolCall] = []
        number = len(taken)
        for _, call in sorted(self._calls.items()):
            call_id = call.call_id
            while not call_id or call_id in taken:
                number += 1
                call_id = f"call_{number}"
            taken.add(call_id)
            calls.append(ToolCall(call_id, call.name, call.arguments()))
        return tuple(calls)


class _Call:
    """One tool call in the making."""

    def __init__(self) -> None:
        self.call_id = ""
        self.name = ""
        self._pieces: list[str] = []
        self._final: str | None = None

    def add(self, event: ToolCallDelta | ToolCallDone) -> None:
        if isinstance(event, ToolCallDone):
            self._final = event.arguments
            self.call_id = event.call_id or self.call_id
            self.name = event.name or self.name
        else:
            self._pieces.append(event.arguments)
            self.call_id = self.call_id or event.call_id
            self.name = self.name or event.name

    def arguments(self) -> str:
        return "".join(self._pieces) if self._final is None else self._final


async def execute_model(
    turn: AnalyzedTurn,
    client: LanguageModel,
    config: TurnConfig,
    tools: Sequence[ToolSpec] = (),
    callback: Callback | None = None,
    assembly: Assembly | None = None,
) -> ModelResponse:
    """Send the turn's messages and read the answer; raises ProviderError.

    `callback` sees each event; what it raises is logged and hinders nothing. A caller that passes `assembly`,
    made by `assembly_for`, can read the usage of an answer that never came to its end.
    """
    info = client.info
    messages = turn.prepared.messages
    gathered = assembly or assembly_for(turn, client)
    request = ModelRequest(
        messages, tuple(tools), config.temperature, min(config.response_reserve, info.max_output)
    )
    async for event in client.stream(request):
        gathered.add(event)
        if callback is not None:
            _tell(callback, event)
    return gathered.response()


def assembly_for(turn: AnalyzedTurn, client: LanguageModel) -> Assembly:
    """An empty assembly that knows the call ids which the conversation already holds."""
    taken = {call.call_id for message in turn.prepared.messages for call in message.tool_calls}
    return Assembly(client.info.name, taken)


def parse_response(raw: Iterable[ModelEvent], model: str = "", taken: Collection[str] = ()) -> ModelResponse:
    """The answer that the events of one call add up to; raises ProviderError when they have no end."""
    assembly = Assembly(model, taken)
    for event in raw:
        assembly.add(event)
    return assembly.response()


def _tell(callback: Callback, event: ModelEvent) -> None:
    try:
        callback(event)
    except Exception:  # whoever watches must not break what it watches
        log.warning("a callback failed on %s", type(event).__name__, exc_info=True)
