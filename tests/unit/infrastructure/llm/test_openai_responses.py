"""The Responses API: what OpenAI receives, and what is read from its answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from muster.application.models.assembly import Assembly
from muster.domain.errors import ErrorKind
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
from tests.fakes.provider_script import call_tools, empty, fails_midway, say, think, truncated
from tests.fakes.provider_server import ProviderServer

USED = Usage(input=70, output=40, cache_read=25, cache_write=5, reasoning=12)
BOTH = pytest.mark.parametrize("request_", [HELLO, IN_ONE_PIECE], ids=["streamed", "in one piece"])
ANSWER = {
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
    "additionalProperties": False,
}


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


async def test_the_server_receives_what_was_asked_and_nothing_else(server: ProviderServer) -> None:
    """System prompt, question, limit, temperature; nothing of metadata, run, agent or accounts."""
    await events_of(server, MINI, replace(HELLO, temperature=0.2, max_output_tokens=321))

    assert bodies(server) == [
        {
            "model": "gpt-test-mini",
            "input": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}],
            "max_output_tokens": 321,
            "store": False,
            "temperature": 0.2,
            "stream": True,
        }
    ]
    assert server.received[0].headers["authorization"] == "Bearer sk-test-not-a-key"
    assert b"of-the-house" not in server.received[0].raw + repr(server.received[0].headers).encode()


async def test_a_whole_conversation_with_tools_arrives_in_order_with_its_ids(server: ProviderServer) -> None:
    """Two system prompts, two calls with their results, and a tool that is offered."""
    calls = (ToolCall("c1", "look", '{"at":"a"}'), ToolCall("c2", "look", ""))
    messages = (
        Message(Role.SYSTEM, "One."),
        Message(Role.SYSTEM, "Two."),
        Message(Role.USER, "Look – überall 🙂", name="ada"),
        Message(Role.ASSISTANT, "I look.", tool_calls=calls),
        Message(Role.TOOL, '{"seen":1}', name="look", tool_call_id="c1"),
        Message(Role.TOOL, '{"seen":2}', name="look", tool_call_id="c2"),
        Message(Role.ASSISTANT, "Done."),
        Message(Role.USER, "Thanks"),
    )
    await events_of(server, MINI, ModelRequest(messages, (LOOK,)))

    body = bodies(server)[0]
    assert body["input"] == [
        {"role": "system", "content": "One."},
        {"role": "system", "content": "Two."},
        {"role": "user", "content": "Look – überall 🙂"},
        {"role": "assistant", "content": "I look."},
        {"type": "function_call", "call_id": "c1", "name": "look", "arguments": '{"at":"a"}'},
        {"type": "function_call", "call_id": "c2", "name": "look", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": '{"seen":1}'},
        {"type": "function_call_output", "call_id": "c2", "output": '{"seen":2}'},
        {"role": "assistant", "content": "Done."},
        {"role": "user", "content": "Thanks"},
    ]
    assert body["tools"] == [
        {
            "type": "function",
            "name": "look",
            "description": "looks at a place",
            "parameters": LOOK.parameters,
            "strict": False,
        }
    ]


@BOTH
async def test_an_answer_is_text_usage_and_the_model_that_gave_it(
    request_: ModelRequest, server: ProviderServer
) -> None:
    """Cached tokens stand apart from the input; the name is the one that the server gave."""
    server.play(say("All is well here.", usage=USED, model="gpt-test-mini-2026-01-01"))
    events = await events_of(server, MINI, request_)

    assert events[-2:] == [
        UsageReported(USED),
        Finished(FinishReason.STOP, "openai/gpt-test-mini-2026-01-01"),
    ]
    assert whole(events).text == "All is well here."
    assert len(of_type(TextDelta, events)) == (4 if request_.stream else 1)
    bodies(server)


@BOTH
async def test_tool_calls_come_in_order_with_ids_and_arguments(
    request_: ModelRequest, server: ProviderServer
) -> None:
    """Two calls after some text."""
    server.play(call_tools(("look", '{"at":"a"}'), ("look", '{"at":"b"}'), text="I look."))
    events = await events_of(server, MINI, replace(request_, tools=(LOOK,)))

    assert of_type(ToolCallDone, events) == [
        ToolCallDone(0, "look", '{"at":"a"}', "call_1_0"),
        ToolCallDone(1, "look", '{"at":"b"}', "call_1_1"),
    ]
    assert whole(events).text == "I look."
    assert events[-1] == Finished(FinishReason.TOOL_CALLS, MINI.name)


async def test_arguments_are_told_as_they_arrive(server: ProviderServer) -> None:
    """Whoever watches sees the name first, then the pieces."""
    server.play(call_tools(("look", '{"at":"a"}')))
    events = await events_of(server, MINI, replace(HELLO, tools=(LOOK,)))

    deltas = of_type(ToolCallDelta, events)
    assert deltas[0] == ToolCallDelta(0, "", "call_1_0", "look")
    assert "".join(delta.arguments for delta in deltas) == '{"at":"a"}'
    assert len(deltas) > 2


@BOTH
@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("filtered", FinishReason.REFUSED),
        ("refused", FinishReason.REFUSED),
    ],
)
async def test_why_it_ended_is_said(
    finish: str, reason: FinishReason, request_: ModelRequest, server: ProviderServer
) -> None:
    """A limit, a filter and a refusal are no ordinary end."""
    server.play(say("So far", finish=finish))
    response = whole(await events_of(server, MINI, request_))

    assert (response.text, response.finish_reason) == ("So far", reason)


@BOTH
async def test_thinking_comes_back_sealed_and_is_sent_with_the_results(
    request_: ModelRequest, server: ProviderServer
) -> None:
    """Nothing is stored there: the next request carries the thinking, where it stood, as it was."""
    server.play(think("hm", call_tools(("look", "{}"))), say("seen"))
    asked = replace(request_, tools=(LOOK,), reasoning=Reasoning.HIGH)
    events = await events_of(server, THINKER, asked)
    kept = of_type(ReasoningKept, events)[0].data
    call = ToolCall("call_1_0", "look", "{}")
    told = (
        *asked.messages,
        Message(Role.ASSISTANT, "", tool_calls=(call,), reasoning=kept),
        Message(Role.TOOL, "{}", tool_call_id="call_1_0"),
    )
    await events_of(server, THINKER, replace(asked, messages=told))

    first, second = bodies(server)
    assert first["include"] == ["reasoning.encrypted_content"]
    assert first["reasoning"] == {"effort": "high"}
    assert "temperature" not in first
    assert second["input"][2:] == [
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "hm"}],
            "encrypted_content": "sealed-1",
        },
        {"type": "function_call", "call_id": "call_1_0", "name": "look", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1_0", "output": "{}"},
    ]


@pytest.mark.parametrize(
    "foreign", ["not JSON", "[]", '{"for": "openai/other", "items": [[0, {}]]}', '{"items": 1}']
)
async def test_the_thinking_of_another_model_is_left_out(foreign: str, server: ProviderServer) -> None:
    """What was sealed for another model cannot be opened by this one."""
    said = Message(Role.ASSISTANT, "so", reasoning=foreign)
    await events_of(server, THINKER, replace(HELLO, messages=(*HELLO.messages, said)))

    assert bodies(server)[0]["input"][2:] == [{"role": "assistant", "content": "so"}]


@pytest.mark.parametrize(
    ("reasoning", "sent"),
    [
        (Reasoning.DEFAULT, None),
        (Reasoning.OFF, {"effort": "low"}),
        (Reasoning.LOW, {"effort": "low"}),
        (Reasoning.MEDIUM, {"effort": "medium"}),
    ],
)
async def test_effort_is_sent_when_it_is_asked_for(
    reasoning: Reasoning, sent: object, server: ProviderServer
) -> None:
    """Only to a model that reasons; the default is left to the model."""
    for info in (THINKER, MINI):
        await events_of(server, info, replace(HELLO, reasoning=reasoning))

    thinker, plain = bodies(server)
    assert thinker.get("reasoning") == sent
    assert "reasoning" not in plain


@pytest.mark.parametrize("strict", [True, False])
async def test_a_schema_is_strict_only_where_openai_takes_it_so(strict: bool, server: ProviderServer) -> None:
    """An open object is sent as it is, and not called strict."""
    schema: dict[str, Any] = ANSWER if strict else {"type": "object", "properties": ANSWER["properties"]}
    await events_of(server, MINI, replace(HELLO, response_schema=schema, schema_name="Meine Antwort"))

    assert bodies(server)[0]["text"] == {
        "format": {"type": "json_schema", "name": "Meine_Antwort", "schema": schema, "strict": strict}
    }


async def test_a_model_without_structured_output_is_not_sent_a_schema(server: ProviderServer) -> None:
    """It would refuse the request; the prompt has to ask."""
    plain = replace(MINI, capabilities=frozenset())
    await events_of(server, plain, replace(HELLO, response_schema=ANSWER))

    assert "text" not in bodies(server)[0]


async def test_a_limit_below_what_the_api_takes_is_raised_to_it(server: ProviderServer) -> None:
    """A refused request would help nobody."""
    await events_of(server, MINI, replace(HELLO, max_output_tokens=1))

    assert bodies(server)[0]["max_output_tokens"] == 16


@BOTH
async def test_an_empty_answer_is_a_failure_and_its_tokens_are_told(
    request_: ModelRequest, server: ProviderServer
) -> None:
    """They were spent, and must be paid."""
    server.play(empty())
    failure, events = await failure_of(server, request_)

    assert failure.kind is ErrorKind.BAD_ANSWER
    assert "'openai/gpt-test-mini'" in failure.message
    assert of_type(UsageReported, events) == [UsageReported(Usage(input=10))]


@pytest.mark.parametrize("tidy", [True, False])
async def test_an_answer_that_breaks_off_is_incomplete(tidy: bool, server: ProviderServer) -> None:
    """Whether the connection broke or the last events never came."""
    server.play(truncated("It begins well and", tidy=tidy))
    failure, events = await failure_of(server)

    assert failure.kind is ErrorKind.INCOMPLETE
    assert "".join(event.text for event in of_type(TextDelta, events)).startswith("It begins")
    assert not of_type(Finished, events)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("server_error", ErrorKind.SERVER),
        ("rate_limit_exceeded", ErrorKind.RATE_LIMIT),
        ("invalid_prompt", ErrorKind.REFUSED),
        ("unheard_of", ErrorKind.SERVER),
    ],
)
async def test_a_failure_inside_the_answer_is_read_by_its_code(
    code: str, kind: ErrorKind, server: ProviderServer
) -> None:
    """The server had already said that all is well."""
    server.play(fails_midway("So far", code_field=code, message="it went wrong"))
    failure, _ = await failure_of(server)

    assert failure.kind is kind
    assert "it went wrong" in failure.message


async def test_the_kept_thinking_is_json(server: ProviderServer) -> None:
    """Stores keep it as text."""
    server.play(think("hm", say("so")))
    kept = of_type(ReasoningKept, await events_of(server, THINKER, HELLO))[0]

    assert json.loads(kept.data)["for"] == THINKER.name
