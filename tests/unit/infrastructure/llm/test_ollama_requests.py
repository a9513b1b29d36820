"""What an Ollama server receives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.errors import ErrorKind
from muster.domain.messaging.message import Message, Role, ToolCall
from muster.domain.models.exchange import CallContext, ModelRequest, Reasoning, ReasoningKept
from muster.domain.models.info import ModelCapability
from muster.domain.tools.spec import ToolSpec
from muster.infrastructure.llm.ollama_request import Facts, window_for
from tests.fakes.provider_models import ASKED, LLAMA, asking, events_of, failing, llama
from tests.fakes.provider_script import call_tools, say, status, think
from tests.fakes.provider_server import ProviderServer

LOOK = ToolSpec("look", "looks at a file", {"type": "object", "properties": {"path": {"type": "string"}}})
SCHEMA = {"type": "object", "properties": {"score": {"type": "integer"}}, "required": ["score"]}


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    """A server whose model holds 32768 tokens."""
    async with ProviderServer() as running:
        running.lookups.context_length = 32_768
        yield running


async def body_of(server: ProviderServer, request: ModelRequest, **changes: Any) -> dict[str, Any]:
    """What is sent to /api/chat for a request."""
    async with llama(server, **changes) as model:
        await events_of(model, request)
    return server.calls[-1].body


async def test_the_whole_request_goes_to_the_chat_of_ollama(server: ProviderServer) -> None:
    """Every field; first the server is asked what the model can hold."""
    body = await body_of(server, asking(temperature=0.2, max_output_tokens=500))

    assert [request.path for request in server.received] == ["/api/show", "/api/chat"]
    assert server.received[0].body == {"model": "llama3.2:8b"}
    assert body == {
        "model": "llama3.2:8b",
        "messages": [
            {"role": "system", "content": "You review."},
            {"role": "user", "content": "Is it good?"},
        ],
        "stream": True,
        "keep_alive": "10m",
        "truncate": False,
        "shift": False,
        "options": {"num_ctx": 4096, "num_predict": 500, "temperature": 0.2},
    }


async def test_a_tool_round_is_calls_and_results(server: ProviderServer) -> None:
    """Arguments are objects here; a result names its tool and its call."""
    calls = (ToolCall("c1", "look", '{"path": "a"}'), ToolCall("c2", "look", "{broken"))
    said = Message(Role.ASSISTANT, "Looking.", tool_calls=calls)
    result = Message(Role.TOOL, "seen", name="look", tool_call_id="c1")
    body = await body_of(server, asking(*ASKED, said, result, tools=(LOOK,)))

    assert body["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "look",
                "description": "looks at a file",
                "parameters": dict(LOOK.parameters),
            },
        }
    ]
    assert body["messages"][2:] == [
        {
            "role": "assistant",
            "content": "Looking.",
            "tool_calls": [
                {"id": "c1", "function": {"name": "look", "arguments": {"path": "a"}}},
                {"id": "c2", "function": {"name": "look", "arguments": {"invalid_arguments": "{broken"}}},
            ],
        },
        {"role": "tool", "content": "seen", "tool_name": "look", "tool_call_id": "c1"},
    ]


async def test_nothing_of_metadata_names_or_context_leaves(server: ProviderServer) -> None:
    """What is for us stays with us."""
    message = Message(Role.USER, "hi", name="ada", metadata={"origin": "hidden-origin"})
    await body_of(
        server, asking(message, context=CallContext("hidden-run", "hidden-agent", ("hidden-purse",)))
    )

    assert b"hidden" not in server.calls[0].raw
    assert b"ada" not in server.calls[0].raw


@pytest.mark.parametrize(
    ("characters", "answer", "known", "window"),
    [
        (10, 500, 131_072, 4096),
        (10, 4096, 131_072, 8192),
        (30_000, 4096, 131_072, 16_384),
        (90_000, 4096, 131_072, 32_768),
        (90_000, 4096, 16_384, 16_384),
        (90_000, 4096, 0, 32_768),
    ],
)
async def test_the_window_holds_prompt_and_answer(
    server: ProviderServer, characters: int, answer: int, known: int, window: int
) -> None:
    """Doubling from 4096, within what the model holds by the server and by the catalogue."""
    request = asking(Message(Role.USER, "x" * characters), max_output_tokens=answer)
    body = await body_of(server, request, context_window=known)

    assert body["options"]["num_ctx"] == window
    assert body["options"]["num_predict"] == answer


async def test_the_window_does_not_shrink_again(server: ProviderServer) -> None:
    """The server would load the model anew; what it holds is asked for once."""
    async with llama(server) as model:
        await events_of(model, asking(Message(Role.USER, "x" * 30_000)))
        await events_of(model, asking(max_output_tokens=10))

    assert [call.body["options"]["num_ctx"] for call in server.calls] == [16_384, 16_384]  # type: ignore[index]
    assert len(server.received) == 3


@given(tokens=st.integers(1, 10**7), limit=st.integers(0, 10**6))
def test_a_window_is_large_enough_or_as_large_as_it_can_be(tokens: int, limit: int) -> None:
    """And, without a limit, less than twice as large as needed."""
    window = window_for(tokens, limit)

    assert window >= tokens or window == limit
    assert not limit or window <= limit
    assert limit or window < 2 * max(tokens, 4096)


async def test_a_server_that_does_not_tell_leaves_the_catalogue(server: ProviderServer) -> None:
    """An old version, or one behind a gateway."""
    server.play(status(404), on="/api/show")
    body = await body_of(server, asking(Message(Role.USER, "x" * 40_000)), context_window=8192)

    assert body["options"]["num_ctx"] == 8192


@pytest.mark.parametrize(
    "told", [{}, {"model_info": None}, {"model_info": {"x.context_length": 9}, "details": {"family": 1}}]
)
def test_facts_of_another_shape_are_unknown(told: dict[str, Any]) -> None:
    """Nothing is made up."""
    assert Facts.told(told) == Facts()


async def test_a_schema_is_the_format_of_the_answer(server: ProviderServer) -> None:
    """Where the model can; it is part of what must fit the window."""
    assert (await body_of(server, asking(response_schema=SCHEMA)))["format"] == SCHEMA
    tools = frozenset({ModelCapability.TOOLS})
    assert "format" not in await body_of(server, asking(response_schema=SCHEMA), capabilities=tools)


@pytest.mark.parametrize(
    ("wanted", "family", "sent"),
    [
        (Reasoning.OFF, "qwen3", False),
        (Reasoning.HIGH, "qwen3", True),
        (Reasoning.HIGH, "gptoss", "high"),
        (Reasoning.DEFAULT, "qwen3", None),
    ],
)
async def test_thinking_is_a_switch_or_a_level(
    server: ProviderServer, wanted: Reasoning, family: str, sent: object
) -> None:
    """Only one family takes levels, and refuses nothing else; a model that does not think is told nothing."""
    from muster.infrastructure.llm.ollama_request import body_of as built

    assert built(LLAMA, asking(reasoning=wanted), Facts(8192, family), 0).get("think") == sent
    body = await body_of(server, asking(reasoning=wanted), capabilities=frozenset())
    assert "think" not in body


async def test_temperature_is_not_sent_where_it_is_not_taken(server: ProviderServer) -> None:
    """The catalogue knows."""
    assert "temperature" not in (await body_of(server, asking(), temperature=False))["options"]


async def test_thinking_goes_back_with_the_results(server: ProviderServer) -> None:
    """In its own field, and only to the kind of server that it is from."""
    server.play(think("hm, well", call_tools(("look", "{}"))), say("good"))
    async with llama(server) as model:
        [kept] = [one for one in await events_of(model) if isinstance(one, ReasoningKept)]
        call = (ToolCall("c1", "look", "{}"),)
        own = Message(Role.ASSISTANT, "", tool_calls=call, reasoning=kept.data)
        others = [
            Message(Role.ASSISTANT, "x", reasoning=data) for data in ("{", '{"form": "anthropic"}', "[]")
        ]
        await events_of(model, asking(*ASKED, own, *others))

    sent: Any = server.calls[-1].body["messages"]
    assert [message.get("thinking") for message in sent[2:]] == ["hm, well", None, None, None]


async def test_tools_for_a_model_without_tools_fail_before_the_call(server: ProviderServer) -> None:
    """The model is named."""
    async with llama(server, capabilities=frozenset()) as model:
        failure, _ = await failing(model, asking(tools=(LOOK,)))

    assert failure.kind is ErrorKind.INVALID_REQUEST
    assert "ollama/llama3.2:8b" in failure.message
    assert server.calls == []
