"""Claude and Ollama models that speak to the scripted server; every body of Anthropic's is held to its types."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from muster.domain.errors import ModelFailure
from muster.domain.messaging.message import Message, Role
from muster.domain.models.exchange import ModelEvent, ModelRequest, TextDelta
from muster.domain.models.info import FREE, ModelCapability, ModelInfo
from muster.domain.models.tier import ModelTier
from muster.domain.ports.language_model import LanguageModel
from muster.infrastructure.llm.anthropic_model import AnthropicModel, anthropic_model
from muster.infrastructure.llm.ollama_model import OllamaModel, ollama_model
from tests.fakes.anthropic_schema import check_counting_request, check_messages_request
from tests.fakes.provider_server import ProviderServer

KEY = "sk-test-not-a-key"
ALL = frozenset(ModelCapability)
CLAUDE = ModelInfo(
    "claude-opus-5-5",
    "anthropic",
    ModelTier.PREMIUM,
    1_000_000,
    128_000,
    FREE,
    capabilities=ALL,
    temperature=False,
)
LLAMA = ModelInfo("llama3.2:8b", "ollama", ModelTier.CHEAP, 131_072, 8192, FREE, capabilities=ALL)
ASKED = (Message(Role.SYSTEM, "You review."), Message(Role.USER, "Is it good?"))


@asynccontextmanager
async def claude(
    server: ProviderServer, timeout: float = 5.0, **changes: Any
) -> AsyncIterator[AnthropicModel]:
    """A Claude model of the server; what it sent is checked at the end."""
    model = anthropic_model(replace(CLAUDE, **changes), api_key=KEY, base_url=server.url, timeout=timeout)
    try:
        yield model
    finally:
        await model.close()
    for request in server.received:
        check = check_messages_request if request.path == "/v1/messages" else check_counting_request
        check(request.body)


@asynccontextmanager
async def llama(server: ProviderServer, timeout: float = 5.0, **changes: Any) -> AsyncIterator[OllamaModel]:
    """A model of the server's Ollama side."""
    model = ollama_model(replace(LLAMA, **changes), base_url=server.url, timeout=timeout)
    try:
        yield model
    finally:
        await model.close()


def asking(*messages: Message, **fields: Any) -> ModelRequest:
    """A request, with a question when no messages are given."""
    return ModelRequest(messages or ASKED, **fields)


async def events_of(model: LanguageModel, request: ModelRequest | None = None) -> list[ModelEvent]:
    """All events of one call."""
    return [event async for event in model.stream(request or asking())]


def text_of(events: list[ModelEvent]) -> str:
    """What was said."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def failing(
    model: LanguageModel, request: ModelRequest | None = None
) -> tuple[ModelFailure, list[ModelEvent]]:
    """The failure that a call ends with, and the events before it."""
    events: list[ModelEvent] = []
    try:
        async for event in model.stream(request or asking()):
            events.append(event)  # noqa: PERF401 – what came before the failure is wanted too
    except ModelFailure as failure:
        return failure, events
    raise AssertionError(f"no failure, but {events}")


async def left(server: ProviderServer) -> None:
    """Wait until the server has seen that a client hung up; two seconds at most."""
    async with asyncio.timeout(2):
        while not server.abandoned:  # noqa: ASYNC110 – the server counts, it does not signal
            await asyncio.sleep(0.01)
