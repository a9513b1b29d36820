"""Stage 3: one model call, assembled from its stream of events."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence

from ...domain.models.exchange import CallContext, ModelEvent, ModelRequest, ModelResponse
from ...domain.ports.language_model import LanguageModel
from ...domain.tools.spec import ToolSpec
from ...domain.turns.types import AnalyzedTurn, TurnConfig
from ..models.assembly import Assembly

log = logging.getLogger(__name__)

Callback = Callable[[ModelEvent], None]
NOBODY = CallContext()


async def execute_model(
    turn: AnalyzedTurn,
    client: LanguageModel,
    config: TurnConfig,
    tools: Sequence[ToolSpec] = (),
    callback: Callback | None = None,
    assembly: Assembly | None = None,
    context: CallContext = NOBODY,
) -> ModelResponse:
    """Send the turn's messages and read the answer; raises ProviderError.

    `callback` sees each event; what it raises is logged and hinders nothing. A caller that passes `assembly`,
    made by `assembly_for`, can read the usage of an answer that never came to its end. `context` says who calls.
    """
    info = client.info
    messages = turn.prepared.messages
    gathered = assembly or assembly_for(turn, client)
    request = ModelRequest(
        messages,
        tuple(tools),
        config.temperature,
        min(config.response_reserve, info.max_output),
        config.response_schema,
        reasoning=config.reasoning,
        stream=config.streaming,
        context=context,
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
