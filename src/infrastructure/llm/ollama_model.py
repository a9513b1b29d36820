"""Models of an Ollama server, through its own chat API: its OpenAI route cannot be told how large a window to take."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.models.exchange import ModelEvent, ModelRequest
from ...domain.models.info import ModelInfo
from ...domain.ports.language_model import LanguageModel
from .ollama_answer import OllamaReader
from .ollama_client import OllamaClient
from .ollama_request import Facts, body_of
from .wire_lines import until_done
from .wire_shape import MISSHAPEN

CHAT = "/api/chat"
SHOW = "/api/show"
CALL_SECONDS = 600.0
AWAY = {ErrorKind.CONNECTION, ErrorKind.TIMEOUT}


class OllamaModel(LanguageModel):
    """One model of a server; models of one server share a client."""

    def __init__(self, info: ModelInfo, client: OllamaClient) -> None:
        self._info = info
        self._client = client
        self._facts: Facts | None = None
        self._asking = asyncio.Lock()
        self._window = 0  # the widest so far: a narrower one would load the model anew

    @property
    def info(self) -> ModelInfo:
        """Identity and limits."""
        return self._info

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        """Answer `request`, all of it: a prompt that the server did not read to the end is a failure."""
        body = body_of(self._info, request, await self._known(), self._window)
        self._window = max(self._window, body["options"]["num_ctx"])
        reader = OllamaReader(self._info, body)
        if not request.stream:
            for event in reader.read(await self._client.whole(self._info, CHAT, body)):
                yield event
        else:
            lines_sent = self._client.lines(self._info, CHAT, body)
            async with aclosing(until_done(reader, lines_sent)) as arrived:
                async for lines in arrived:
                    for line in lines:
                        for event in reader.read(line):
                            yield event
        for event in reader.end():
            yield event

    async def close(self) -> None:
        """Close the client, for all models that share it."""
        await self._client.close()

    async def _known(self) -> Facts:
        """What the server tells of the model, asked for once; nothing when it does not tell."""
        if self._facts is None:
            async with self._asking:
                if self._facts is None:
                    self._facts = await self._ask()
        return self._facts or Facts()

    async def _ask(self) -> Facts | None:
        """None for a server that refuses to tell: whatever is wrong, the call itself says it better."""
        try:
            return Facts.told(
                json.loads(await self._client.whole(self._info, SHOW, {"model": self._info.id}))
            )
        except ModelFailure as failure:
            if failure.kind in AWAY:
                failure.details["sent"] = False  # the request itself was still to come
                raise
            return None
        except MISSHAPEN:
            return Facts()


def ollama_model(info: ModelInfo, *, base_url: str, timeout: float = CALL_SECONDS) -> OllamaModel:
    """A model with a client of its own; `timeout` is how many seconds a call may take."""
    return OllamaModel(info, OllamaClient(base_url=base_url, timeout=timeout))
