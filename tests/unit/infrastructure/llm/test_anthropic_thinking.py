"""How much Claude is told to think, and its thinking on its way out and back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from muster.domain.messaging.message import Message, Role, ToolCall
from muster.domain.models.exchange import ModelEvent, Reasoning, ReasoningKept
from muster.domain.models.info import ModelCapability
from muster.domain.tools.spec import ToolSpec
from tests.fakes.provider_models import ASKED, asking, claude, events_of
from tests.fakes.provider_script import call_tools, say, think
from tests.fakes.provider_server import ProviderServer

LOOK = ToolSpec("look", "looks", {"type": "object", "properties": {}})
CALL = ToolCall("toolu_1", "look", "{}")
RESULT = Message(Role.TOOL, "seen", name="look", tool_call_id="toolu_1")
THOUGHT = {"type": "thinking", "thinking": "hm, well", "signature": "c2VhbGVkLXRob3VnaHQ="}


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    """A provider that says ok."""
    async with ProviderServer() as running:
        yield running


def budget(tokens: int) -> dict[str, Any]:
    """Thinking as it is asked for up to 4.5."""
    return {"thinking": {"type": "enabled", "budget_tokens": tokens}}


def effort(level: str) -> dict[str, Any]:
    """Thinking as it is led from 5 on."""
    return {"output_config": {"effort": level}}


ADAPTIVE = {"thinking": {"type": "adaptive"}}


@pytest.mark.parametrize(
    ("model", "wanted", "limit", "sent"),
    [
        ("claude-sonnet-4-5-20250929", Reasoning.LOW, 8192, budget(1024)),
        ("claude-sonnet-4-5", Reasoning.HIGH, 32_000, budget(16_384)),
        ("claude-sonnet-4-5", Reasoning.HIGH, 8192, budget(7168)),
        ("claude-sonnet-4-5", Reasoning.HIGH, 2047, {}),
        ("claude-3-7-sonnet-20250219", Reasoning.MEDIUM, 8192, budget(4096)),
        ("claude-haiku-4-5", Reasoning.OFF, 8192, {}),
        ("claude-opus-4-6", Reasoning.MEDIUM, 8192, ADAPTIVE | effort("medium")),
        ("claude-opus-4-8", Reasoning.OFF, 8192, {}),
        ("claude-opus-5", Reasoning.OFF, 8192, {"thinking": {"type": "disabled"}}),
        ("claude-sonnet-5", Reasoning.HIGH, 8192, effort("high")),
        ("claude-haiku-5-5", Reasoning.OFF, 8192, {"thinking": {"type": "disabled"}}),
        ("claude-sonnet-5-5", Reasoning.OFF, 8192, {"thinking": {"type": "between_tools"}}),
        ("claude-opus-5-5", Reasoning.OFF, 8192, effort("low")),
        ("claude-fable-5-2", Reasoning.OFF, 8192, effort("low")),
        ("claude-opus-5-5", Reasoning.DEFAULT, 8192, {}),
    ],
)
async def test_each_generation_is_told_in_its_own_way(
    server: ProviderServer, model: str, wanted: Reasoning, limit: int, sent: dict[str, Any]
) -> None:
    """Budgets, then adaptive thinking, then effort alone; what cannot be turned off is turned low."""
    async with claude(server, id=model) as one:
        await events_of(one, asking(reasoning=wanted, max_output_tokens=limit))

    body = server.received[0].body
    assert {key: body[key] for key in ("thinking", "output_config") if key in body} == sent


async def test_a_model_that_does_not_think_is_told_nothing(server: ProviderServer) -> None:
    """It would refuse."""
    async with claude(server, capabilities=frozenset({ModelCapability.TOOLS})) as model:
        await events_of(model, asking(reasoning=Reasoning.HIGH))

    assert not {"thinking", "output_config"} & server.received[0].body.keys()


def kept(events: list[ModelEvent]) -> str:
    """The thinking of an answer, as it is kept."""
    [event] = [event for event in events if isinstance(event, ReasoningKept)]
    return event.data


@pytest.mark.parametrize("stream", [True, False])
async def test_thinking_goes_back_in_its_place_before_the_results(
    server: ProviderServer, stream: bool
) -> None:
    """Unchanged, seal and all, and before what was said after it."""
    server.play(think("hm, well", call_tools(("look", "{}"), text="Let me see.")), say("good"))
    async with claude(server) as model:
        data = kept(await events_of(model, asking(tools=(LOOK,), stream=stream)))
        said = Message(Role.ASSISTANT, "Let me see.", tool_calls=(CALL,), reasoning=data)
        await events_of(model, asking(*ASKED, said, RESULT, tools=(LOOK,), stream=stream))

    assert server.received[1].body["messages"][1]["content"] == [  # type: ignore[index]
        THOUGHT,
        {"type": "text", "text": "Let me see."},
        {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}},
    ]


async def second_body(
    server: ProviderServer, first: Message, asked: Message, **changes: Any
) -> dict[str, Any]:
    """What is sent after a thinking answer, when its question is now `asked` and its model has changed."""
    server.play(think("hm, well", call_tools(("look", "{}"), text="Let me see.")), say("good"))
    async with claude(server) as model:
        data = kept(await events_of(model, asking(first, tools=(LOOK,))))
    said = Message(Role.ASSISTANT, "Let me see.", tool_calls=(CALL,), reasoning=data)
    async with claude(server, **changes) as model:
        await events_of(model, asking(asked, said, RESULT, tools=(LOOK,)))
    return server.received[1].body


def kinds(body: dict[str, Any]) -> list[str]:
    """The blocks of the model's message."""
    return [block["type"] for block in body["messages"][1]["content"]]


