"""Old rounds of a conversation in one message: their most telling sentences, chosen for what is asked now."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...domain.messaging.message import Message, Role
from ...domain.ports.token_counter import TokenCounter
from ..compression.compressor import shrink
from ..compression.extractive import Extractive
from ..compression.room import Room
from .budget import message_tokens
from .rounds import droppable_rounds, pinned_messages

SUMMARY = {"part": "summary"}
"""Metadata of a message that stands for rounds which are gone."""

SHORTENED = {"part": "shortened"}
"""Metadata of a result that has lost its middle: what a tool wrote itself is never taken for it."""

HEADER = "Earlier in this conversation, in extracts:\n"
SMALLEST_SUMMARY = 160
"""Tokens below which a summary would say nothing: there the rounds go without."""

SHARE = 8
"""One part in so many of the room is cleared for a summary if that is enough for one; it may take all that is left."""

ATTEMPTS = 4


def summarize_oldest_rounds(
    messages: Sequence[Message], room: int, counter: TokenCounter
) -> tuple[Message, ...]:
    """Take out whole rounds, oldest first, until the rest fits, and put a summary in their place.

    The summary of rounds before the prompt is the user's, that of the turn's own steps the assistant's, so that
    neither is taken for the prompt. Without room for one the rounds are simply gone. An earlier summary is
    summarised with the rounds that follow it.
    """
    costs = [message_tokens(message, counter).tokens for message in messages]
    gone = _oldest(messages, costs, room)
    if not gone:
        return tuple(messages)
    spare = room - sum(cost for index, cost in enumerate(costs) if index not in gone)
    summaries = _summaries(messages, gone, spare, counter)
    result: list[Message] = []
    for index, message in enumerate(messages):
        if index in summaries:
            result.append(summaries[index])
        if index not in gone:
            result.append(message)
    return tuple(result)


def _oldest(messages: Sequence[Message], costs: Sequence[int], room: int) -> set[int]:
    """Messages that have to go so that the rest fits, with room for a summary where that can be made."""
    over = sum(costs) - room
    rounds = droppable_rounds(messages)
    share = room // SHARE if room // SHARE >= SMALLEST_SUMMARY else 0
    if any(messages[index].metadata == SUMMARY for part in rounds for index in part):
        share = max(share, SMALLEST_SUMMARY)  # an earlier summary is not given up for a little room
    gone: set[int] = set()
    for part in rounds:
        wanted = over + share if gone else over
        if wanted <= 0:
            break
        over -= sum(costs[index] for index in part)
        gone.update(part)
    return gone


def _summaries(
    messages: Sequence[Message], gone: set[int], spare: int, counter: TokenCounter
) -> dict[int, Message]:
    """By place, at most `spare` tokens in all: one for what is gone before the prompt, one for what is gone after."""
    prompt = max((i for i in pinned_messages(messages) if messages[i].role is Role.USER), default=-1)
    query = messages[prompt].content if prompt >= 0 else ""
    sides = {
        Role.USER: sorted(index for index in gone if index < prompt),
        Role.ASSISTANT: sorted(index for index in gone if index > prompt),
    }
    found: dict[int, Message] = {}
    for role, places in sides.items():
        told = "".join(_told(messages[index]) for index in places)
        room = spare * len(places) // len(gone)
        summary = _summary(role, told, query, Room(room, counter))
        if summary is not None:
            found[places[0]] = summary
    return found


def _summary(role: Role, told: str, query: str, room: Room) -> Message | None:
    """A message that fits into `room`; None when it would say nothing."""
    if room.limit < SMALLEST_SUMMARY or not told:
        return None
    limit = room.limit - message_tokens(Message(role, HEADER), room.counter).tokens
    for _ in range(ATTEMPTS):
        if limit <= 0:
            return None
        extract = shrink(told, Room(limit, room.counter), Extractive(), query).text.strip()
        summary = Message(role, HEADER + extract, metadata=SUMMARY)
        over = message_tokens(summary, room.counter).tokens - room.limit
        if over <= 0:
            return summary if extract else None
        limit -= over
    return None


def _told(message: Message) -> str:
    """A message as a paragraph of the text that is summarised; calls are told by name and arguments."""
    calls = "".join(f"\nasked for {call.name} {call.arguments}" for call in message.tool_calls)
    content = _content(message)
    speaker = "" if message.metadata == SUMMARY else f"{message.role.value}: "
    text = f"{content}{calls}".strip()
    return f"{speaker}{text}\n\n" if text else ""


def _content(message: Message) -> str:
    """The text of a message without what compression has put around it."""
    if message.metadata == SUMMARY:
        return message.content.removeprefix(HEADER)
    if message.metadata == SHORTENED:
        value = json.loads(message.content)
        return f"{value['head']}\n{value['tail']}"
    return message.content
