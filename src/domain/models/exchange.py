"""One request to a language model, and the events and the response that come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..messaging.message import Message, ToolCall
from ..tools.spec import ToolSpec
from .attempt import Attempt
from .usage import Usage


class Reasoning(StrEnum):
    """How much a model thinks before it answers; `default` leaves that to the model."""

    DEFAULT = "default"
    OFF = "off"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


def unheard(_attempt: Attempt) -> None:
    """Take an attempt that nobody waits for."""


def nobody_stops() -> str:
    """No reason to end a call from outside."""
    return ""


@dataclass(frozen=True, slots=True)
class CallContext:
    """Who calls and how it came to it, for ledger and budgets; never sent to a model.

    `accounts` are the names of the budgets that pay, the narrowest first. `batch` marks work that could wait for
    a batch: its batch price is reported beside its price. `fallback` marks a call of a model that stands in for
    another, and `waited` is how many seconds were waited before this attempt. `heard` is told each attempt as it is
    recorded, also of a call that is cancelled, from which no event comes any more. `time_is_up` says, when a
    call is broken off, that its time was up, and whose; "" when it was not. `fresh` asks for a new answer, which is
    neither looked up in a response cache nor kept in it.
    """

    run_id: str = ""
    agent: str = ""
    accounts: tuple[str, ...] = ()
    batch: bool = False
    fallback: bool = False
    waited: float = 0.0
    heard: Callable[[Attempt], None] = unheard
    time_is_up: Callable[[], str] = nobody_stops
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """Everything a model is sent; `max_output_tokens` bounds the answer, what it thinks included.

    `response_schema` is the JSON schema (an object) of the answer that is asked for, `schema_name` its name.
    `stream` tells whether anybody watches the answer arrive: without, an adapter may ask for it in one piece.
    """

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    temperature: float = 0.7
    max_output_tokens: int = 4096
    response_schema: Mapping[str, object] | None = None
    schema_name: str = "answer"
    reasoning: Reasoning = Reasoning.DEFAULT
    stream: bool = True
    context: CallContext = field(default_factory=CallContext)


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
class ReasoningKept:
    """What a model wants back with its tool results: its thinking, sealed, in the provider's own form (JSON)."""

    data: str


@dataclass(frozen=True, slots=True)
class AnswerRestarted:
    """What was said so far is void: the answer broke off, and is asked for again."""

    reason: str


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """A call has ended, well or not; comes before `Finished`, and before the error of a call that failed."""

    attempt: Attempt


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


ModelEvent = (
    TextDelta
    | ToolCallDelta
    | ToolCallDone
    | UsageReported
    | ReasoningKept
    | AnswerRestarted
    | AttemptEnded
    | Finished
)


@dataclass(frozen=True, slots=True)
class ModelResponse:
    """A finished answer; `model` is the one that was really called.

    `usage` is that of the answer; `attempts` are all calls that it took, each with its own usage and cost, and
    empty when the model was called without anybody keeping account.
    """

    text: str
    tool_calls: tuple[ToolCall, ...]
    finish_reason: FinishReason
    usage: Usage
    model: str
    attempts: tuple[Attempt, ...] = ()
    reasoning: str = ""
