"""Calls of OpenAI's models at the scripted server, and what it received of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from openai.types.chat import completion_create_params
from openai.types.responses import response_create_params

from muster.domain.errors import ModelFailure
from muster.domain.messaging.message import Message, Role
from muster.domain.models.exchange import CallContext, ModelEvent, ModelRequest
from muster.domain.models.info import ModelCapability, ModelInfo, ModelPrices
from muster.domain.models.tier import ModelTier
from muster.domain.ports.language_model import LanguageModel
from muster.domain.tools.spec import ToolSpec
from muster.infrastructure.llm.openai_chat import ChatModel
from muster.infrastructure.llm.openai_client import OpenAIClient, Timeouts
from muster.infrastructure.llm.openai_responses import ResponsesModel

from .provider_server import ProviderServer
from .sdk_types import problems

KEY = "sk-test-not-a-key"
PRICES = ModelPrices(Decimal(1), Decimal(4), Decimal("0.1"), Decimal(0))
MINI = ModelInfo(
    id="gpt-test-mini",
    provider="openai",
    tier=ModelTier.CHEAP,
    context_window=100_000,
    max_output=10_000,
    prices=PRICES,
    capabilities=frozenset({ModelCapability.TOOLS, ModelCapability.STRUCTURED_OUTPUT}),
)
THINKER = replace(
    MINI, id="o-test", temperature=False, capabilities=MINI.capabilities | {ModelCapability.REASONING}
)
LOOK = ToolSpec("look", "looks at a place", {"type": "object", "properties": {"at": {"type": "string"}}})
HELLO = ModelRequest(
    (Message(Role.SYSTEM, "Be kind."), Message(Role.USER, "Hello", metadata={"secret": "of-the-house"})),
    context=CallContext("run-of-the-house", "agent-of-the-house", ("account-of-the-house",)),
)
IN_ONE_PIECE = replace(HELLO, stream=False)
PARAMS: dict[str, tuple[Any, Any]] = {
    "/v1/responses": (
        response_create_params.ResponseCreateParamsNonStreaming,
        response_create_params.ResponseCreateParamsStreaming,
    ),
    "/v1/chat/completions": (
        completion_create_params.CompletionCreateParamsNonStreaming,
        completion_create_params.CompletionCreateParamsStreaming,
    ),
}


@asynccontextmanager
async def opened(server: ProviderServer, **options: Any) -> AsyncIterator[OpenAIClient]:
    """A client of the server; without `api_key` it has the test key."""
    options = {"api_key": KEY, "timeouts": Timeouts(connect=2, silence=2, total=5), **options}
    client = OpenAIClient(options.pop("api_key"), base_url=f"{server.url}/v1", **options)
    try:
        yield client
    finally:
        await client.close()


def served(format_: str) -> Callable[[ProviderServer], AbstractAsyncContextManager[LanguageModel]]:
    """The adapter of one format, at a server that is still to come."""

    @asynccontextmanager
    async def adapter(server: ProviderServer) -> AsyncIterator[LanguageModel]:
        async with opened(server) as client:
            yield model_of(MINI, client, format_)

    return adapter


async def events_of(
    server: ProviderServer, info: ModelInfo, request: ModelRequest, format_: str = "responses"
) -> list[ModelEvent]:
    """All events of one call, in the format `responses`, `chat` (as OpenAI has it) or `compatible`."""
    async with opened(server) as client:
        return [event async for event in model_of(info, client, format_).stream(request)]


def model_of(info: ModelInfo, client: OpenAIClient, format_: str) -> LanguageModel:
    """The adapter of one format."""
    if format_ == "responses":
        return ResponsesModel(info, client)
    return ChatModel(info, client, compatible=format_ == "compatible")


async def failure_of(
    server: ProviderServer, request: ModelRequest = HELLO, format_: str = "responses", **options: Any
) -> tuple[ModelFailure, list[ModelEvent]]:
    """The failure that a call ends with, and the events before it."""
    events: list[ModelEvent] = []
    async with opened(server, **options) as client:
        try:
            async for event in model_of(MINI, client, format_).stream(request):
                events.append(event)  # noqa: PERF401 - what came before the failure counts
        except ModelFailure as failure:
            return failure, events
    raise AssertionError(f"no failure, but {events}")


def bodies(server: ProviderServer) -> list[dict[str, Any]]:
    """What the server was asked, each body held against the request types of the SDK."""
    for received in server.received:
        expected = PARAMS[received.path][received.body.get("stream") is True]
        assert problems(expected, received.body) == []
    return [received.body for received in server.received]


def of_type(kind: type[Any], events: Iterable[ModelEvent]) -> list[Any]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]
