"""A Claude model's thinking, kept beside its answer and sent back with the results of its tools.

Thinking is sealed: it is only taken back unchanged, by the model that thought, and behind the very same
conversation. It is kept with a fingerprint of that conversation, and left out when the conversation was changed
(compressed, redacted) or goes on with another model: the API would refuse the request.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

FORM = "anthropic"
THOUGHTS = {"thinking", "redacted_thinking"}
MARK = ', "cache_control": {"type": "ephemeral"}'
PREFIX = ("system", "tools", "messages")


def prefix_of(body: Json) -> str:
    """A fingerprint of all that stands before an answer; cache marks do not count."""
    text = json.dumps([body.get(part) for part in PREFIX]).replace(MARK, "")
    return hashlib.sha256(text.encode()).hexdigest()


def kept(model: str, prefix: str, blocks: Sequence[Json]) -> str:
    """What to keep of an answer: its thinking in full; of text only its length, of a call only its place."""
    order = [block if block["type"] in THOUGHTS else _place(block) for block in blocks]
    return json.dumps({"form": FORM, "model": model, "prefix": prefix, "blocks": order})


def _place(block: Json) -> int | None:
    return len(block["text"]) if block["type"] == "text" else None


def kept_blocks(data: str, model: str, prefix: str, blocks: list[Json]) -> list[Json]:
    """`blocks` of an answer with its thinking back in place; none when that is not possible."""
    order = _order(data, model, prefix)
    text = next((block["text"] for block in blocks if block["type"] == "text"), "")
    calls = [block for block in blocks if block["type"] == "tool_use"]
    if sum(place for place in order if isinstance(place, int)) != len(text) or order.count(None) != len(
        calls
    ):
        return []
    placed: list[Json] = []
    for place in order:
        if isinstance(place, dict):
            placed.append(place)
        elif place is None:
            placed.append(calls.pop(0))
        else:
            placed.append({"type": "text", "text": text[:place]})
            text = text[place:]
    return [block for block in placed if block["type"] != "text" or block["text"].strip()]


def _order(data: str, model: str, prefix: str) -> list[Json | int | None]:
    try:
        value = json.loads(data)
        if (value["form"], value["model"], value["prefix"]) == (FORM, model, prefix):
            order: list[Json | int | None] = value["blocks"]
            return order
    except (ValueError, KeyError, TypeError):
        pass  # another provider's
    return []
