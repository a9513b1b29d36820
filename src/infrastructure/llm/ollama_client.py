"""Connections to an Ollama server, and what its failures mean."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

import aiohttp

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.models.info import ModelInfo
from .http_failures import (
    connect_seconds,
    kind_of,
    kind_of_loss,
    never_sent,
    quoted,
    retry_after,
    shown,
    too_large,
)
from .wire_body import TooLarge, bounded, refusal_in, whole
from .wire_lines import LineBuffer

Json = dict[str, Any]

TOO_LONG = "exceed_context_size_error"
"""Error type of the engine below Ollama for a prompt that its window does not hold."""


class OllamaClient:
    """Connections to one server, shared by its models; used in one event loop, and closed at the end.

    `timeout` is how many seconds a call may take, to the end of its answer: loading a large model takes its time.
    """

    def __init__(self, *, base_url: str, timeout: float) -> None:
        self._url = base_url.rstrip("/")
        self._seconds = timeout
        self._times = aiohttp.ClientTimeout(total=timeout, sock_connect=connect_seconds(timeout))
        self._open: aiohttp.ClientSession | None = None

    async def whole(self, info: ModelInfo, path: str, body: Json) -> bytes:
        """The body of an answer in one piece; raises ModelFailure."""
        deadline = self._deadline()
        async with self._sent(info, path, body) as response:
            return await whole(response.content.iter_any(), deadline)

    async def lines(self, info: ModelInfo, path: str, body: Json) -> AsyncGenerator[list[bytes]]:
        """The lines of a streamed answer, as many at a time as have arrived; raises ModelFailure."""
        buffer = LineBuffer()
        deadline = self._deadline()
        async with (
            self._sent(info, path, body) as response,
            aclosing(bounded(response.content.iter_any(), deadline)) as chunks,
        ):
            async for chunk in chunks:
                lines = [line for line in buffer.feed(chunk) if line.strip()]
                if lines:
                    yield lines
        if buffer.rest().strip():
            yield [buffer.rest()]

    async def close(self) -> None:
        """Close all connections."""
        if self._open is not None:
            await self._open.close()

    @asynccontextmanager
    async def _sent(self, info: ModelInfo, path: str, body: Json) -> AsyncGenerator[aiohttp.ClientResponse]:
        """The answer to a request, with a status that is a success; its connection is given back at the end."""
        if self._open is None:
            self._open = aiohttp.ClientSession(timeout=self._times)
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        headers = {"content-type": "application/json"}
        begun = False
        try:
            async with self._open.post(
                self._url + path, data=content, headers=headers, allow_redirects=False
            ) as response:
                if response.status != 200:
                    said = await refusal_in(response.content.iter_any())
                    raise refusal(info, response.status, said, response.headers)
                begun = True
                yield response
        except (TimeoutError, aiohttp.ClientError, OSError, TooLarge) as error:
            raise self._lost(info, error, begun=begun) from error

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._seconds

    def _lost(self, info: ModelInfo, error: Exception, *, begun: bool) -> ModelFailure:
        kind = kind_of_loss(error, begun=begun)
        if kind is ErrorKind.TIMEOUT:
            said = f"did not answer in time at {shown(self._url)}"
            hint = "allow more time: a large model takes long to load"
        elif large := too_large(error):
            said, hint = f"cannot be read: {large}", "check the base URL"
        elif begun:
            said = "closed the connection in the midst of its answer"
            hint = "run it again"
        else:
            said = f"could not be reached at {shown(self._url)}"
            hint = "start the server with ollama serve, or see muster models detect"
        return failure(info, kind, said, hint, sent=not never_sent(error))


def failure(info: ModelInfo, kind: ErrorKind, said: str, hint: str, *, sent: bool = True) -> ModelFailure:
    """A failure that names its model; `sent` is false where nothing can have reached the server."""
    details = {"model": info.name, **({} if sent else {"sent": False})}
    return ModelFailure(f"{info.name} {said}", kind=kind, details=details, hint=hint)


def refusal(info: ModelInfo, status: int, body: object, headers: Mapping[str, str]) -> ModelFailure:
    """What an answer with a status other than 200 means; Ollama's error is a sentence, its engine's an object."""
    error = body.get("error") if isinstance(body, dict) else None
    parts = error if isinstance(error, dict) else {"message": error}
    kind = ErrorKind.CONTEXT_TOO_LONG if parts.get("type") == TOO_LONG else kind_of(status)
    said = quoted(str(parts.get("message") or ""))
    return ModelFailure(
        f"{info.name} refused the call with status {status}" + (f": {said}" if said else ""),
        kind=kind,
        retry_after=retry_after(headers),
        details={"model": info.name, "status": status},
        hint=_hint(info, kind),
    )


def _hint(info: ModelInfo, kind: ErrorKind) -> str:
    hints = {
        ErrorKind.NOT_FOUND: f"fetch it with ollama pull {info.id}",
        ErrorKind.CONTEXT_TOO_LONG: "send less, or choose a model with a larger window",
        ErrorKind.INVALID_REQUEST: "see what the server says; a prompt that is too long is refused like this too",
        ErrorKind.OVERLOADED: "send less at once",
        ErrorKind.RATE_LIMIT: "wait, or send less at once",
    }
    return hints.get(kind, "see the log of the Ollama server")
