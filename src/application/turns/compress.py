"""Making messages fit that are a little too many: long results lose their middle, old rounds become an extract."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...domain.messaging.message import Message, Role
from ...domain.ports.token_counter import TokenCounter
from .budget import message_tokens
from .rounds import split_rounds
from .summary import SHORTENED, summarize_oldest_rounds

SMALLEST_RESULT = 160
"""Tokens below which a tool result is not shortened: what is left would say nothing."""


def compress_messages(messages: Sequence[Message], room: int, counter: TokenCounter) -> tuple[Message, ...]:
    """Bring `messages` to at most `room` tokens if that can be done.

    Older tool results lose their middle first, then the oldest rounds go, and one message with their most telling
    sentences takes their place where there is room for it; only then the newest results are shortened. System
    messages, the document, the prompt and every call with its results stay as they are.
    """
    newest = _newest_results(messages)
    older = [index for index in _results(messages) if index not in newest]
    shorter = shorten_results(messages, older, room, counter)
    fewer = summarize_oldest_rounds(shorter, room, counter)
    return shorten_results(fewer, _newest_results(fewer), room, counter)


def shorten_newest_results(
    messages: Sequence[Message], room: int, counter: TokenCounter
) -> tuple[Message, ...]:
    """Shorten the results that came last as far as `room` asks for it: no single result may end a turn."""
    return shorten_results(messages, _newest_results(messages), room, counter)


def shorten_results(
    messages: Sequence[Message], candidates: Iterable[int], room: int, counter: TokenCounter
) -> tuple[Message, ...]:
    """Cut the middle out of the tool results at `candidates`, the largest first, of equals the oldest."""
    costs = [message_tokens(message, counter).tokens for message in messages]
    over = sum(costs) - room
    result = list(messages)
    for index in sorted(candidates, key=lambda candidate: (-costs[candidate], candidate)):
        if over <= 0:
            break
        target = max(SMALLEST_RESULT, costs[index] - over)
        if target < costs[index]:
            result[index] = _shortened(messages[index], target, counter)
            over -= costs[index] - message_tokens(result[index], counter).tokens
    return tuple(result)


def _results(messages: Sequence[Message]) -> list[int]:
    return [index for index, message in enumerate(messages) if message.role is Role.TOOL]


def _newest_results(messages: Sequence[Message]) -> frozenset[int]:
    rounds = split_rounds(messages)
    return frozenset(index for index in (rounds[-1] if rounds else ()) if messages[index].role is Role.TOOL)


def _shortened(message: Message, target: int, counter: TokenCounter) -> Message:
    """The longest shortening of at most `target` tokens, by bisection; the message itself if none is."""
    head, dropped, tail = _parts(message)
    best = message
    low, high = 0, len(head) + len(tail) - (0 if dropped else 1)
    while low <= high:
        keep = (low + high) // 2
        candidate = replace(message, content=_cut(head, dropped, tail, keep), metadata=SHORTENED)
        if message_tokens(candidate, counter).tokens <= target:
            best, low = candidate, keep + 1
        else:
            high = keep - 1
    return best


def _parts(message: Message) -> tuple[str, int, str]:
    """Head, number of characters dropped so far, and tail: a result may be shortened more than once."""
    if message.metadata == SHORTENED:
        value = json.loads(message.content)
        return value["head"], value["dropped_characters"], value["tail"]
    middle = (len(message.content) + 1) // 2
    return message.content[:middle], 0, message.content[middle:]


def _cut(head: str, dropped: int, tail: str, keep: int) -> str:
    """`keep` characters, half from each end, as JSON that says how much is gone."""
    after = min(keep // 2, len(tail))
    before = min(keep - after, len(head))
    after = min(keep - before, len(tail))
    gone = dropped + len(head) + len(tail) - before - after
    shown = {"dropped_characters": gone, "head": head[:before], "tail": tail[len(tail) - after :]}
    return json.dumps(shown, ensure_ascii=False)
