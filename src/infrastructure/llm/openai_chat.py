"""Chat Completions: the format of OpenAI-compatible servers, and of OpenAI before the Responses API."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing
from typing import Any

from ...domain.errors import ErrorKind
from ...domain.models.exchange import (
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    ReasoningKept,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
    UsageReported,
)
from ...domain.models.info import ModelInfo
from ...domain.models.usage import Usage
from ...domain.ports.language_model import LanguageModel
from .openai_chat_request import chat_body
from .openai_client import OpenAIClient
from .openai_failures import misshapen, model_failure
from .openai_kept import Kept
from .openai_usage import usage_of
from .wire_shape import MISSHAPEN, part_in, text_in

PATH = "/chat/completions"
REASONS = {
    "length": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,
    "content_filter": FinishReason.REFUSED,
}
MOST_CALLS = 1000
"""Tool calls in one answer; more than that is none that a model gives."""
FAILED = frozenset({"error"})  # what a router says when the server behind it failed


class ChatModel(LanguageModel):
    """A model behind POST /chat/completions; `compatible` is as its client is, unless told otherwise."""

    def __init__(self, info: ModelInfo, client: OpenAIClient, *, compatible: bool | None = None) -> None:
        self._info = info
        self._client = client
        self._compatible = client.compatible if compatible is None else compatible

    @property
    def info(self) -> ModelInfo:
        """Identity, limits and prices."""
        return self._info

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        """Ask the server, in pieces or in one; raises ModelFailure."""
        body = chat_body(self._info, request, compatible=self._compatible)
        answer = _Answer(self._info, self._client)
        if not request.stream:
            for event in answer.add(await self._client.ask(self._info, PATH, body)):
                yield event
        else:
            async with aclosing(self._client.listen(self._info, PATH, body)) as chunks:
                async for chunk in chunks:
                    for event in answer.add(chunk):
                        yield event
        for event in answer.end():
            yield event


class _Call:
    """One tool call in the making."""

    __slots__ = ("arguments", "call_id", "index", "key", "name")

    def __init__(self, index: int, key: object) -> None:
        self.index = index
        self.key = key
        self.call_id = ""
        self.name = ""
        self.arguments: list[str] = []


class _Answer:
    """What has come of one answer; a whole one is read like a single piece."""

    def __init__(self, info: ModelInfo, client: OpenAIClient) -> None:
        self._info = info
        self._client = client
        self._model = info.id
        self._reason = ""
        self._said = False
        self._refused = False
        self._calls: list[_Call] = []
        self._usage: Usage | None = None
        self._kept = Kept()
        self._thinking: list[str] = []

    def add(self, chunk: Mapping[str, Any]) -> Iterable[ModelEvent]:
        """Read one piece; raises ModelFailure."""
        try:
            return self._add(chunk)
        except MISSHAPEN as error:
            raise misshapen(self._info) from error

    def _add(self, chunk: Mapping[str, Any]) -> Iterable[ModelEvent]:
        self._model = text_in(chunk, "model") or self._model
        if chunk.get("error"):
            raise self._client.refused(self._info, chunk)
        if usage := chunk.get("usage"):
            self._usage = usage_of(usage) or self._usage
        choices = chunk.get("choices")
        if not choices:
            return ()
        choice = choices[0]
        self._reason = text_in(choice, "finish_reason") or self._reason
        delta = part_in(choice, "delta") or part_in(choice, "message")
        return self._read(delta) if delta else ()

    def _read(self, delta: Mapping[str, Any]) -> list[ModelEvent]:
        events: list[ModelEvent] = []
        if content := delta.get("content"):
            self._said = True
            events.append(TextDelta(content if isinstance(content, str) else _text(content)))
        if not events or len(delta) > 1:
            self._read_rest(delta, events)
        return events

    def _read_rest(self, delta: Mapping[str, Any], events: list[ModelEvent]) -> None:
        if refusal := text_in(delta, "refusal"):
            self._said = self._refused = True
            events.append(TextDelta(refusal))
        if thinking := text_in(delta, "reasoning_content"):
            self._thinking.append(thinking)
        if calls := delta.get("tool_calls"):
            events += [self._read_call(piece) for piece in calls]

    def _read_call(self, piece: Mapping[str, Any]) -> ToolCallDelta:
        function, call_id = part_in(piece, "function"), text_in(piece, "id")
        name = text_in(function, "name")
        call = self._call_of(piece.get("index"), call_id, bool(name))
        call.call_id = call.call_id or call_id
        call.name = call.name or name
        arguments = function.get("arguments") or ""
        if not isinstance(arguments, str):  # some servers send the object itself
            arguments = json.dumps(arguments, ensure_ascii=False)
        call.arguments.append(arguments)
        if extra := piece.get("extra_content"):
            self._kept.extras[str(call.index)] = extra
        return ToolCallDelta(call.index, arguments, call.call_id, call.name)

    def _call_of(self, key: object, call_id: str, named: bool) -> _Call:
        """The call that a piece belongs to: servers leave out indexes, or give every call the same one."""
        for call in reversed(self._calls):
            if key is not None and call.key != key:
                continue
            another = call_id != call.call_id if call_id and call.call_id else named and key is None
            if not another:
                return call
            if key is None:
                break
        if len(self._calls) == MOST_CALLS:
            raise model_failure(
                self._info, ErrorKind.BAD_ANSWER, f"it calls more than {MOST_CALLS} tools at once"
            )
        self._calls.append(_Call(len(self._calls), key))
        return self._calls[-1]

    def end(self) -> Iterator[ModelEvent]:
        """What there is to say once all has come; raises ModelFailure when that is no answer."""
        for call in self._calls:
            if self._reason:
                yield ToolCallDone(call.index, call.name, "".join(call.arguments), call.call_id)
        self._kept.thinking = "".join(self._thinking)
        if self._calls and self._kept:
            yield ReasoningKept(self._kept.write(self._info))
        if self._usage is not None:
            yield UsageReported(self._usage)
        self._check()
        yield Finished(self._finish(), f"{self._info.provider}/{self._model}")

    def _finish(self) -> FinishReason:
        if self._refused:
            return FinishReason.REFUSED
        stopped = FinishReason.TOOL_CALLS if self._calls else FinishReason.STOP
        return REASONS.get(self._reason, stopped)

    def _check(self) -> None:
        if not self._reason:
            raise model_failure(self._info, ErrorKind.INCOMPLETE)
        if self._reason in FAILED:
            raise model_failure(self._info, ErrorKind.SERVER)
        if any(not call.name for call in self._calls):
            raise model_failure(self._info, ErrorKind.BAD_ANSWER, "it calls a tool without naming it")
        if not (self._said or self._calls or self._reason in REASONS):
            raise model_failure(self._info, ErrorKind.BAD_ANSWER, "it is empty")


def _text(content: object) -> str:
    """Text of a content that comes in parts."""
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))
