"""The Responses API, which OpenAI itself is spoken to by."""

from __future__ import annotations

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
from ...domain.ports.language_model import LanguageModel
from .openai_client import OpenAIClient
from .openai_failures import misshapen, model_failure
from .openai_kept import Kept
from .openai_responses_request import responses_body
from .openai_usage import usage_of
from .wire_shape import MISSHAPEN, part_in, text_in

PATH = "/responses"
NOTHING: tuple[ModelEvent, ...] = ()
CUT_SHORT = {"max_output_tokens": FinishReason.LENGTH, "content_filter": FinishReason.REFUSED}
SEALED = ("type", "id", "summary", "encrypted_content")


class ResponsesModel(LanguageModel):
    """A model behind POST /responses."""

    def __init__(self, info: ModelInfo, client: OpenAIClient) -> None:
        self._info = info
        self._client = client

    @property
    def info(self) -> ModelInfo:
        """Identity, limits and prices."""
        return self._info

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        """Ask OpenAI, in pieces or in one; raises ModelFailure."""
        body = responses_body(self._info, request)
        answer = _Answer(self._info, self._client)
        if not request.stream:
            for event in answer.whole(await self._client.ask(self._info, PATH, body)):
                yield event
        else:
            async with aclosing(self._client.listen(self._info, PATH, body)) as events:
                async for told in events:
                    for event in answer.add(told):
                        yield event
        for event in answer.end():
            yield event


class _Answer:
    """What has come of one answer."""

    def __init__(self, info: ModelInfo, client: OpenAIClient) -> None:
        self._info = info
        self._client = client
        self._said = False
        self._refused = False
        self._calls: dict[int, int] = {}  # place among the items of the answer -> number of the call
        self._kept = Kept()
        self._ended: Mapping[str, Any] | None = None

    def add(self, told: Mapping[str, Any]) -> Iterable[ModelEvent]:
        """Read one event of the stream; raises ModelFailure."""
        try:
            return self._add(told)
        except MISSHAPEN as error:
            raise misshapen(self._info) from error

    def whole(self, response: Mapping[str, Any]) -> Iterable[ModelEvent]:
        """Read an answer that came in one piece; raises ModelFailure."""
        try:
            return list(self._whole(response))
        except MISSHAPEN as error:
            raise misshapen(self._info) from error

    def _add(self, told: Mapping[str, Any]) -> Iterable[ModelEvent]:
        kind = told.get("type")
        if kind == "response.output_text.delta":
            self._said = True
            return (TextDelta(text_in(told, "delta")),)
        if kind == "response.function_call_arguments.delta":
            return (ToolCallDelta(self._number(told), text_in(told, "delta")),)
        return self._add_rare(kind, told)

    def _add_rare(self, kind: object, told: Mapping[str, Any]) -> Iterable[ModelEvent]:
        if kind == "response.refusal.delta":
            self._said = self._refused = True
            return (TextDelta(text_in(told, "delta")),)
        if kind == "response.output_item.added":
            return self._begun(told)
        if kind == "response.output_item.done":
            return self._done(told.get("output_index", 0), part_in(told, "item"))
        if kind in ("response.completed", "response.incomplete", "response.failed"):
            self._end_with(part_in(told, "response"))
        elif kind == "error":
            raise self._client.refused(self._info, told)
        return NOTHING

    def _whole(self, response: Mapping[str, Any]) -> Iterator[ModelEvent]:
        for place, item in enumerate(response.get("output") or ()):
            for part in item.get("content") or () if item.get("type") == "message" else ():
                if text := text_in(part, "text") or text_in(part, "refusal"):
                    self._said = True
                    self._refused = self._refused or part.get("type") == "refusal"
                    yield TextDelta(text)
            yield from self._done(place, item)
        self._end_with(response)

    def _end_with(self, response: Mapping[str, Any]) -> None:
        """The answer's own account of itself, once it is seen to be of the right shape."""
        text_in(response, "model")
        text_in(response, "status")
        text_in(part_in(response, "incomplete_details"), "reason")
        self._ended = response

    def _number(self, told: Mapping[str, Any]) -> int:
        return self._calls.setdefault(told.get("output_index", 0), len(self._calls))

    def _begun(self, told: Mapping[str, Any]) -> Iterable[ModelEvent]:
        item = part_in(told, "item")
        if item.get("type") != "function_call":
            return NOTHING
        return (ToolCallDelta(self._number(told), "", text_in(item, "call_id"), text_in(item, "name")),)

    def _done(self, place: int, item: Mapping[str, Any]) -> Iterable[ModelEvent]:
        """The end of an item; the text of a message has come before it."""
        kind = item.get("type")
        if kind == "reasoning" and item.get("encrypted_content"):
            sealed = {key: item[key] for key in SEALED if key in item}
            self._kept.items.append((place, {"summary": [], **sealed}))
        if kind != "function_call":
            return NOTHING
        if not item.get("name"):
            raise model_failure(self._info, ErrorKind.BAD_ANSWER, "it calls a tool without naming it")
        number = self._calls.setdefault(place, len(self._calls))
        return (
            ToolCallDone(number, text_in(item, "name"), text_in(item, "arguments"), text_in(item, "call_id")),
        )

    def end(self) -> Iterator[ModelEvent]:
        """What there is to say once all has come; raises ModelFailure when that is no answer."""
        ended = self._ended
        if ended is None:
            raise model_failure(self._info, ErrorKind.INCOMPLETE)
        if self._kept:
            yield ReasoningKept(self._kept.write(self._info))
        if (usage := usage_of(ended.get("usage"))) is not None:
            yield UsageReported(usage)
        yield Finished(self._reason(ended), f"{self._info.provider}/{ended.get('model') or self._info.id}")

    def _reason(self, ended: Mapping[str, Any]) -> FinishReason:
        if ended.get("status") == "failed" or ended.get("error"):
            raise self._client.refused(self._info, ended)
        if ended.get("status") == "incomplete":
            return self._cut_short(ended)
        if ended.get("status") != "completed":
            raise model_failure(self._info, ErrorKind.INCOMPLETE)
        if not (self._said or self._calls):
            raise model_failure(self._info, ErrorKind.BAD_ANSWER, "it is empty")
        if self._refused:
            return FinishReason.REFUSED
        return FinishReason.TOOL_CALLS if self._calls else FinishReason.STOP

    def _cut_short(self, ended: Mapping[str, Any]) -> FinishReason:
        why = text_in(part_in(ended, "incomplete_details"), "reason")
        if why not in CUT_SHORT:
            raise model_failure(self._info, ErrorKind.INCOMPLETE)
        return CUT_SHORT[why]
