"""Counting what a request takes, before and without a provider's word on it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from ...domain.messaging.message import Message
from ...domain.models.exchange import ModelRequest
from ...domain.ports.token_counter import TokenCounter
from ...domain.tokens.count import TokenCount
from ...domain.tools.spec import ToolSpec

FRAMING_TOKENS = 4
"""What a chat format spends on a message, a call or a tool beyond its text: role, separators; rounded up."""


def count_input(request: ModelRequest, counter: TokenCounter) -> TokenCount:
    """Tokens of everything that is sent: messages, tools and the schema of the answer."""
    parts = [part for message in request.messages for part in message_parts(message, counter)]
    parts += tool_parts(request.tools, counter)
    if request.response_schema is not None:
        parts += _parts([request.schema_name, _json(request.response_schema)], 1, counter)
    return _sum(parts)


def count_output(texts: Iterable[str], counter: TokenCounter) -> TokenCount:
    """Tokens of an answer that arrived in pieces: they are joined first, a piece is no token."""
    return _sum(_parts(["".join(texts)], 0, counter))


def message_parts(message: Message, counter: TokenCounter) -> list[TokenCount]:
    """What one message takes with its tool calls and its thinking; metadata is never sent and never counted."""
    texts = [message.content, message.name, message.reasoning]
    for call in message.tool_calls:
        texts += [call.name, call.arguments]
    return _parts(texts, 1 + len(message.tool_calls), counter)


def tool_parts(tools: Sequence[ToolSpec], counter: TokenCounter) -> list[TokenCount]:
    """What the tools that are offered take: name, description and JSON schema of each."""
    texts = [text for tool in tools for text in (tool.name, tool.description, _json(tool.parameters))]
    return _parts(texts, len(tools), counter)


def _json(schema: object) -> str:
    return json.dumps(schema, ensure_ascii=False, default=str)


def _parts(texts: Iterable[str], pieces: int, counter: TokenCounter) -> list[TokenCount]:
    """Each text, and the framing of so many pieces, which is known without counting."""
    return [*(counter.count(text) for text in texts if text), TokenCount(FRAMING_TOKENS * pieces)]


def _sum(counts: Sequence[TokenCount]) -> TokenCount:
    """All together, as exact as the least exact of them."""
    return TokenCount(
        sum(count.tokens for count in counts),
        all(count.exact for count in counts),
        max((count.margin for count in counts), default=0.0),
    )
