"""The one module that knows OpenAI's SDK: it sends a body, and gives back what was answered as plain JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.models.info import ModelInfo
from .ambient_headers import ambient_headers
from .api_key import ApiKey
from .http_failures import connect_seconds, kind_of_loss, lost, never_sent, quoted, refused, too_large
from .openai_failures import model_failure, refusal_of
from .wire_body import bounded, linger, refuse, whole
from .wire_lines import EventBuffer

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream
    from openai._types import RequestOptions  # the SDK names the type of its public `options` only there

Json = Mapping[str, Any]
HEADERS = "OPENAI_CUSTOM_HEADERS"
DONE = b"[DONE]"
NO_KEY = "no-key"  # the SDK wants one even where it is told to send none


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for connecting, for silence within a streamed answer, and for the whole call."""

    connect: float = 10.0
    silence: float = 300.0
    total: float = 900.0


class OpenAIClient:
    """A connection to one provider, shared by its models and by concurrent calls.

    Without `base_url` it is OpenAI itself. With one it is a compatible server, which gets nothing of what the
    environment says for OpenAI (organisation, project, headers); an empty `api_key` then sends no key at all.
    `key_name` is where users keep the key: errors say so.

    The SDK authenticates, sends and names errors. Answers are read here: its response models cost more than the
    whole rest of a call, up to five times as much in a stream, and it reads without any limit of size.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str | None = None,
        key_name: str = "OPENAI_API_KEY",
        headers: Mapping[str, str] | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        import openai

        self._openai = openai
        self._key = ApiKey(api_key.strip(), key_name)
        self._times = timeouts or Timeouts()
        self.compatible = base_url is not None
        self._sdk: AsyncOpenAI = openai.AsyncOpenAI(
            api_key=self._key.value or NO_KEY,
            base_url=base_url,
            max_retries=0,
            default_headers=self._headers(headers or {}),
            # aiohttp costs less CPU than the default transport; a redirect would carry the prompt elsewhere.
            http_client=openai.DefaultAioHttpClient(
                follow_redirects=False, event_hooks={"response": [refuse]}
            ),
        )
        self._whole = self._options(self._times.total)
        self._pieces = self._options(self._times.silence)
        self._events = openai.AsyncStream[object]

    async def ask(self, info: ModelInfo, path: str, body: Json) -> Json:
        """The answer to `body` in one piece; raises ModelFailure."""
        self._check_key(info)
        deadline = self._deadline()
        try:
            stream = await self._send(path, body, self._whole, deadline)
            async with aclosing(stream), aclosing(stream.response.aiter_bytes()) as chunks:
                answer = json.loads(await whole(chunks, deadline))
        except Exception as error:
            raise self._failure(info, error, begun=False) from error
        if not isinstance(answer, dict):
            raise model_failure(info, ErrorKind.BAD_ANSWER, "it is not a JSON object")
        return answer

    async def listen(self, info: ModelInfo, path: str, body: Json) -> AsyncGenerator[Json]:
        """The events of a streamed answer; raises ModelFailure. Close it to hang up."""
        self._check_key(info)
        begun = False
        deadline = self._deadline()
        try:
            stream = await self._send(path, body, self._pieces, deadline)
            begun = True
            async with (
                aclosing(stream),
                aclosing(stream.response.aiter_bytes()) as chunks,
                aclosing(self._events_in(info, chunks, deadline)) as events,
            ):
                async for event in events:
                    yield event
        except ModelFailure:
            raise
        except Exception as error:
            raise self._failure(info, error, begun=begun) from error

    async def _events_in(
        self, info: ModelInfo, chunks: AsyncGenerator[bytes], deadline: float
    ) -> AsyncGenerator[Json]:
        """The events of a body, up to the mark of its end."""
        buffer = EventBuffer()
        async with aclosing(bounded(chunks, deadline)) as pieces:
            async for piece in pieces:
                for data in buffer.feed(piece):
                    if data.startswith(DONE):
                        await linger(pieces)
                        return
                    yield self._event(info, data)

    def _event(self, info: ModelInfo, data: bytes) -> Json:
        event = json.loads(data)
        if not isinstance(event, dict):
            raise model_failure(info, ErrorKind.BAD_ANSWER, "an event is not a JSON object")
        if event.get("error"):
            raise self._refused(info, event)
        return event

    async def _send(
        self, path: str, body: Json, options: RequestOptions, deadline: float
    ) -> AsyncStream[object]:
        """Send a request; back as soon as the head of the answer is there."""
        async with asyncio.timeout_at(deadline):
            return await self._sdk.post(
                path, cast_to=object, body=body, options=options, stream=True, stream_cls=self._events
            )

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._times.total

    async def close(self) -> None:
        """Close all connections; the client cannot be used after that."""
        await self._sdk.close()

    def _headers(self, given: Mapping[str, str]) -> dict[str, Any]:
        """What every request carries: for a compatible server nothing that was meant for OpenAI."""
        if not self.compatible:
            return dict(given)
        foreign = ("OpenAI-Organization", "OpenAI-Project", *ambient_headers(HEADERS))
        ours = {"authorization": f"Bearer {self._key.value}"} if self._key.value else {}
        taken = {name.lower() for name in given}
        replaced = {
            name: ours.get(name.lower(), self._openai.Omit()) for name in foreign if name.lower() not in taken
        }
        return {**replaced, **given}

    def _options(self, silence: float) -> RequestOptions:
        total = self._times.total
        connect = connect_seconds(total, self._times.connect)
        options: RequestOptions = {"timeout": self._openai.Timeout(total, connect=connect, read=silence)}
        if not self._key.value:
            options["headers"] = {"Authorization": self._openai.Omit()}
        return options

    def _check_key(self, info: ModelInfo) -> None:
        if self._key.fault and (self._key.value or not self.compatible):
            raise model_failure(info, ErrorKind.AUTHENTICATION, self._key.fault, hint=self._key.hint)

    def _failure(self, info: ModelInfo, error: Exception, *, begun: bool) -> ModelFailure:
        """What `error` means; decided by types, statuses and codes."""
        if refusal := refused(error):
            return self._refused(info, refusal.body, refusal.status, refusal.headers)
        if said := too_large(error):
            return model_failure(info, kind_of_loss(error, begun=begun), said)
        if lost(error) or isinstance(error, self._openai.APIConnectionError):
            kind = kind_of_loss(error, begun=begun)
            return model_failure(info, kind, sent=not never_sent(error))
        if isinstance(error, UnicodeEncodeError):
            said = "the text holds half of a surrogate pair, which UTF-8 cannot carry"
            return model_failure(info, ErrorKind.INVALID_REQUEST, said, hint="remove the broken characters")
        if isinstance(error, ValueError | RecursionError):
            return model_failure(info, ErrorKind.BAD_ANSWER, "it is not valid JSON")
        return model_failure(info, ErrorKind.UNKNOWN, type(error).__name__)

    def _refused(
        self, info: ModelInfo, body: object, status: int = 0, headers: Mapping[str, str] | None = None
    ) -> ModelFailure:
        refusal = refusal_of(body, status, headers)
        kind = refusal.kind
        # A refusal of the key quotes a part of it.
        said = "" if kind is ErrorKind.AUTHENTICATION else quoted(refusal.message, self._key.value)
        hint = self._key.hint if kind is ErrorKind.AUTHENTICATION else ""
        return model_failure(
            info, kind, said, hint=hint, status=refusal.status, retry_after=refusal.retry_after
        )

    def refused(self, info: ModelInfo, error: object) -> ModelFailure:
        """The failure that an error object inside an answer tells of."""
        return self._refused(info, error)
