"""A request in the form of Anthropic's Messages API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.messaging.message import Message, Role, ToolCall
from ...domain.models.exchange import ModelRequest
from ...domain.models.info import ModelCapability, ModelInfo
from ...domain.tools.spec import ToolSpec
from .anthropic_reasoning import kept_blocks, prefix_of
from .anthropic_thinking import thinking

Json = dict[str, Any]

CACHED = {"type": "ephemeral"}
ERROR_RESULT = '{"error":'
"""How a tool's result begins when the tool failed; see `append_tool_results`."""
UNFIT = re.compile(r"[^a-zA-Z0-9_-]")
COUNTED = ("model", "messages", "system", "tools", "thinking", "output_config")


def body_of(info: ModelInfo, request: ModelRequest) -> Json:
    """The body of POST /v1/messages, without `stream`; nothing of metadata or context is in it.

    There is no temperature: the API's version 2026-10-21, which the SDK speaks, refuses one for every model.
    """
    refuse_unfit(info, request)
    body: Json = {"model": info.id, "max_tokens": _limit(info, request)}
    system = [_text(message.content) for message in request.messages if _is_system(message)]
    if system:
        body["system"] = system
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    body["messages"] = _conversation(info, request.messages, body)
    _set_thinking(info, request, body)
    if request.response_schema is not None and info.can(ModelCapability.STRUCTURED_OUTPUT):
        answer = {"type": "json_schema", "schema": dict(request.response_schema)}
        body["output_config"] = {**body.get("output_config", {}), "format": answer}
    _mark(body)
    return body


def refuse_unfit(info: ModelInfo, request: ModelRequest) -> None:
    """Raise ModelFailure for tools that the model cannot use."""
    if request.tools and not info.can(ModelCapability.TOOLS):
        raise ModelFailure(
            f"{info.name} cannot call tools, and {len(request.tools)} were given",
            kind=ErrorKind.INVALID_REQUEST,
            details={"model": info.name, "tools": [tool.name for tool in request.tools]},
            hint="choose a model with tools, see muster models list",
        )


def counting(body: Json) -> Json:
    """The parts of a body that count as its input."""
    return {key: body[key] for key in COUNTED if key in body}


def _limit(info: ModelInfo, request: ModelRequest) -> int:
    wanted = request.max_output_tokens
    return min(wanted, info.max_output) if info.max_output > 0 else wanted


def _set_thinking(info: ModelInfo, request: ModelRequest, body: Json) -> None:
    parts = thinking(info, request)
    if _forgot_thinking(body["messages"]) and parts.get("thinking", {}).get("type") == "enabled":
        del parts["thinking"]  # a budget is refused in the midst of a tool loop that began without thinking
    body.update(parts)


def _forgot_thinking(messages: list[Json]) -> bool:
    """Whether tools were called last by an answer whose thinking is not there."""
    last = next((message for message in reversed(messages) if message["role"] == "assistant"), None)
    if last is None or messages[-1]["role"] == "assistant":
        return False
    kinds = [block["type"] for block in last["content"]]
    return "tool_use" in kinds and kinds[0] not in {"thinking", "redacted_thinking"}


def _is_system(message: Message) -> bool:
    return message.role is Role.SYSTEM and bool(message.content.strip())


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _tool(tool: ToolSpec) -> Json:
    return {"name": tool.name, "description": tool.description, "input_schema": dict(tool.parameters)}


def _conversation(info: ModelInfo, messages: Iterable[Message], head: Json) -> list[Json]:
    """Turns of user and assistant in alternation: neighbours of one role are one turn."""
    turns: list[Json] = []
    for message in messages:
        if message.role is Role.SYSTEM:
            continue
        role = "assistant" if message.role is Role.ASSISTANT else "user"
        blocks = _blocks(message)
        if role == "assistant" and message.reasoning:
            prefix = {**head, "messages": turns}
            blocks = kept_blocks(message.reasoning, info.id, prefix_of(prefix), blocks) or blocks
        if not blocks:
            continue  # the API refuses empty text
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        else:
            turns.append({"role": role, "content": blocks})
    return turns


def _blocks(message: Message) -> list[Json]:
    if message.role is Role.TOOL:
        return [_result(message)]
    said = [_text(message.content)] if message.content.strip() else []
    return said + [_call(call) for call in message.tool_calls]


def _result(message: Message) -> Json:
    block: Json = {
        "type": "tool_result",
        "tool_use_id": _fit(message.tool_call_id),
        "content": message.content,
    }
    if message.content.startswith(ERROR_RESULT):
        block["is_error"] = True
    return block


def _call(call: ToolCall) -> Json:
    return {"type": "tool_use", "id": _fit(call.call_id), "name": call.name, "input": _input(call.arguments)}


def _fit(call_id: str) -> str:
    """An id in the characters that the API takes; another provider may have given it."""
    return UNFIT.sub("_", call_id) or "_"


def _input(arguments: str) -> Json:
    """Arguments as an object; what is none is shown to the model as it wrote it."""
    try:
        value = json.loads(arguments or "{}")
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"invalid_arguments": arguments}


def _mark(body: Json) -> None:
    """Set cache marks, three of the four that are allowed.

    What stays the same over many requests (tools and system) is always worth a mark. The newest turn is worth one
    when the conversation goes on from it; the turn of the user before it makes sure that the last mark is found.
    """
    fixed = body.get("system") or body.get("tools")
    if fixed:
        fixed[-1]["cache_control"] = CACHED
    turns = body["messages"]
    if not body.get("tools") and len(turns) < 3:
        return
    for turn in [turn for turn in turns if turn["role"] == "user"][-2:]:
        turn["content"][-1]["cache_control"] = CACHED
