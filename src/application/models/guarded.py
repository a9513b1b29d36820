"""A model that is not told what should not leave this machine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.messaging.message import Message, ToolCall
from ...domain.models.exchange import ModelEvent, ModelRequest
from ...domain.models.info import ModelInfo
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.prompt_scrubber import PromptScrubber
from ...domain.security.scrubbed import PrivacyPolicy
from .closing import close

Found = Callable[[str, Mapping[str, int]], None]
"""Is told the model's name and the finds by kind, for each request in which something was found."""


def nobody(_model: str, _found: Mapping[str, int]) -> None:
    """Keep no count."""


class PromptGuard:
    """Redacts or blocks what the scrubber finds in messages for the model `name`; sealed thinking goes as it is.

    Whoever shortens messages asks it first: half of a private key is no longer seen to be one.
    """

    def __init__(
        self, name: str, scrubber: PromptScrubber, policy: PrivacyPolicy, found: Found = nobody
    ) -> None:
        self._name = name
        self._scrubber = scrubber
        self._policy = policy
        self._found = found

    def checked(self, messages: Sequence[Message]) -> tuple[Message, ...]:
        """The messages as they may be sent.

        Raises ModelFailure of kind `blocked`, which names kinds and numbers of finds and never one of them.
        """
        if self._policy is PrivacyPolicy.ALLOW:
            return tuple(messages)
        found: Counter[str] = Counter()
        clean = tuple(self._scrub(message, found) for message in messages)
        if not found:
            return tuple(messages)
        self._found(self._name, dict(found))
        if self._policy is PrivacyPolicy.BLOCK:
            raise _blocked(self._name, found)
        return clean

    def _scrub(self, message: Message, found: Counter[str]) -> Message:
        before = found.total()
        content, name = self._text(message.content, found), self._text(message.name, found)
        calls = tuple(self._call(call, found) for call in message.tool_calls)
        if found.total() == before:
            return message
        return replace(message, content=content, name=name, tool_calls=calls)

    def _text(self, text: str, found: Counter[str]) -> str:
        if not text:
            return text
        scrubbed = self._scrubber.screen(text)
        found.update(scrubbed.found)
        return scrubbed.text

    def _call(self, call: ToolCall, found: Counter[str]) -> ToolCall:
        before = found.total()
        arguments = self._text(call.arguments, found)
        if found.total() == before:
            return call
        if _is_json(call.arguments) and not _is_json(arguments):
            arguments = json.dumps({"redacted": arguments})  # providers refuse arguments that are no JSON
        return replace(call, arguments=arguments)


class GuardedModel(LanguageModel):
    """Sends only what its guard lets through; a model on one's own machine needs no such wrapper."""

    def __init__(
        self, inner: LanguageModel, scrubber: PromptScrubber, policy: PrivacyPolicy, found: Found = nobody
    ) -> None:
        self._inner = inner
        self._guard = PromptGuard(inner.info.name, scrubber, policy, found)

    @property
    def info(self) -> ModelInfo:
        """That of the model inside."""
        return self._inner.info

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Answer `request`, or what is left of it."""
        messages = self._guard.checked(request.messages)
        same = messages is request.messages
        events = self._inner.stream(request if same else replace(request, messages=messages))
        try:
            async for event in events:
                yield event
        finally:
            await close(events)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _blocked(name: str, found: Mapping[str, int]) -> ModelFailure:
    kinds = ", ".join(f"{kind} ({amount})" for kind, amount in sorted(found.items()))
    return ModelFailure(
        f"{name} was not called: the prompt holds {kinds}",
        kind=ErrorKind.BLOCKED,
        details={"model": name, "found": dict(found)},
        hint="take it out, or set the privacy policy to redact (sent without it) or allow (sent with it)",
    )
