"""An answer of Anthropic's Messages API, in pieces or whole, as events of a language model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.models.exchange import (
    Finished,
    FinishReason,
    ModelEvent,
    ReasoningKept,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
    UsageReported,
)
from ...domain.models.info import ModelInfo
from ...domain.models.usage import Usage
from .anthropic_errors import failure_in_stream
from .anthropic_reasoning import THOUGHTS, kept
from .token_count import token_count
from .wire_shape import MISSHAPEN, text_at

Json = dict[str, Any]

REASONS = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "tool_use": FinishReason.TOOL_CALLS,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "pause_turn": FinishReason.LENGTH,  # to be continued: what is there is not the whole answer
    "refusal": FinishReason.REFUSED,
}
COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


class AnswerReader:
    """Reads one answer; `done` once its last event was read.

    `prefix` gives the fingerprint of the request, asked for when thinking is to be kept. `secret` is the key: an
    error that quotes it must not bring it into a log.
    """

    def __init__(self, info: ModelInfo, prefix: Callable[[], str], secret: str = "") -> None:
        self._info = info
        self._secret = secret
        self._prefix = prefix
        self._model = ""
        self._blocks: list[Json] = []
        self._pieces: list[str] = []  # of the block that is being written
        self._calls = 0
        self._counts: Json = {}
        self._reason: str | None = None
        self.done = False

    def read(self, data: bytes | str) -> list[ModelEvent]:
        """What one event of the stream says; raises ModelFailure for an error, or for what is none of the format."""
        try:
            event: Json = json.loads(data)
            return self._event(event)
        except MISSHAPEN as error:
            raise self._unreadable() from error

    def whole(self, data: bytes) -> list[ModelEvent]:
        """An answer in one piece, but for its end."""
        try:
            message: Json = json.loads(data)
            self._start(message)
            events: list[ModelEvent] = []
            for block in message["content"]:
                events += self._open(block)
                events += self._close()
            self._reason = message["stop_reason"] and text_at(message, "stop_reason")
        except MISSHAPEN as error:
            raise self._unreadable() from error
        self.done = True
        return events

    def end(self) -> Iterator[ModelEvent]:
        """Usage, thinking to keep, and the end; raises ModelFailure when nothing was said, or not all of it."""
        if not self.done:
            raise self._broken_off()
        if (usage := self._usage()) is not None:
            yield UsageReported(usage)
        if any(block["type"] in THOUGHTS for block in self._blocks):
            yield ReasoningKept(kept(self._info.id, self._prefix(), self._blocks))
        reason = REASONS.get(self._reason or "", FinishReason.STOP)
        if reason is FinishReason.STOP and self._calls:
            reason = FinishReason.TOOL_CALLS
        if reason is FinishReason.STOP and not any(block.get("text") for block in self._blocks):
            raise self._empty()
        yield Finished(reason, f"{self._info.provider}/{self._model or self._info.id}")

    def _event(self, event: Json) -> list[ModelEvent]:
        kind = event["type"]
        if kind == "content_block_delta":
            return self._delta(event["delta"])
        if kind == "content_block_start":
            return self._open(event["content_block"])
        if kind == "content_block_stop":
            return self._close()
        if kind == "message_start":
            self._start(event["message"])
        elif kind == "message_delta":
            delta = event["delta"]
            self._reason = delta["stop_reason"] and text_at(delta, "stop_reason")
            self._count(event.get("usage"))
        elif kind == "message_stop":
            self.done = True
        elif kind == "error":
            raise failure_in_stream(self._info, event["error"], self._secret)
        return []

    def _start(self, message: Json) -> None:
        self._model = text_at(message, "model")
        self._count(message.get("usage"))

    def _count(self, usage: object) -> None:
        """Take in counts; they add up over the answer, and the last ones hold."""
        if isinstance(usage, dict):
            self._counts.update({key: value for key, value in usage.items() if value is not None})
        elif usage is not None:
            self._counts = {}  # the counts before it are no longer those of the whole answer

    def _open(self, block: Json) -> list[ModelEvent]:
        self._blocks.append(dict(block))
        self._pieces = []
        if block["type"] == "text" and block["text"]:
            text = text_at(block, "text")
            self._pieces.append(text)
            return [TextDelta(text)]
        if block["type"] == "tool_use":
            return [ToolCallDelta(self._calls, call_id=text_at(block, "id"), name=text_at(block, "name"))]
        return []

    def _delta(self, delta: Json) -> list[ModelEvent]:
        kind = delta["type"]
        if kind == "text_delta":
            text = text_at(delta, "text")
            self._pieces.append(text)
            return [TextDelta(text)] if text else []
        if kind == "input_json_delta":
            text = text_at(delta, "partial_json")
            self._pieces.append(text)
            return [ToolCallDelta(self._calls, text)] if text else []
        if kind == "thinking_delta":
            self._pieces.append(text_at(delta, "thinking"))
        elif kind == "signature_delta":
            self._blocks[-1]["signature"] = text_at(delta, "signature")
        return []

    def _close(self) -> list[ModelEvent]:
        block = self._blocks[-1]
        written = "".join(self._pieces)
        self._pieces = []
        if block["type"] == "text":
            block["text"] = written
        elif block["type"] == "thinking":
            block["thinking"] = written or block["thinking"]
        elif block["type"] == "tool_use":
            self._calls += 1
            arguments = written or json.dumps(block["input"] or {}, ensure_ascii=False)
            return [ToolCallDone(self._calls - 1, block["name"], arguments, block["id"])]
        else:
            self._keep_known()
        return []

    def _keep_known(self) -> None:
        """Forget a block of a kind that is neither answer nor thinking."""
        if self._blocks[-1]["type"] not in THOUGHTS:
            self._blocks.pop()

    def _usage(self) -> Usage | None:
        """None when input or output are no numbers of tokens: the answer is paid for, whatever they say of it."""
        sent, written, read, stored = (token_count(self._counts.get(key)) for key in COUNTS)
        if sent is None or written is None:
            return None
        details = self._counts.get("output_tokens_details")
        thought = token_count(details.get("thinking_tokens")) if isinstance(details, dict) else None
        return Usage(sent, written, read or 0, stored or 0, min(thought or 0, written))

    def _unreadable(self) -> ModelFailure:
        return ModelFailure(
            f"{self._info.name} sent an answer that is none of the Messages API",
            kind=ErrorKind.BAD_ANSWER,
            details={"model": self._info.name},
            hint="run it again; when it stays so, check the base URL",
        )

    def _broken_off(self) -> ModelFailure:
        return ModelFailure(
            f"the answer of {self._info.name} broke off before its end",
            kind=ErrorKind.INCOMPLETE,
            details={"model": self._info.name},
            hint="run it again",
        )

    def _empty(self) -> ModelFailure:
        return ModelFailure(
            f"{self._info.name} answered with neither text nor a tool call",
            kind=ErrorKind.BAD_ANSWER,
            details={"model": self._info.name},
            hint="run it again, or ask in other words",
        )
