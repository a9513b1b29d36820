"""Claude models, through Anthropic's Messages API."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.models.exchange import ModelEvent, ModelRequest
from ...domain.models.info import ModelInfo
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.request_counter import RequestCounter
from ...domain.tokens.count import TokenCount
from .anthropic_answer import AnswerReader
from .anthropic_reasoning import prefix_of
from .anthropic_request import body_of, counting
from .wire_lines import until_done
from .wire_shape import MISSHAPEN

if TYPE_CHECKING:
    from .anthropic_client import AnthropicClient

MESSAGES = "/v1/messages"
COUNT = "/v1/messages/count_tokens"
CALL_SECONDS = 600.0
LONGEST_IN_ONE_PIECE = 21_333
"""Output tokens; more may take over ten minutes, and connections that stay silent so long are cut."""


class AnthropicModel(LanguageModel, RequestCounter):
    """One Claude model; models of one account share a client."""

    def __init__(self, info: ModelInfo, client: AnthropicClient) -> None:
        self._info = info
        self._client = client

    @property
    def info(self) -> ModelInfo:
        """Identity, limits and prices."""
        return self._info

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        """Answer `request`; in one piece when nobody watches and it is not a long one."""
        body = self._body(request)
        reader = AnswerReader(self._info, lambda: prefix_of(body), self._client.secret)
        if not request.stream and body["max_tokens"] <= LONGEST_IN_ONE_PIECE:
            for event in reader.whole(await self._client.whole(self._info, MESSAGES, body)):
                yield event
        else:
            events_sent = self._client.events(self._info, MESSAGES, {**body, "stream": True})
            async with aclosing(until_done(reader, events_sent)) as arrived:
                async for pieces in arrived:
                    for piece in pieces:
                        for event in reader.read(piece):
                            yield event
        for event in reader.end():
            yield event

    async def count_request(self, request: ModelRequest) -> TokenCount:
        """Input tokens of `request` as Anthropic counts them; free, but limited in calls a minute."""
        answer = await self._client.whole(self._info, COUNT, counting(self._body(request)))
        try:
            return TokenCount(int(json.loads(answer)["input_tokens"]))
        except MISSHAPEN as error:
            raise ModelFailure(
                f"{self._info.name} sent a count that is none",
                kind=ErrorKind.BAD_ANSWER,
                details={"model": self._info.name},
                hint="count without the provider; when it stays so, check the base URL",
            ) from error

    async def close(self) -> None:
        """Close the client, for all models that share it."""
        await self._client.close()

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        body = body_of(self._info, request)
        answer = body.get("output_config", {}).get("format")
        if answer:
            answer["schema"] = self._client.schema(answer["schema"])
        return body


def anthropic_model(
    info: ModelInfo, *, api_key: str, base_url: str | None = None, timeout: float = CALL_SECONDS
) -> AnthropicModel:
    """A model with a client of its own; `timeout` is how many seconds a call may take."""
    from .anthropic_client import AnthropicClient

    return AnthropicModel(info, AnthropicClient(api_key=api_key, base_url=base_url, timeout=timeout))
