"""One request to a language model, and the events and the response that come back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..messaging.message import Message, ToolCall
from ..tools.spec import ToolSpec
from .usage import Usage


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """Everything a model is sent; `max_output_tokens` bounds the answer."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    temperature: float = 0.7
    max_output_tokens: int = 4096


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of the tool call at `index`; id and name come with the first piece, if at all."""

    index: int
    arguments: str = ""
    call_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class ToolCallDone:
    """The whole tool call at `index`; its arguments win over whatever the deltas added up to."""

    index: int
    name: str
    arguments: str
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class UsageReported:
    """What the provider counted; the last report wins."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Finished:
    """The stream is complete; `model` is the one that answered."""

    reason: FinishReason
    model: str


class FinishReason(StrEnum):
    """Why a model stopped."""

    STOP = "stop"
    TOOL_CALLS = "tool_calls"
    LENGTH = "length"
    REFUSED = "refused"


ModelEvent = TextDelta | ToolCallDelta | ToolCallDone | UsageReported | Finished


@dataclass(frozen=True, slots=True)
class ModelResponse:
    """A finished answer; `model` is the one that was really called."""

    text: str
    tool_calls: tuple[ToolCall, ...]
    finish_reason: FinishReason
    usage: Usage
    model: str
