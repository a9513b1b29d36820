"""Rounds of a conversation: what may be left out only together."""

from __future__ import annotations

from collections.abc import Sequence

from ...domain.messaging.message import Message, Role
from ...domain.ports.token_counter import TokenCounter
from .budget import message_tokens

DOCUMENT = {"part": "document"}
"""Metadata of the message that carries the turn's document: it is never left out."""


def split_rounds(messages: Sequence[Message]) -> tuple[range, ...]:
    """Index ranges that cover `messages` in order and never part a tool call from its result.

    A round is a user's message with the answer to it, or an assistant's further step with its results.
    System messages, the document and the turn's prompt stand alone.
    """
    ends = _last_results(messages)
    pinned = pinned_messages(messages)
    starts: list[int] = []
    open_until = -1
    for index in range(len(messages)):
        if index > open_until and (index == 0 or _may_start(messages, index, pinned)):
            starts.append(index)
        open_until = max(open_until, ends.get(index, -1))
    return tuple(range(first, end) for first, end in zip(starts, [*starts[1:], len(messages)], strict=True))


def pinned_messages(messages: Sequence[Message]) -> frozenset[int]:
    """Indices never left out: system messages, the document, and the prompt (the last user message)."""
    users = [index for index, message in enumerate(messages) if message.role is Role.USER]
    kept = {
        index
        for index, message in enumerate(messages)
        if message.role is Role.SYSTEM or message.metadata == DOCUMENT
    }
    return frozenset(kept | set(users[-1:]))


def droppable_rounds(messages: Sequence[Message]) -> tuple[range, ...]:
    """Rounds that may be left out, oldest first: all but the pinned and what came last after the prompt."""
    pinned = pinned_messages(messages)
    rounds = [part for part in split_rounds(messages) if pinned.isdisjoint(part)]
    prompt = max((i for i in pinned if messages[i].role is Role.USER), default=-1)
    newest = rounds[-1:] if rounds and rounds[-1].start > prompt else []
    return tuple(part for part in rounds if part not in newest)


def drop_oldest_rounds(messages: Sequence[Message], room: int, counter: TokenCounter) -> tuple[Message, ...]:
    """Leave out whole rounds, oldest first, until the rest takes at most `room` tokens or nothing may go."""
    costs = [message_tokens(message, counter).tokens for message in messages]
    over = sum(costs) - room
    if over <= 0:
        return tuple(messages)
    gone: set[int] = set()
    for part in droppable_rounds(messages):
        if over <= 0:
            break
        over -= sum(costs[index] for index in part)
        gone.update(part)
    return tuple(message for index, message in enumerate(messages) if index not in gone)


def _may_start(messages: Sequence[Message], index: int, pinned: frozenset[int]) -> bool:
    if index in pinned or index - 1 in pinned:
        return True
    role = messages[index].role
    return role is Role.USER or (role is Role.ASSISTANT and messages[index - 1].role is not Role.USER)


def _last_results(messages: Sequence[Message]) -> dict[int, int]:
    """Where the last result of each calling message stands; an id that comes twice is the nearer call's."""
    caller: dict[str, int] = {}
    ends: dict[int, int] = {}
    for index, message in enumerate(messages):
        for call in message.tool_calls:
            caller[call.call_id] = index
        if message.role is Role.TOOL and message.tool_call_id in caller:
            ends[caller[message.tool_call_id]] = index
    return ends