async def test_thinking_stays_away_when_what_stood_before_it_was_changed(server: ProviderServer) -> None:
    """The seal holds the conversation: the API would refuse the request."""
    first, changed = Message(Role.USER, "is it good?"), Message(Role.USER, "(compressed)")

    assert kinds(await second_body(server, first, changed)) == ["text", "tool_use"]


async def test_thinking_stays_away_from_another_model(server: ProviderServer) -> None:
    """A fallback in the midst of a tool loop begins to think anew."""
    first = Message(Role.USER, "is it good?")

    assert kinds(await second_body(server, first, first, id="claude-sonnet-5-5")) == ["text", "tool_use"]


async def test_a_change_of_the_cache_marks_is_no_change(server: ProviderServer) -> None:
    """The mark of the newest turn moves on with every call."""
    first = Message(Role.USER, "is it good?")

    assert kinds(await second_body(server, first, first)) == ["thinking", "text", "tool_use"]


async def test_a_budget_is_left_out_in_a_tool_loop_that_began_without_thinking(
    server: ProviderServer,
) -> None:
    """The API wants the thinking before the call, and it is not there."""
    said = Message(Role.ASSISTANT, "", tool_calls=(CALL,))
    request = asking(*ASKED, said, RESULT, tools=(LOOK,), reasoning=Reasoning.LOW, max_output_tokens=8192)
    async with claude(server, id="claude-haiku-4-5") as model:
        await events_of(model, request)

    assert "thinking" not in server.received[0].body


@pytest.mark.parametrize(
    "data", ["{", "[]", '{"form": "other"}', '[{"type": "reasoning", "encrypted_content": "abc"}]']
)
async def test_what_another_provider_kept_is_not_sent(server: ProviderServer, data: str) -> None:
    """It means nothing here."""
    said = Message(Role.ASSISTANT, "hm", reasoning=data)
    async with claude(server) as model:
        await events_of(model, asking(*ASKED, said, Message(Role.USER, "so?")))

    assert server.received[0].body["messages"][1]["content"] == [{"type": "text", "text": "hm"}]  # type: ignore[index]


async def test_text_that_was_changed_since_is_sent_as_it_is_now(server: ProviderServer) -> None:
    """What was redacted does not come back with the thinking."""
    server.play(think("hm, well", say("the key is 1234")), say("good"))
    async with claude(server) as model:
        data = kept(await events_of(model, asking(*ASKED)))
        assert "1234" not in json.dumps(data)
        said = Message(Role.ASSISTANT, "the key is [redacted]", reasoning=data)
        await events_of(model, asking(*ASKED, said, Message(Role.USER, "so?")))

    assert b"1234" not in server.received[1].raw
    assert b"[redacted]" in server.received[1].raw
