"""What a scripted provider does with a call, said without regard to any wire format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from muster.domain.models.usage import Usage

COUNTED = Usage(input=10, output=5)

Calls = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of text, thinking and tool calls (name, JSON arguments); `usage` None reports none.

    `finish` is stop, length, refused (the model declines) or filtered (its provider stops it). `pause` are the
    seconds between two pieces. `cut` ends it early: `broken` closes the connection in the midst of the body,
    `tidy` ends the body without the format's last events. `failure` ends it with an error event in the stream,
    `stall` with silence.
    """

    text: str = ""
    calls: Calls = ()
    thinking: str = ""
    usage: Usage | None = COUNTED
    model: str | None = None
    finish: str = "stop"
    pause: float = 0.0
    cut: str = ""
    failure: Refusal | None = None
    stall: bool = False

    @property
    def partial(self) -> bool:
        """Whether its last events are not sent."""
        return bool(self.cut or self.failure or self.stall)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer by HTTP status; `code_field` is the error's structured code (OpenAI) or type (Anthropic)."""

    code: int
    message: str
    code_field: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Malformed:
    """Status 200 with JSON that is broken off."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset without an answer."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing is ever answered."""


@dataclass(frozen=True, slots=True)
class Delayed:
    """Another step, some seconds later."""

    seconds: float
    step: Step


@dataclass(frozen=True, slots=True)
class Chosen:
    """The step that the body of the request decides."""

    by: Callable[[Mapping[str, object]], Step]


Step = Answer | Refusal | Malformed | Reset | Hang | Delayed | Chosen


def say(text: str, usage: Usage | None = COUNTED, model: str | None = None, finish: str = "stop") -> Answer:
    """Answer with text; `model` is named in the answer instead of the one that was asked for."""
    return Answer(text, usage=usage, model=model, finish=finish)


def call_tools(*calls: tuple[str, str], text: str = "", usage: Usage | None = COUNTED) -> Answer:
    """Ask for tools, each a name and its arguments as JSON."""
    return Answer(text, calls=calls, usage=usage)


def think(text: str, then: Answer) -> Answer:
    """Think before another answer."""
    return replace(then, thinking=text)


def status(
    code: int,
    retry_after: float | str | None = None,
    message: str = "",
    code_field: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Refusal:
    """Refuse with an HTTP status, and the header retry-after when one is given."""
    sent = dict(headers or {})
    if retry_after is not None:
        sent["retry-after"] = str(retry_after)
    return Refusal(code, message or f"scripted failure {code}", code_field, sent)


def truncated(text: str, tidy: bool = False) -> Answer:
    """Say a part and break off: the connection closes or, `tidy`, the body ends without its last events."""
    return Answer(text, cut="tidy" if tidy else "broken")


def fails_midway(text: str, code_field: str = "server_error", message: str = "scripted failure") -> Answer:
    """Say a part, then report an error inside the stream; in one piece it is a status 500."""
    return Answer(text, failure=Refusal(500, message, code_field))


def stalls(text: str) -> Answer:
    """Say a part and then nothing more, with the connection left open."""
    return Answer(text, stall=True)


def malformed() -> Malformed:
    """Send status 200 and broken JSON."""
    return Malformed()


def reset() -> Reset:
    """Reset the connection."""
    return Reset()


def hang() -> Hang:
    """Never answer."""
    return Hang()


def drip(text: str, seconds: float) -> Answer:
    """Answer word by word with a pause of so many seconds between the pieces."""
    return Answer(text, pause=seconds)


def after(seconds: float, step: Step) -> Delayed:
    """Do something else, later."""
    return Delayed(seconds, step)


def empty() -> Answer:
    """Answer with neither text nor tool calls."""
    return Answer(usage=Usage(input=10))


def choose(by: Callable[[Mapping[str, object]], Step]) -> Chosen:
    """Let the body of the request decide; for calls whose order is not known."""
    return Chosen(by)


def has_tool_result(body: Mapping[str, object]) -> bool:
    """Tell whether a request of any wire format brings the result of a tool."""
    return any(_is_result(one) for one in _messages(body))


def _messages(body: Mapping[str, object]) -> list[object]:
    said = body.get("messages") or body.get("input")
    return said if isinstance(said, list) else []


def _is_result(message: object) -> bool:
    if not isinstance(message, dict):
        return False
    if message.get("role") == "tool" or message.get("type") == "function_call_output":
        return True
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return any(isinstance(part, dict) and part.get("type") == "tool_result" for part in parts)
