"""A request in the form of Ollama's own chat API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...domain.errors import ErrorKind
from ...domain.messaging.message import Message, Role, ToolCall
from ...domain.models.exchange import ModelRequest, Reasoning
from ...domain.models.info import ModelCapability, ModelInfo
from ...domain.tools.spec import ToolSpec
from .ollama_client import failure

Json = dict[str, Any]

FORM = "ollama"
KEEP_ALIVE = "10m"
"""How long a model stays loaded: longer than the tools of a turn take."""
LEAST_WINDOW = 4096
BYTES_A_TOKEN = 3
"""Fewer than in any usual text, so that the estimate is too large rather than too small."""
MOST_BYTES_A_TOKEN = 6
"""More than in any usual text: a prompt has at least so many tokens."""
LEVELS = {"gptoss", "gpt-oss"}
"""Families of models that are told how much to think; others are told whether."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a server tells of a model: the tokens that it can hold (0 when unknown), and its family."""

    window: int = 0
    family: str = ""

    @classmethod
    def told(cls, answer: Mapping[str, Any]) -> Facts:
        """Read the answer of /api/show."""
        info = answer.get("model_info") or {}
        window = info.get(f"{info.get('general.architecture')}.context_length")
        family = (answer.get("details") or {}).get("family")
        return cls(window if isinstance(window, int) else 0, family if isinstance(family, str) else "")


def body_of(info: ModelInfo, request: ModelRequest, facts: Facts, least_window: int) -> Json:
    """The body of POST /api/chat; nothing of metadata or context is in it.

    Without `num_ctx` a server takes a window of its own, often 4096 tokens, and drops what does not fit without
    a word. `truncate` and `shift` off make newer servers refuse what does not fit.
    """
    if request.tools and not info.can(ModelCapability.TOOLS):
        said = f"cannot call tools, and {len(request.tools)} were given"
        raise failure(
            info, ErrorKind.INVALID_REQUEST, said, "choose a model with tools, see muster models list"
        )
    body: Json = {
        "model": info.id,
        "messages": [_message(message) for message in request.messages],
        "stream": request.stream,
        "keep_alive": KEEP_ALIVE,
        "truncate": False,
        "shift": False,
    }
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if request.response_schema is not None and info.can(ModelCapability.STRUCTURED_OUTPUT):
        body["format"] = dict(request.response_schema)
    if request.reasoning is not Reasoning.DEFAULT and info.can(ModelCapability.REASONING):
        body["think"] = _think(request.reasoning, facts)
    needed = size_of(body) // BYTES_A_TOKEN + request.max_output_tokens
    window = window_for(max(needed, least_window), _limit(info, facts))
    body["options"] = {"num_ctx": window, "num_predict": request.max_output_tokens}
    if info.temperature:
        body["options"]["temperature"] = request.temperature
    return body


def size_of(body: Json) -> int:
    """Bytes of all that a model reads of a request."""
    read = {key: body[key] for key in ("messages", "tools", "format") if key in body}
    return len(json.dumps(read, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def window_for(tokens: int, limit: int) -> int:
    """A window that holds `tokens`, within `limit` (0 is none).

    It grows by doubling: a server loads the model anew for every window that is different.
    """
    window = LEAST_WINDOW
    while window < tokens:
        window *= 2
    return min(window, limit) if limit else window


def truncated(body: Json, read: int) -> bool:
    """Whether the server dropped a part of the prompt, going by the tokens that it says it `read`.

    It did when they fill the window, or when they are fewer than a prompt of this size can have and it could not
    have fitted.
    """
    window = body["options"]["num_ctx"]
    least = size_of(body) // MOST_BYTES_A_TOKEN
    return read >= window or (least > window and read < least)


def _limit(info: ModelInfo, facts: Facts) -> int:
    known = [tokens for tokens in (info.context_window, facts.window) if tokens > 0]
    return min(known, default=0)


def _think(wanted: Reasoning, facts: Facts) -> bool | str:
    if wanted is Reasoning.OFF:
        return False
    return wanted.value if facts.family in LEVELS else True


def _message(message: Message) -> Json:
    sent: Json = {"role": message.role.value, "content": message.content}
    if message.role is Role.TOOL:
        sent |= {"tool_name": message.name, "tool_call_id": message.tool_call_id}
    if message.tool_calls:
        sent["tool_calls"] = [_call(call) for call in message.tool_calls]
    thoughts = _thoughts(message.reasoning) if message.reasoning else ""
    if thoughts:
        sent["thinking"] = thoughts
    return sent


def _thoughts(reasoning: str) -> str:
    """Thinking that was kept from this kind of server; another's is none."""
    try:
        kept = json.loads(reasoning)
    except ValueError:
        return ""
    return str(kept["thinking"]) if isinstance(kept, dict) and kept.get("form") == FORM else ""


def kept(thinking: str) -> str:
    """Thinking in the form in which it is kept beside an answer."""
    return json.dumps({"form": FORM, "thinking": thinking}, ensure_ascii=False)


def _call(call: ToolCall) -> Json:
    return {"id": call.call_id, "function": {"name": call.name, "arguments": _arguments(call.arguments)}}


def _arguments(written: str) -> Json:
    """Arguments as an object; what is none is shown to the model as it wrote it."""
    try:
        value = json.loads(written or "{}")
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"invalid_arguments": written}


def _tool(tool: ToolSpec) -> Json:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}
