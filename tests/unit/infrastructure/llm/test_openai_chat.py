"""Chat Completions: what a server receives, and what is read from its answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from muster.application.models.assembly import Assembly
from muster.domain.errors import ErrorKind, ModelFailure
from muster.domain.messaging.message import Message, Role, ToolCall
from muster.domain.models.exchange import (
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    ModelResponse,
    Reasoning,
    ReasoningKept,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
    UsageReported,
)
from muster.domain.models.usage import Usage
from muster.infrastructure.llm.openai_chat import ChatModel
from muster.infrastructure.llm.openai_client import OpenAIClient
from tests.fakes.canned_server import STREAM, as_stream, canned
from tests.fakes.openai_calls import (
    HELLO,
    IN_ONE_PIECE,
    LOOK,
    MINI,
    THINKER,
    bodies,
    events_of,
    failure_of,
    of_type,
)
from tests.fakes.provider_script import Answer, call_tools, empty, fails_midway, say, truncated
from tests.fakes.provider_server import ProviderServer

USED = Usage(input=70, output=40, cache_read=25, cache_write=5, reasoning=12)
BOTH = pytest.mark.parametrize("request_", [HELLO, IN_ONE_PIECE], ids=["streamed", "in one piece"])


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    """A scripted provider."""
    async with ProviderServer() as started:
        yield started


def whole(events: list[ModelEvent]) -> ModelResponse:
    """The answer that the events add up to."""
    assembly = Assembly(MINI.name)
    for event in events:
        assembly.add(event)
    return assembly.response()


async def read(choices: list[dict[str, Any]], *, end: str | None = "stop", **rest: Any) -> list[ModelEvent]:
    """The events of a streamed answer that is made of these deltas."""
    chunks: list[object] = [{"choices": [{"index": 0, "delta": delta}]} for delta in choices]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": end}], **rest})
    async with canned(as_stream(chunks), STREAM) as url:
        return await _ask(url, HELLO)


async def _ask(url: str, request: ModelRequest) -> list[ModelEvent]:
    client = OpenAIClient("", base_url=f"{url}/v1")
    try:
        return [event async for event in ChatModel(MINI, client).stream(request)]
    finally:
        await client.close()


@pytest.mark.parametrize(
    ("format_", "limit"), [("chat", "max_completion_tokens"), ("compatible", "max_tokens")]
)
async def test_the_server_receives_what_was_asked_and_nothing_else(
    format_: str, limit: str, server: ProviderServer
) -> None:
    """Nothing of metadata, run, agent or accounts; the limit under the name that the server knows."""
    await events_of(server, MINI, replace(HELLO, temperature=0.2, max_output_tokens=321), format_)

    assert bodies(server) == [
        {
            "model": "gpt-test-mini",
            "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}],
            limit: 321,
            "temperature": 0.2,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]
    assert b"of-the-house" not in server.received[0].raw + repr(server.received[0].headers).encode()


async def test_in_one_piece_nothing_is_said_of_streams(server: ProviderServer) -> None:
    """Some servers refuse the options of a stream where there is none."""
    await events_of(server, MINI, IN_ONE_PIECE, "chat")

    assert not {"stream", "stream_options"} & bodies(server)[0].keys()


async def test_a_whole_conversation_with_tools_arrives_in_order_with_its_ids(server: ProviderServer) -> None:
    """Two system prompts, a name that may be sent and one that may not, calls and their results."""
    calls = (ToolCall("c1", "look", '{"at":"a"}'), ToolCall("c2", "look", ""))
    messages = (
        Message(Role.SYSTEM, "One."),
        Message(Role.SYSTEM, "Two."),
        Message(Role.USER, "Look – überall 🙂", name="ada"),
        Message(Role.ASSISTANT, "", tool_calls=calls),
        Message(Role.TOOL, '{"seen":1}', name="look", tool_call_id="c1"),
        Message(Role.TOOL, '{"seen":2}', name="look", tool_call_id="c2"),
        Message(Role.ASSISTANT, "Done."),
        Message(Role.USER, "Thanks", name="Ada Lovelace"),
    )
    await events_of(server, MINI, ModelRequest(messages, (LOOK,)), "chat")

    body = bodies(server)[0]
    assert body["messages"] == [
        {"role": "system", "content": "One."},
        {"role": "system", "content": "Two."},
        {"role": "user", "content": "Look – überall 🙂", "name": "ada"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at":"a"}'}},
                {"id": "c2", "type": "function", "function": {"name": "look", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": '{"seen":1}'},
        {"role": "tool", "tool_call_id": "c2", "content": '{"seen":2}'},
        {"role": "assistant", "content": "Done."},
        {"role": "user", "content": "Thanks"},
    ]
    function = {"name": "look", "description": "looks at a place", "parameters": LOOK.parameters}
    assert body["tools"] == [{"type": "function", "function": function}]


async def test_a_thinking_model_gets_an_effort_and_no_temperature(server: ProviderServer) -> None:
    """OpenAI refuses the temperature there."""
    await events_of(server, THINKER, replace(HELLO, reasoning=Reasoning.MEDIUM), "chat")

    body = bodies(server)[0]
    assert body["reasoning_effort"] == "medium"
    assert "temperature" not in body


async def test_a_schema_goes_into_the_response_format(server: ProviderServer) -> None:
    """An open schema is not called strict."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    await events_of(server, MINI, replace(HELLO, response_schema=schema, schema_name="number"), "chat")

    assert bodies(server)[0]["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "number", "schema": schema, "strict": False},
    }


