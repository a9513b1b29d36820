"""Anthropic's SDK, as far as it is used: the one module that imports it.

The SDK authenticates, sends and names errors. Bodies are written and read here, which costs less than its models
do. Its retries are off: one layer retries, and it is not this one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import anthropic

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.models.info import ModelInfo
from .ambient_headers import ambient_headers
from .anthropic_errors import failure_of_connection, failure_of_status
from .api_key import ApiKey
from .http_failures import connect_seconds, kind_of_loss, never_sent, refused, too_large
from .wire_body import bounded, refuse, whole
from .wire_lines import DATA, LineBuffer

Json = dict[str, Any]
Answer = anthropic.AsyncStream[object]

KEY_NAME = "ANTHROPIC_API_KEY"
HEADERS = "ANTHROPIC_CUSTOM_HEADERS"
NO_KEY = "no-key"  # without one the SDK would look for credentials elsewhere


class AnthropicClient:
    """Connections and key of one account, shared by its models; used in one event loop, and closed at the end.

    `timeout` is how many seconds a call may take, to the end of its answer. `key_name` is where users keep the
    key: errors say so. A server at a `base_url` gets none of the headers that the environment has for Anthropic.
    """

    def __init__(
        self, *, api_key: str, base_url: str | None = None, timeout: float, key_name: str = KEY_NAME
    ) -> None:
        self._key = ApiKey(api_key.strip(), key_name)
        self._seconds = timeout
        self._sdk = anthropic.AsyncAnthropic(
            api_key=self._key.value or NO_KEY,
            base_url=base_url,
            max_retries=0,
            timeout=anthropic.Timeout(timeout, connect=connect_seconds(timeout)),
            default_headers=self._headers() if base_url else None,
            # aiohttp costs less CPU than the default transport; a redirect would carry the prompt elsewhere.
            http_client=anthropic.DefaultAioHttpClient(
                follow_redirects=False, event_hooks={"response": [refuse]}
            ),
        )

    @property
    def secret(self) -> str:
        """The key, for leaving it out of what is said."""
        return self._key.value

    async def whole(self, info: ModelInfo, path: str, body: Json) -> bytes:
        """The body of an answer in one piece; raises ModelFailure."""
        deadline = self._deadline()
        answer = await self._send(info, path, body, deadline)
        try:
            async with aclosing(answer.response.aiter_bytes()) as chunks:
                return await whole(chunks, deadline)
        except Exception as error:
            raise _lost(info, error, begun=True) from error
        finally:
            await answer.close()

    async def events(self, info: ModelInfo, path: str, body: Json) -> AsyncGenerator[list[bytes]]:
        """The data of a streamed answer's events, as many at a time as have arrived; raises ModelFailure."""
        deadline = self._deadline()
        answer = await self._send(info, path, body, deadline)
        lines = LineBuffer()
        try:
            async with (
                aclosing(answer.response.aiter_bytes()) as chunks,
                aclosing(bounded(chunks, deadline)) as pieces,
            ):
                async for chunk in pieces:
                    data = [line[len(DATA) :] for line in lines.feed(chunk) if line.startswith(DATA)]
                    if data:
                        yield data
        except Exception as error:
            raise _lost(info, error, begun=True) from error
        finally:
            await answer.close()

    def schema(self, schema: Json) -> Json:
        """A JSON schema in the dialect of structured output: rules that it does not have become words."""
        return anthropic.transform_schema(schema)

    async def close(self) -> None:
        """Close all connections; the client is of no use afterwards."""
        await self._sdk.close()

    async def _send(self, info: ModelInfo, path: str, body: Json, deadline: float) -> Answer:
        """Send a request; back as soon as the status is there, so that what fails later is known to be later."""
        self._check_key(info)
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        try:
            async with asyncio.timeout_at(deadline):
                return await self._sdk.post(
                    path, cast_to=object, content=content, stream=True, stream_cls=Answer
                )
        except Exception as error:
            refusal = refused(error)
            if refusal is None:
                raise _lost(info, error, begun=False) from error
            raise failure_of_status(
                info, refusal.status, refusal.body, refusal.headers, self._key
            ) from refusal

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._seconds

    def _headers(self) -> Json:
        """What replaces the headers that the environment has for Anthropic."""
        ours = {"authorization": f"Bearer {self._key.value}"}
        return {name: ours.get(name.lower(), anthropic.Omit()) for name in ambient_headers(HEADERS)}

    def _check_key(self, info: ModelInfo) -> None:
        if self._key.fault:
            said = f"cannot be called without a valid key: {self._key.fault}"
            raise failure_of_connection(info, ErrorKind.AUTHENTICATION, said, hint=self._key.hint)


def _lost(info: ModelInfo, error: BaseException, *, begun: bool) -> ModelFailure:
    """A call whose answer did not come, or not to its end."""
    kind = kind_of_loss(error, begun=begun)
    hint = ""
    if kind is ErrorKind.TIMEOUT:
        said = "did not answer in time"
    elif kind is ErrorKind.INCOMPLETE:
        said = "closed the connection in the midst of its answer"
    elif large := too_large(error):
        said, hint = f"cannot be read: {large}", "check the base URL"
    elif isinstance(error, anthropic.APIConnectionError):
        said = "could not be reached, or closed the connection without an answer"
    else:
        kind, said = ErrorKind.UNKNOWN, f"could not be called: {type(error).__name__}"
    return failure_of_connection(info, kind, said, hint=hint, sent=not never_sent(error))
