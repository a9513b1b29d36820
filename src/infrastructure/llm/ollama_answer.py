"""An answer of Ollama's chat API, in pieces or whole, as events of a language model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.models.exchange import (
    Finished,
    FinishReason,
    ModelEvent,
    ReasoningKept,
    TextDelta,
    ToolCallDone,
    UsageReported,
)
from ...domain.models.info import ModelInfo
from ...domain.models.usage import Usage
from .http_failures import kind_of, quoted
from .ollama_client import failure
from .ollama_request import kept, truncated
from .token_count import token_count
from .wire_shape import MISSHAPEN, part_in, text_at, text_in

Json = dict[str, Any]


class OllamaReader:
    """Reads one answer to the request `body`."""

    def __init__(self, info: ModelInfo, body: Json) -> None:
        self._info = info
        self._body = body
        self._spoke = False
        self._calls = 0
        self._thoughts: list[str] = []
        self._last: Json | None = None

    @property
    def done(self) -> bool:
        """Whether the last line was read."""
        return self._last is not None

    def read(self, line: bytes) -> list[ModelEvent]:
        """What one line says, or the one object of an answer in one piece; raises ModelFailure for an error."""
        try:
            said: Json = json.loads(line)
            if "error" in said:
                raise self._broken(said)
            return self._said(said)
        except MISSHAPEN as error:
            hint = "run it again; when it stays so, check the base URL"
            unreadable = "sent an answer that is none of Ollama's API"
            raise failure(self._info, ErrorKind.BAD_ANSWER, unreadable, hint) from error

    def end(self) -> Iterator[ModelEvent]:
        """Usage and the end; raises ModelFailure when nothing was said, or not all, or not to the whole prompt."""
        last = self._last
        if last is None:
            raise failure(
                self._info, ErrorKind.INCOMPLETE, "broke off before the end of its answer", "run it again"
            )
        if (usage := _usage(last)) is not None:
            yield UsageReported(usage)
        read = token_count(last.get("prompt_eval_count"))
        if read is not None and truncated(self._body, read):
            raise self._forgetful(read)
        if self._thoughts:
            yield ReasoningKept(kept("".join(self._thoughts)))
        reason = FinishReason.LENGTH if last.get("done_reason") == "length" else FinishReason.STOP
        if self._calls:
            reason = FinishReason.TOOL_CALLS
        elif not self._spoke and reason is FinishReason.STOP:
            hint = "run it again, or ask in other words"
            raise failure(
                self._info, ErrorKind.BAD_ANSWER, "answered with neither text nor a tool call", hint
            )
        yield Finished(reason, f"{self._info.provider}/{last.get('model') or self._info.id}")

    def _said(self, said: Json) -> list[ModelEvent]:
        message = part_in(said, "message")
        events: list[ModelEvent] = []
        if thought := text_in(message, "thinking"):
            self._thoughts.append(thought)
        if text := text_in(message, "content"):
            self._spoke = True
            events.append(TextDelta(text))
        for call in message.get("tool_calls") or ():
            function = part_in(call, "function")
            arguments = json.dumps(function.get("arguments") or {}, ensure_ascii=False)
            name = text_at(function, "name")
            events.append(ToolCallDone(self._calls, name, arguments, text_in(call, "id")))
            self._calls += 1
        if said["done"]:
            self._last = said
        return events

    def _broken(self, said: Json) -> ModelFailure:
        """An error in the midst of an answer; some versions add the status that it would have had."""
        status = next((said[key] for key in ("status", "status_code") if isinstance(said.get(key), int)), 500)
        told = f"broke off: {quoted(str(said['error']))}"
        return failure(self._info, kind_of(status), told, "see the log of the Ollama server")

    def _forgetful(self, read: int) -> ModelFailure:
        window = self._body["options"]["num_ctx"]
        return failure(
            self._info,
            ErrorKind.CONTEXT_TOO_LONG,
            f"read only {read} tokens of the prompt: its window of {window} does not hold it",
            "send less, or choose a model with a larger window",
        )


def _usage(last: Json) -> Usage | None:
    """What was counted; None when that is nothing, or no number of tokens. Ollama leaves out a count of zero."""
    said = [last[key] for key in ("prompt_eval_count", "eval_count") if last.get(key) is not None]
    if not said or any(token_count(count) is None for count in said):
        return None
    return Usage(input=last.get("prompt_eval_count") or 0, output=last.get("eval_count") or 0)
