"""The body of a request to Chat Completions."""

from __future__ import annotations

from typing import Any

from ...domain.messaging.message import Message, Role, ToolCall
from ...domain.models.exchange import ModelRequest
from ...domain.models.info import ModelInfo
from .openai_kept import Kept
from .openai_schema import NAME, answer_schema, effort_of, refuse_tools

Body = dict[str, Any]


def chat_body(info: ModelInfo, request: ModelRequest, *, compatible: bool) -> Body:
    """Everything that is sent; raises ModelFailure for what the model cannot do.

    OpenAI itself has renamed the limit of the answer; compatible servers know the old name.
    """
    refuse_tools(info, request)
    body: Body = {
        "model": info.id,
        "messages": [_message(info, message, compatible) for message in request.messages],
        "max_tokens" if compatible else "max_completion_tokens": request.max_output_tokens,
    }
    if request.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.parameters,
                },
            }
            for tool in request.tools
        ]
    if info.temperature:
        body["temperature"] = request.temperature
    if (effort := effort_of(info, request)) is not None:
        body["reasoning_effort"] = effort
    if (answer := answer_schema(info, request)) is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": answer}
    if request.stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    return body


def _message(info: ModelInfo, message: Message, compatible: bool) -> Body:
    if message.role is Role.TOOL:
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": message.content}
    sent: Body = {"role": message.role.value, "content": message.content}
    if message.name and NAME.fullmatch(message.name):
        sent["name"] = message.name
    if message.role is Role.ASSISTANT:
        _add_calls(info, message, sent, compatible)
    return sent


def _add_calls(info: ModelInfo, message: Message, sent: Body, compatible: bool) -> None:
    kept = Kept.read(info, message.reasoning) if compatible else Kept()
    if kept.thinking:
        sent["reasoning_content"] = kept.thinking
    if message.tool_calls:
        sent["tool_calls"] = [_call(call, index, kept) for index, call in enumerate(message.tool_calls)]
        sent["content"] = message.content or None


def _call(call: ToolCall, index: int, kept: Kept) -> Body:
    # Servers that fill in a template of their own parse the arguments: nothing at all is no JSON.
    function = {"name": call.name, "arguments": call.arguments or "{}"}
    sent: Body = {"id": call.call_id, "type": "function", "function": function}
    extra = kept.extras.get(str(index))
    return sent if extra is None else {**sent, "extra_content": extra}
