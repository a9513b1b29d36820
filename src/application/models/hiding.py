"""A model that works with placeholders, while whoever asks it sees the values."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.messaging.message import Message, ToolCall
from ...domain.models.exchange import (
    AnswerRestarted,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
)
from ...domain.models.info import ModelInfo
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.pii_scrubber import PiiScrubber
from ...domain.security.scrubbed import PersonalDataPolicy
from .closing import close
from .guarded import Found, nobody
from .placeholders import BEGUN, ReversibleScrubber


class HidingModel(LanguageModel):
    """Sends no personal data that the scrubber finds: `ann@mail.com` goes out as `[EMAIL-1]` and comes back as it was.

    Each request has placeholders of its own, in the order of its messages: the same conversation gives the same ones,
    and nothing of one run can come back in another. Sealed thinking goes as it is.
    """

    def __init__(
        self,
        inner: LanguageModel,
        scrubber: PiiScrubber,
        policy: PersonalDataPolicy = PersonalDataPolicy.HIDE,
        found: Found = nobody,
    ) -> None:
        self._inner = inner
        self._scrubber = scrubber
        self._policy = policy
        self._found = found

    @property
    def info(self) -> ModelInfo:
        """That of the model inside."""
        return self._inner.info

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The answer, with the values in it. Raises ModelFailure of kind `blocked` where the policy says so."""
        cover = ReversibleScrubber(self._scrubber)
        messages = tuple(_hidden(message, cover) for message in request.messages)
        if cover.found:
            self._found(self.info.name, cover.found)
            if self._policy is PersonalDataPolicy.BLOCK:
                raise _blocked(self.info.name, cover)
        if messages != request.messages:
            request = replace(request, messages=messages)
        shown = _Shown(cover)
        events = self._inner.stream(request)
        try:
            async for event in events:
                for told in shown.told(event):
                    yield told
        finally:
            await close(events)


class _Shown:
    """What a model says, with the values for its placeholders, wherever the pieces of its answer end."""

    def __init__(self, cover: ReversibleScrubber) -> None:
        self._cover = cover
        self._begin()

    def told(self, event: ModelEvent) -> Iterator[ModelEvent]:
        """The events that `event` becomes: the beginning of a placeholder waits for its end."""
        match event:
            case TextDelta(text=text):
                piece = self._text.more(text)
                if piece:
                    yield TextDelta(piece)
            case ToolCallDelta(index=index, arguments=arguments):
                yield from self._said()
                part = self._calls.setdefault(index, _Piece(self._cover, in_json=True))
                yield replace(event, arguments=part.more(arguments))
            case ToolCallDone(arguments=arguments):
                yield from self._said()
                yield replace(event, arguments=self._cover.restore(arguments, in_json=True))
            case AnswerRestarted():
                self._begin()
                yield event
            case _:
                yield from self._rest()
                yield event

    def _said(self) -> Iterator[ModelEvent]:
        if text := self._text.rest():
            yield TextDelta(text)

    def _begin(self) -> None:
        self._text = _Piece(self._cover)
        self._calls: dict[int, _Piece] = {}

    def _rest(self) -> Iterator[ModelEvent]:
        """What still waits when something else comes."""
        yield from self._said()
        for index, part in self._calls.items():
            if arguments := part.rest():
                yield ToolCallDelta(index, arguments)


class _Piece:
    """One text that comes in pieces; an answer that begins like JSON is taken for JSON."""

    def __init__(self, cover: ReversibleScrubber, *, in_json: bool | None = None) -> None:
        self._cover = cover
        self._in_json = in_json
        self._waits = ""

    def more(self, text: str) -> str:
        """What can be told after `text` has come."""
        if self._in_json is None and text.strip():
            self._in_json = text.lstrip().startswith("{")
        text = self._waits + text
        begun = BEGUN.search(text)
        end = begun.start() if begun else len(text)
        self._waits = text[end:]
        return self._cover.restore(text[:end], in_json=bool(self._in_json))

    def rest(self) -> str:
        """What waits for an end that does not come."""
        text, self._waits = self._waits, ""
        return text


def _hidden(message: Message, cover: ReversibleScrubber) -> Message:
    content = cover.hide(message.content)
    calls = tuple(_call(call, cover) for call in message.tool_calls)
    if content == message.content and calls == message.tool_calls:
        return message
    return replace(message, content=content, tool_calls=calls)


def _call(call: ToolCall, cover: ReversibleScrubber) -> ToolCall:
    """Values in arguments are looked at one by one: they stay JSON."""
    try:
        value = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return replace(call, arguments=cover.hide(call.arguments))
    hidden = _value(value, cover)
    return call if hidden == value else replace(call, arguments=json.dumps(hidden, ensure_ascii=False))


def _value(value: object, cover: ReversibleScrubber) -> object:
    match value:
        case str():
            return cover.hide(value)
        case dict():
            return {name: _value(inner, cover) for name, inner in value.items()}
        case list():
            return [_value(inner, cover) for inner in value]
        case _:
            return value


def _blocked(name: str, cover: ReversibleScrubber) -> ModelFailure:
    kinds = ", ".join(f"{kind} ({amount})" for kind, amount in sorted(cover.found.items()))
    return ModelFailure(
        f"{name} was not called: the prompt holds personal data: {kinds}",
        kind=ErrorKind.BLOCKED,
        details={"model": name, "found": dict(cover.found)},
        hint="take it out, or set personal_data to hide (sent as placeholders) or allow (sent as it is)",
    )
