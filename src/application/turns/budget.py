"""Counting what a request takes, and the verdict whether it fits."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...domain.messaging.message import Message
from ...domain.models.info import ModelInfo
from ...domain.ports.token_counter import TokenCounter
from ...domain.tokens.count import TokenCount
from ...domain.tools.spec import ToolSpec
from ...domain.turns.types import DEFAULT_CONTEXT_TOKENS, BudgetEstimate, BudgetVerdict, TurnConfig
from ..models.request_estimate import message_parts, tool_parts


def message_tokens(message: Message, counter: TokenCounter) -> TokenCount:
    """Tokens of one message with its tool calls, at their upper bound."""
    return _bound(message_parts(message, counter))


def tool_tokens(tools: Sequence[ToolSpec], counter: TokenCounter) -> TokenCount:
    """Tokens of the tools that are offered, at their upper bound."""
    return _bound(tool_parts(tools, counter))


def answer_room(info: ModelInfo, wanted: int) -> int:
    """Tokens to keep free for an answer: `wanted`, at most a quarter of the window, and what the model writes."""
    window = info.context_window or DEFAULT_CONTEXT_TOKENS
    return min(wanted, max(window // 4, 1), info.max_output or wanted)


def window_of(info: ModelInfo, config: TurnConfig) -> int:
    """The model's window, 0 when unknown; smaller where its input alone is limited, so that what is left fits that."""
    if not info.max_input or not info.context_window:
        return info.context_window
    return min(info.context_window, info.input_limit + config.response_reserve)


def token_limit(config: TurnConfig, window: int) -> int:
    """Tokens that messages and tools may take: the smaller window, less the room kept for the answer.

    `window` is the model's own; 0 when it is not known.
    """
    known = window if window > 0 else DEFAULT_CONTEXT_TOKENS
    context = known if config.max_context_tokens is None else min(config.max_context_tokens, known)
    return max(0, context - config.response_reserve)


def emergency_limit(limit: int, config: TurnConfig) -> int:
    """Up to here too many tokens can be compressed; beyond, the turn is rejected."""
    return limit + math.floor(limit * config.emergency_share)


def estimate_budget(
    messages: Sequence[Message],
    config: TurnConfig,
    counter: TokenCounter,
    window: int,
    tools: Sequence[ToolSpec] = (),
) -> BudgetEstimate:
    """Count `messages` and `tools` against the limit; an inexact count is taken at its upper bound."""
    counts = [message_tokens(message, counter) for message in messages]
    counts.append(tool_tokens(tools, counter))
    tokens = sum(count.tokens for count in counts)
    limit = token_limit(config, window)
    return BudgetEstimate(
        tokens, limit, _verdict(tokens, limit, config), all(count.exact for count in counts)
    )


def _verdict(tokens: int, limit: int, config: TurnConfig) -> BudgetVerdict:
    if tokens <= limit:
        return BudgetVerdict.OK
    if tokens <= emergency_limit(limit, config):
        return BudgetVerdict.NEEDS_SUMMARY
    return BudgetVerdict.REJECT


def _bound(parts: Sequence[TokenCount]) -> TokenCount:
    return TokenCount(sum(part.at_most for part in parts), all(part.exact for part in parts))
