"""The adapters against a server that others wrote: aimock speaks the formats as its authors read them.

`scripts/install_aimock.sh` brings it. Where it or Node is missing these tests are skipped, unless
TEST_REQUIRE_AIMOCK is 1: then they fail.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest

from muster.application.models.assembly import Assembly
from muster.domain.errors import ErrorKind, ModelFailure
from muster.domain.messaging.message import Message, Role
from muster.domain.models.exchange import FinishReason, ModelRequest, ModelResponse, TextDelta
from muster.domain.models.info import FREE, ModelCapability, ModelInfo
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.domain.ports.language_model import LanguageModel
from muster.domain.tools.spec import ToolCategory, ToolSpec
from muster.infrastructure.llm.anthropic_client import AnthropicClient
from muster.infrastructure.llm.anthropic_model import AnthropicModel
from muster.infrastructure.llm.ollama_client import OllamaClient
from muster.infrastructure.llm.ollama_model import OllamaModel
from muster.infrastructure.llm.openai_chat import ChatModel
from muster.infrastructure.llm.openai_client import OpenAIClient
from muster.infrastructure.llm.openai_responses import ResponsesModel
from tests.fakes.aimock import AiMock, missing, running

REQUIRED = os.environ.get("TEST_REQUIRE_AIMOCK") == "1"  # read before a fixture clears the environment
KEY = "sk-test-not-a-key"
COUNTED = {"prompt_tokens": 31, "completion_tokens": 8, "input_tokens": 31, "output_tokens": 8}
TEXT = "Hello from another server, word by word."
FIXTURES: list[dict[str, object]] = [
    {
        "match": {"userMessage": "weather", "hasToolResult": False},
        "response": {"toolCalls": [{"name": "weather", "arguments": '{"city":"Graz"}'}], "usage": COUNTED},
    },
    {
        "match": {"userMessage": "weather", "hasToolResult": True},
        "response": {"content": "It is sunny.", "usage": COUNTED},
    },
    {
        "match": {"userMessage": "too often"},
        "response": {"error": {"message": "slow down", "type": "rate_limit_error"}, "status": 429},
    },
    {
        "match": {"userMessage": "cut off"},
        "response": {"content": TEXT, "usage": COUNTED},
        "latency": 20,
        "truncateAfterChunks": 2,
    },
    {"match": {"userMessage": "hello"}, "response": {"content": TEXT, "usage": COUNTED}},
]
TOOL = ToolSpec(
    "weather",
    "Tells the weather in a city.",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    ToolCategory.READ,
)
WATCHED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@dataclass(frozen=True)
class Asked:
    """An adapter, the server that it asks, and the path that it asks there."""

    model: LanguageModel
    server: AiMock
    path: str


def _info(provider: str) -> ModelInfo:
    """A model with tools."""
    return ModelInfo(
        "test-model",
        provider,
        ModelTier.CAPABLE,
        100_000,
        4096,
        FREE,
        capabilities=frozenset({ModelCapability.TOOLS}),
    )


Open = Callable[[str], tuple[LanguageModel, Callable[[], Awaitable[None]], str]]


def responses(url: str) -> tuple[LanguageModel, Callable[[], Awaitable[None]], str]:
    """OpenAI itself."""
    client = OpenAIClient(KEY, base_url=f"{url}/v1")
    return ResponsesModel(_info("openai"), client), client.close, "/v1/responses"


def chat(url: str) -> tuple[LanguageModel, Callable[[], Awaitable[None]], str]:
    """A server compatible with OpenAI."""
    client = OpenAIClient(KEY, base_url=f"{url}/v1")
    return ChatModel(_info("vllm"), client), client.close, "/v1/chat/completions"


def messages(url: str) -> tuple[LanguageModel, Callable[[], Awaitable[None]], str]:
    """Anthropic."""
    client = AnthropicClient(api_key=KEY, base_url=url, timeout=10)
    return AnthropicModel(_info("anthropic"), client), client.close, "/v1/messages"


def ollama(url: str) -> tuple[LanguageModel, Callable[[], Awaitable[None]], str]:
    """Ollama."""
    client = OllamaClient(base_url=url, timeout=10)
    return OllamaModel(_info("ollama"), client), client.close, "/api/chat"


ADAPTERS: tuple[Open, ...] = (responses, chat, messages, ollama)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AiMock]:
    """One server for all: it keeps nothing of a call but its journal."""
    lacking = missing()
    if lacking and REQUIRED:
        pytest.fail(f"TEST_REQUIRE_AIMOCK is 1, and {lacking}")
    if lacking:
        pytest.skip(f"NOT TESTED against a server of other authors: {lacking}")
    with running(FIXTURES, tmp_path_factory.mktemp("aimock")) as one:
        yield one


@pytest.fixture(params=ADAPTERS, ids=lambda adapter: adapter.__name__)
async def asked(request: pytest.FixtureRequest, server: AiMock) -> AsyncIterator[Asked]:
    """Each adapter in turn."""
    model, close, path = request.param(server.url)
    yield Asked(model, server, path)
    await close()


def _request(*said: Message, stream: bool) -> ModelRequest:
    return ModelRequest((Message(Role.SYSTEM, "You help."), *said), (TOOL,), stream=stream)


async def _answer(model: LanguageModel, request: ModelRequest) -> ModelResponse:
    assembly = Assembly(model.info.name)
    async for event in model.stream(request):
        assembly.add(event)
    return assembly.response()


@WATCHED
async def test_text_and_counts_arrive(asked: Asked, stream: bool) -> None:
    """The answer is the fixture's, its counts are the server's, and the server saw the model that is named."""
    response = await _answer(asked.model, _request(Message(Role.USER, "hello"), stream=stream))
    assert response.text == TEXT
    assert response.finish_reason is FinishReason.STOP
    assert response.model == asked.model.info.name
    if asked.path != "/api/chat":  # aimock counts nothing there
        assert response.usage == Usage(input=31, output=8)
    entries = await asked.server.journal(asked.path)
    assert entries[-1]["body"]["model"] == "test-model"


async def test_a_streamed_answer_arrives_in_pieces(asked: Asked) -> None:
    """As it is said, not at its end."""
    request = _request(Message(Role.USER, "hello"), stream=True)
    pieces = [event.text async for event in asked.model.stream(request) if isinstance(event, TextDelta)]
    assert len(pieces) > 2
    assert "".join(pieces) == TEXT


@WATCHED
async def test_a_tool_is_called_and_its_result_understood(asked: Asked, stream: bool) -> None:
    """The whole round: the call with its arguments, and the answer once the server has seen the result."""
    question = Message(Role.USER, "What is the weather?")
    first = await _answer(asked.model, _request(question, stream=stream))
    [call] = first.tool_calls
    assert (call.name, call.arguments.replace(" ", "")) == ("weather", '{"city":"Graz"}')
    assert first.finish_reason is FinishReason.TOOL_CALLS
    said = Message(Role.ASSISTANT, first.text, tool_calls=first.tool_calls, reasoning=first.reasoning)
    result = Message(Role.TOOL, "sunny", name="weather", tool_call_id=call.call_id)
    second = await _answer(asked.model, _request(question, said, result, stream=stream))
    assert second.text == "It is sunny."


@WATCHED
async def test_a_rate_limit_is_one_by_its_status(asked: Asked, stream: bool) -> None:
    """With the seconds that the server's header asks for."""
    with pytest.raises(ModelFailure) as caught:
        await _answer(asked.model, _request(Message(Role.USER, "too often"), stream=stream))
    assert caught.value.kind is ErrorKind.RATE_LIMIT
    assert caught.value.retry_after == 1
    assert asked.model.info.name in str(caught.value)


async def test_an_answer_that_breaks_off_is_incomplete(asked: Asked) -> None:
    """The connection ends in the midst of the answer: half an answer is none."""
    with pytest.raises(ModelFailure) as caught:
        await _answer(asked.model, _request(Message(Role.USER, "cut off"), stream=True))
    assert caught.value.kind is ErrorKind.INCOMPLETE


@WATCHED
async def test_what_the_server_does_not_know_is_refused(asked: Asked, stream: bool) -> None:
    """No fixture matches: aimock's strict answer is a failure with a name, never an empty text."""
    with pytest.raises(ModelFailure) as caught:
        await _answer(asked.model, _request(Message(Role.USER, "something else"), stream=stream))
    assert caught.value.hint
