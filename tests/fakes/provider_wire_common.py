"""What the wire formats of the scripted provider have in common."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from .provider_script import Answer, Refusal

Json = dict[str, object]

BROKEN_JSON = b'{"id": "broken", "content": ['
_WORDS = re.compile(r"\s*\S+\s*")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model: its number (from 1, for ids) and what was sent."""

    number: int
    body: Mapping[str, object]

    @property
    def model(self) -> str:
        """The model that was asked for."""
        return str(self.body.get("model", ""))

    @property
    def streams(self) -> bool:
        """Whether the answer is to come in pieces."""
        return self.body.get("stream") is True

    def tool_id(self, index: int) -> str:
        """The id of the tool call at an index, the same whether it is streamed or not."""
        return f"call_{self.number}_{index}"


class Wire(Protocol):
    """One wire format: an answer whole, the same in pieces, and an error."""

    stream_type: str
    streams_by_default: bool

    def whole(self, answer: Answer, call: Call) -> Json:
        """The body of an answer in one piece."""
        ...

    def pieces(self, answer: Answer, call: Call) -> Iterator[bytes]:
        """The events of a streamed answer, each as it goes over the wire."""
        ...

    def error(self, refusal: Refusal) -> Json:
        """The body of an error."""
        ...

    def broken(self) -> bytes:
        """An event whose JSON breaks off."""
        ...


def words(text: str) -> list[str]:
    """Cut text into the pieces in which it is streamed; together they are the text."""
    return _WORDS.findall(text) or ([text] if text else [])


def halves(text: str) -> list[str]:
    """Cut the arguments of a tool call in two."""
    middle = len(text) // 2
    return [piece for piece in (text[:middle], text[middle:]) if piece]


def dumps(value: object) -> bytes:
    """Write compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def data_event(value: object) -> bytes:
    """Write a server-sent event without a name."""
    return b"data: " + dumps(value) + b"\n\n"


def named_event(value: Json) -> bytes:
    """Write a server-sent event named after the type of its data."""
    return f"event: {value['type']}\n".encode() + data_event(value)


def parsed(arguments: str) -> Json:
    """Read tool arguments for a format that sends them as an object; what is none becomes an empty one."""
    try:
        value = json.loads(arguments)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