@BOTH
async def test_an_answer_is_text_usage_and_the_model_that_gave_it(
    request_: ModelRequest, server: ProviderServer
) -> None:
    """Cached tokens stand apart from the input; the name is the one that the server gave."""
    server.play(say("All is well here.", usage=USED, model="gpt-test-mini-2026-01-01"))
    events = await events_of(server, MINI, request_, "chat")

    assert events[-2:] == [
        UsageReported(USED),
        Finished(FinishReason.STOP, "openai/gpt-test-mini-2026-01-01"),
    ]
    assert whole(events).text == "All is well here."
    assert len(of_type(TextDelta, events)) == (4 if request_.stream else 1)


@BOTH
async def test_tool_calls_come_in_order_with_ids_and_arguments(
    request_: ModelRequest, server: ProviderServer
) -> None:
    """Two calls after some text."""
    server.play(call_tools(("look", '{"at":"a"}'), ("look", '{"at":"b"}'), text="I look."))
    events = await events_of(server, MINI, replace(request_, tools=(LOOK,)), "chat")

    assert of_type(ToolCallDone, events) == [
        ToolCallDone(0, "look", '{"at":"a"}', "call_1_0"),
        ToolCallDone(1, "look", '{"at":"b"}', "call_1_1"),
    ]
    assert whole(events).text == "I look."
    assert events[-1] == Finished(FinishReason.TOOL_CALLS, MINI.name)


@BOTH
@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("filtered", FinishReason.REFUSED),
        ("refused", FinishReason.REFUSED),
        ("eos", FinishReason.STOP),
    ],
)
async def test_why_it_ended_is_said(
    finish: str, reason: FinishReason, request_: ModelRequest, server: ProviderServer
) -> None:
    """A limit, a filter and a refusal are no ordinary end; a word that nobody knows is."""
    server.play(say("So far", finish=finish))
    response = whole(await events_of(server, MINI, request_, "chat"))

    assert (response.text, response.finish_reason) == ("So far", reason)


@BOTH
async def test_an_empty_answer_is_a_failure_and_its_tokens_are_told(
    request_: ModelRequest, server: ProviderServer
) -> None:
    """They were spent, and must be paid."""
    server.play(empty())
    failure, events = await failure_of(server, request_, "chat")

    assert failure.kind is ErrorKind.BAD_ANSWER
    assert of_type(UsageReported, events) == [UsageReported(Usage(input=10))]


@pytest.mark.parametrize("tidy", [True, False])
async def test_an_answer_that_breaks_off_is_incomplete(tidy: bool, server: ProviderServer) -> None:
    """Whether the connection broke or the last events never came; a call that was begun is not made."""
    server.play(truncated("It begins well and", tidy=tidy))
    failure, events = await failure_of(server, format_="chat")

    assert failure.kind is ErrorKind.INCOMPLETE
    assert not of_type(Finished, events)


async def test_a_tool_call_that_breaks_off_is_not_made(server: ProviderServer) -> None:
    """Its arguments may be half of what was meant."""
    server.play(Answer(calls=(("look", '{"at":"a"}'),), cut="tidy"))
    failure, events = await failure_of(server, format_="chat")

    assert failure.kind is ErrorKind.INCOMPLETE
    assert of_type(ToolCallDelta, events)
    assert not of_type(ToolCallDone, events)


async def test_a_failure_inside_the_stream_is_read_by_its_code(server: ProviderServer) -> None:
    """The server had already said that all is well."""
    server.play(fails_midway("So far", code_field="rate_limit_exceeded"))
    failure, events = await failure_of(server, format_="chat")

    assert failure.kind is ErrorKind.RATE_LIMIT
    assert of_type(TextDelta, events)


