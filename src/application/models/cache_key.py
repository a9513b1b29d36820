"""The name under which an answer is kept: everything that affects it, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from ...domain.messaging.message import Message
from ...domain.models.exchange import ModelRequest

VERSION = 1
"""Of the form below; raised whenever it changes, so that old answers are not found by accident."""


def cache_key(model: str, request: ModelRequest, salt: str = "") -> str:
    """SHA-256, in hexadecimal, of what `model` is sent; who calls and whether it streams do not count.

    `salt` is what else affects the answer: where the model is reached, and what is done to requests on their way.
    """
    content: dict[str, object] = {
        "version": VERSION,
        "model": model,
        "messages": [_message(message) for message in request.messages],
        "tools": [[tool.name, tool.description, tool.parameters] for tool in request.tools],
        "temperature": float(request.temperature),
        "max_output_tokens": request.max_output_tokens,
        "response_schema": request.response_schema,
        "schema_name": request.schema_name if request.response_schema is not None else "",
        "reasoning": request.reasoning.value,
    }
    if salt:
        content["salt"] = salt
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _message(message: Message) -> list[object]:
    calls = [[call.call_id, call.name, call.arguments] for call in message.tool_calls]
    return [
        message.role.value, message.content, message.name, message.tool_call_id, calls, message.reasoning
    ]  # fmt: skip


def _plain(value: object) -> object:
    """Schemas may be any mapping; raises TypeError for what is no JSON."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
