"""What Anthropic's server receives; every body is also held to the SDK's own types (see `claude`)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from muster.domain.errors import ErrorKind
from muster.domain.messaging.message import Message, Role, ToolCall
from muster.domain.models.exchange import CallContext, ModelRequest, Reasoning
from muster.domain.models.info import ModelCapability
from muster.domain.tools.spec import ToolSpec
from tests.fakes.anthropic_schema import check_messages_request
from tests.fakes.provider_models import ASKED, KEY, asking, claude, events_of, failing
from tests.fakes.provider_server import ProviderServer

MARK = {"type": "ephemeral"}
LOOK = ToolSpec("look", "looks at a file", {"type": "object", "properties": {"path": {"type": "string"}}})
SCHEMA = {"type": "object", "properties": {"score": {"type": "integer", "minimum": 1}}, "required": ["score"]}


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    """A provider that says ok."""
    async with ProviderServer() as running:
        yield running


async def body_of(server: ProviderServer, request: ModelRequest, **changes: Any) -> dict[str, Any]:
    """What the server is sent for a request."""
    async with claude(server, **changes) as model:
        await events_of(model, request)
    return server.received[-1].body


def said(text: str, *calls: ToolCall) -> Message:
    """A message of the model."""
    return Message(Role.ASSISTANT, text, tool_calls=calls)


def result(call_id: str, content: str) -> Message:
    """What a tool gave."""
    return Message(Role.TOOL, content, name="look", tool_call_id=call_id)


async def test_a_plain_request_is_model_limit_system_and_question(server: ProviderServer) -> None:
    """The whole body, and the headers that authenticate; the SDK asks for no retry."""
    body = await body_of(server, asking(max_output_tokens=77))

    assert body == {
        "model": "claude-opus-5-5",
        "max_tokens": 77,
        "system": [{"type": "text", "text": "You review.", "cache_control": MARK}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Is it good?"}]}],
        "stream": True,
    }
    headers = server.received[0].headers
    assert KEY in headers.get("authorization", "") + headers.get("x-api-key", "")
    assert headers["anthropic-version"]


async def test_one_piece_is_asked_for_when_nobody_watches(server: ProviderServer) -> None:
    """No `stream`; but an answer that may take more than ten minutes is streamed all the same."""
    assert "stream" not in await body_of(server, asking(stream=False))
    assert (await body_of(server, asking(stream=False, max_output_tokens=32_000)))["stream"] is True


async def test_the_limit_is_never_more_than_the_model_can(server: ProviderServer) -> None:
    """The API refuses a larger one."""
    body = await body_of(server, asking(max_output_tokens=50_000), max_output=8192)

    assert body["max_tokens"] == 8192


async def test_nothing_of_metadata_names_or_context_leaves(server: ProviderServer) -> None:
    """What is for us stays with us."""
    message = Message(Role.USER, "hi", name="ada", metadata={"origin": "hidden-origin"})
    await body_of(
        server, asking(message, context=CallContext("hidden-run", "hidden-agent", ("hidden-purse",)))
    )

    assert b"hidden" not in server.received[0].raw
    assert b"ada" not in server.received[0].raw


async def test_tools_are_sent_with_their_schema_and_the_newest_turn_is_cached(server: ProviderServer) -> None:
    """A turn with tools goes on, so what was said so far is read again."""
    body = await body_of(server, asking(tools=(LOOK,)))

    assert body["tools"] == [
        {"name": "look", "description": "looks at a file", "input_schema": dict(LOOK.parameters)}
    ]
    assert body["system"][-1]["cache_control"] == MARK
    assert body["messages"][-1]["content"][-1]["cache_control"] == MARK


async def test_without_system_the_last_tool_bears_the_mark(server: ProviderServer) -> None:
    """Tools stand first in what is cached."""
    body = await body_of(server, asking(Message(Role.USER, "hi"), tools=(LOOK, LOOK)))

    assert [tool.get("cache_control") for tool in body["tools"]] == [None, MARK]


async def test_a_tool_round_is_calls_and_one_turn_of_results(server: ProviderServer) -> None:
    """Ids and arguments as the model gave them; results of one round stand in one turn, failures are marked."""
    calls = (ToolCall("toolu_1", "look", '{"path": "a"}'), ToolCall("toolu_2", "look", "{broken"))
    results = (result("toolu_1", '{"ok": 1}'), result("toolu_2", '{"error": "no"}'))
    body = await body_of(server, asking(*ASKED, said("Let me see.", *calls), *results, tools=(LOOK,)))

    assert body["messages"][1:] == [
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Let me see."},
                {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"path": "a"}},
                {
                    "type": "tool_use",
                    "id": "toolu_2",
                    "name": "look",
                    "input": {"invalid_arguments": "{broken"},
                },
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": '{"ok": 1}'},
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_2",
                    "content": '{"error": "no"}',
                    "is_error": True,
                    "cache_control": MARK,
                },
            ],
        },
    ]


async def test_long_conversations_have_three_cache_marks(server: ProviderServer) -> None:
    """System, the newest turn, and the one before, which the last call marked."""
    turns = [Message(Role.USER, "a"), said("b"), Message(Role.USER, "c"), said("d"), Message(Role.USER, "e")]
    body = await body_of(server, asking(ASKED[0], *turns))

    marked = [
        turn["content"][-1]["text"] for turn in body["messages"] if "cache_control" in turn["content"][-1]
    ]
    assert marked == ["c", "e"]
    assert "cache_control" in body["system"][0]


async def test_several_system_messages_are_blocks_and_neighbours_are_one_turn(server: ProviderServer) -> None:
    """Empty text is left out: the API refuses it."""
    system = [Message(Role.SYSTEM, "one"), Message(Role.SYSTEM, ""), Message(Role.SYSTEM, "two")]
    body = await body_of(server, asking(*system, Message(Role.USER, "a"), said(""), Message(Role.USER, "b")))

    assert [block["text"] for block in body["system"]] == ["one", "two"]
    assert body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}
    ]


async def test_call_ids_of_other_providers_are_made_fit_on_both_sides(server: ProviderServer) -> None:
    """A conversation that fell back from another provider goes on."""
    call = ToolCall("call:1/ä", "look", "")
    body = await body_of(server, asking(*ASKED, said("", call), result("call:1/ä", "x"), tools=(LOOK,)))

    asked, answered = body["messages"][1]["content"][0], body["messages"][2]["content"][0]
    assert asked["id"] == answered["tool_use_id"] == "call_1__"
    assert asked["input"] == {}


async def test_broken_characters_do_not_stop_a_request(server: ProviderServer) -> None:
    """Half a surrogate pair, as a file of unknown encoding gives it, cannot be sent in UTF-8."""
    body = await body_of(server, asking(Message(Role.USER, "caf\udce9 ✓")))

    assert body["messages"][0]["content"][0]["text"] == "caf? ✓"


@pytest.mark.parametrize("model", ["claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-5-5"])
async def test_no_model_is_sent_a_temperature(server: ProviderServer, model: str) -> None:
    """The version of the API that the SDK speaks refuses one, whatever the catalogue says of the model."""
    body = await body_of(server, asking(temperature=0.3), id=model, temperature=True)

    assert "temperature" not in body


async def test_a_schema_is_asked_for_in_the_dialect_of_structured_output(server: ProviderServer) -> None:
    """Objects are closed, and rules that the API does not know are said in words; effort stands beside it."""
    body = await body_of(server, asking(response_schema=SCHEMA, reasoning=Reasoning.LOW))

    asked = body["output_config"]
    assert asked["effort"] == "low"
    assert asked["format"]["type"] == "json_schema"
    assert asked["format"]["schema"]["additionalProperties"] is False
    assert "minimum" not in asked["format"]["schema"]["properties"]["score"]
    assert SCHEMA["properties"] == {"score": {"type": "integer", "minimum": 1}}


async def test_a_model_without_structured_output_is_asked_by_its_prompt_alone(server: ProviderServer) -> None:
    """Nothing about a format is sent."""
    tools = frozenset({ModelCapability.TOOLS})

    assert "output_config" not in await body_of(server, asking(response_schema=SCHEMA), capabilities=tools)


async def test_tools_for_a_model_without_tools_fail_before_any_call(server: ProviderServer) -> None:
    """The model is named, and nothing is sent."""
    async with claude(server, capabilities=frozenset()) as model:
        failure, _ = await failing(model, asking(tools=(LOOK,)))

    assert failure.kind is ErrorKind.INVALID_REQUEST
    assert "anthropic/claude-opus-5-5" in failure.message
    assert "muster models list" in failure.hint
    assert server.received == []


async def test_the_check_of_bodies_is_deep() -> None:
    """Planted: an unknown key far inside, and a block of a kind that does not exist."""
    block: dict[str, object] = {"type": "text", "text": "hi", "planted": 1}
    body: dict[str, object] = {
        "model": "m",
        "max_tokens": 1,
        "messages": [{"role": "user", "content": [block]}],
    }
    with pytest.raises(AssertionError, match="planted"):
        check_messages_request(body)
    block.pop("planted")
    check_messages_request(body)
    block["type"] = "poem"
    with pytest.raises(ValueError, match="poem"):
        check_messages_request(json.loads(json.dumps(body)))