@pytest.mark.parametrize("stream", [True, False])
async def test_an_error_in_an_answer_of_status_200_is_read_by_the_status_that_it_names(stream: bool) -> None:
    """Routers answer so when the server behind them fails."""
    error = {"error": {"message": "upstream is away", "code": 529}}
    body, kind = (as_stream([error]), STREAM) if stream else (json.dumps(error).encode(), "application/json")
    async with canned(body, kind) as url:
        with pytest.raises(ModelFailure, match="upstream is away") as raised:
            await _ask(url, replace(HELLO, stream=stream))

    assert raised.value.kind is ErrorKind.OVERLOADED


@pytest.mark.parametrize(
    "pieces",
    [
        [
            {"id": "a", "function": {"name": "look", "arguments": "1"}},
            {"function": {"arguments": "2"}},
            {"id": "b", "function": {"name": "look", "arguments": "3"}},
        ],
        [
            {"index": 0, "id": "a", "function": {"name": "look", "arguments": "12"}},
            {"index": 0, "id": "b", "function": {"name": "look", "arguments": "3"}},
        ],
        [
            {"index": 1, "id": "a", "function": {"name": "look", "arguments": "1"}},
            {"index": 4, "id": "b", "function": {"name": "look", "arguments": "3"}},
            {"index": 1, "function": {"arguments": "2"}},
        ],
    ],
    ids=["no index", "one index for all", "gaps and turns"],
)
async def test_pieces_find_their_call_whatever_a_server_numbers(pieces: list[dict[str, Any]]) -> None:
    """Compatible servers number calls in ways of their own."""
    events = await read([{"tool_calls": [piece]} for piece in pieces], end="tool_calls")

    assert of_type(ToolCallDone, events) == [
        ToolCallDone(0, "look", "12", "a"),
        ToolCallDone(1, "look", "3", "b"),
    ]


async def test_calls_without_ids_or_indexes_stay_apart_by_their_names() -> None:
    """Each name begins a call; arguments may come as an object; `stop` does not hide the calls."""
    piece = {"function": {"name": "look", "arguments": {"at": "ä"}}}
    events = await read([{"tool_calls": [piece, piece]}])

    assert of_type(ToolCallDone, events) == [
        ToolCallDone(0, "look", '{"at": "ä"}'),
        ToolCallDone(1, "look", '{"at": "ä"}'),
    ]
    assert isinstance(events[-1], Finished)
    assert events[-1].reason is FinishReason.TOOL_CALLS


async def test_text_may_come_in_parts() -> None:
    """As lists of parts, which some servers send for thinking models."""
    events = await read([{"content": [{"type": "text", "text": "so"}, {"type": "text", "text": " it is"}]}])

    assert whole(events).text == "so it is"


async def test_what_compatible_servers_want_back_is_sent_back(server: ProviderServer) -> None:
    """Thinking in plain text, and what stands beside a call; to OpenAI itself nothing of it."""
    extra = {"google": {"thought_signature": "sealed"}}
    call = {"index": 0, "id": "c", "function": {"name": "look", "arguments": "{}"}, "extra_content": extra}
    events = await read([{"reasoning_content": "h"}, {"reasoning_content": "m"}, {"tool_calls": [call]}])
    kept = of_type(ReasoningKept, events)[0].data
    said = Message(Role.ASSISTANT, "", tool_calls=(ToolCall("c", "look", "{}"),), reasoning=kept)
    told = replace(HELLO, messages=(*HELLO.messages, said))
    for format_ in ("compatible", "chat"):
        await events_of(server, MINI, told, format_)

    compatible, official = (
        received.body["messages"][2]  # type: ignore[index]
        for received in server.received
    )
    assert compatible["reasoning_content"] == "hm"
    assert compatible["tool_calls"][0]["extra_content"] == extra
    assert "sealed" not in json.dumps(official)
    assert "hm" not in json.dumps(official)


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": "none"},
        {"choices": [1]},
        {"choices": [{"delta": "text"}]},
        {"choices": [{"delta": {"tool_calls": [3]}}]},
        {"choices": {"first": {}}},
        [],
        "text",
    ],
)
async def test_an_answer_of_another_shape_cannot_be_read(chunk: object) -> None:
    """It is JSON, and no answer: a failure that may pass, not a crash."""
    async with canned(as_stream([chunk]), STREAM) as url:
        with pytest.raises(ModelFailure) as raised:
            await _ask(url, HELLO)

    assert raised.value.kind is ErrorKind.BAD_ANSWER


async def test_a_call_without_a_name_cannot_be_made() -> None:
    """There is no tool to run."""
    with pytest.raises(ModelFailure, match="without naming it"):
        await read([{"tool_calls": [{"index": 0, "id": "c", "function": {"arguments": "{}"}}]}])


async def test_thinking_that_the_output_leaves_out_is_counted_by_the_total() -> None:
    """Some servers count it in the total only."""
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 35}
    events = await read([{"content": "so"}], usage=usage)

    assert of_type(UsageReported, events) == [UsageReported(Usage(input=10, output=25, reasoning=20))]
