"""One answer, assembled from its stream of events."""

from __future__ import annotations

from collections.abc import Collection

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.messaging.message import ToolCall
from ...domain.models.attempt import Attempt
from ...domain.models.exchange import (
    AnswerRestarted,
    AttemptEnded,
    Finished,
    ModelResponse,
    ReasoningKept,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
    UsageReported,
)
from ...domain.models.usage import Usage


class Assembly:
    """What has come of a stream so far; `usage` is there even when the stream fails half-way.

    `taken` are call ids of the conversation: an id that is missing, or that comes twice, is made anew.
    """

    def __init__(self, model: str, taken: Collection[str] = ()) -> None:
        self._model = model
        self._taken = taken
        self._text: list[str] = []
        self._calls: dict[int, _Call] = {}
        self._finished: Finished | None = None
        self._reasoning = ""
        self.usage = Usage()
        self.attempts: list[Attempt] = []

    def add(self, event: object) -> None:
        """Take in one event; one of an unknown kind changes nothing."""
        if isinstance(event, TextDelta):
            self._text.append(event.text)
        elif isinstance(event, ToolCallDelta | ToolCallDone):
            self._calls.setdefault(event.index, _Call()).add(event)
        elif isinstance(event, UsageReported):
            self.usage = event.usage
        elif isinstance(event, Finished):
            self._finished = event
        elif isinstance(event, AttemptEnded):
            self.attempts.append(event.attempt)
        elif isinstance(event, ReasoningKept):
            self._reasoning = event.data
        elif isinstance(event, AnswerRestarted):
            self._start_again()

    @property
    def text(self) -> str:
        """What was said so far."""
        return "".join(self._text)

    def _start_again(self) -> None:
        self._text.clear()
        self._calls.clear()
        self._finished, self._reasoning, self.usage = None, "", Usage()

    def response(self) -> ModelResponse:
        """The finished answer; raises ModelFailure when the stream ended without saying that it was done."""
        if self._finished is None:
            raise ModelFailure(
                f"the answer of {self._model!r} broke off before its end",
                kind=ErrorKind.INCOMPLETE,
                code="incomplete-stream",
                details={"model": self._model, "text": self.text[-200:]},
                hint="run it again",
            )
        done = self._finished
        return ModelResponse(
            self.text, self._tool_calls(), done.reason, self.usage, done.model or self._model,
            tuple(self.attempts), self._reasoning,
        )  # fmt: skip

    def _tool_calls(self) -> tuple[ToolCall, ...]:
        taken = set(self._taken)
        calls: list[ToolCall] = []
        number = len(taken)
        for _, call in sorted(self._calls.items()):
            call_id = call.call_id
            while not call_id or call_id in taken:
                number += 1
                call_id = f"call_{number}"
            taken.add(call_id)
            calls.append(ToolCall(call_id, call.name, call.arguments()))
        return tuple(calls)


class _Call:
    """One tool call in the making."""

    def __init__(self) -> None:
        self.call_id = ""
        self.name = ""
        self._pieces: list[str] = []
        self._final: str | None = None

    def add(self, event: ToolCallDelta | ToolCallDone) -> None:
        if isinstance(event, ToolCallDone):
            self._final = event.arguments
            self.call_id = event.call_id or self.call_id
            self.name = event.name or self.name
        else:
            self._pieces.append(event.arguments)
            self.call_id = self.call_id or event.call_id
            self.name = self.name or event.name

    def arguments(self) -> str:
        return "".join(self._pieces) if self._final is None else self._final
