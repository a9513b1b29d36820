"""The body of a request to the Responses API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...domain.messaging.message import Message, Role, ToolCall
from ...domain.models.exchange import ModelRequest
from ...domain.models.info import ModelCapability, ModelInfo
from .openai_kept import Kept
from .openai_schema import answer_schema, effort_of, refuse_tools

Body = dict[str, Any]
LEAST_OUTPUT = 16  # the API refuses a lower limit


def responses_body(info: ModelInfo, request: ModelRequest) -> Body:
    """Everything that is sent; raises ModelFailure for what the model cannot do.

    Nothing is stored at the provider: what a model thought comes back sealed, and is sent again by us.
    """
    refuse_tools(info, request)
    body: Body = {
        "model": info.id,
        "input": _items(info, request.messages),
        "max_output_tokens": max(request.max_output_tokens, LEAST_OUTPUT),
        "store": False,
    }
    if request.tools:
        body["tools"] = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
                "strict": False,
            }
            for tool in request.tools
        ]
    if info.temperature:
        body["temperature"] = request.temperature
    if info.can(ModelCapability.REASONING):
        body["include"] = ["reasoning.encrypted_content"]
    if (effort := effort_of(info, request)) is not None:
        body["reasoning"] = {"effort": effort}
    if (answer := answer_schema(info, request)) is not None:
        body["text"] = {"format": {"type": "json_schema", **answer}}
    if request.stream:
        body["stream"] = True
    return body


def _items(info: ModelInfo, messages: Sequence[Message]) -> list[Body]:
    items: list[Body] = []
    for message in messages:
        if message.role is Role.TOOL:
            output = {"call_id": message.tool_call_id, "output": message.content}
            items.append({"type": "function_call_output", **output})
        elif message.role is Role.ASSISTANT:
            items += _said(info, message)
        else:  # the format has no place for a speaker's name
            items.append({"role": message.role.value, "content": message.content})
    return items


def _said(info: ModelInfo, message: Message) -> list[Body]:
    """What the model said and called, with its thinking where it stood; each place as in its own answer."""
    said: list[Body] = []
    if message.content or not message.tool_calls:
        said.append({"role": "assistant", "content": message.content})
    said += [_called(call) for call in message.tool_calls]
    for place, item in sorted(Kept.read(info, message.reasoning).items, key=lambda kept: kept[0]):
        said.insert(place, dict(item))
    return said


def _called(call: ToolCall) -> Body:
    arguments = call.arguments or "{}"  # a tool without parameters may be called with nothing at all
    return {"type": "function_call", "call_id": call.call_id, "name": call.name, "arguments": arguments}
