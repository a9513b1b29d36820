"""Answers of Anthropic's API as events, in pieces and in one piece."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from muster.domain.errors import ErrorKind
from muster.domain.models.exchange import (
    Finished,
    FinishReason,
    ModelEvent,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
    UsageReported,
)
from muster.domain.models.usage import Usage
from muster.domain.tools.spec import ToolSpec
from muster.infrastructure.llm.anthropic_answer import AnswerReader
from muster.infrastructure.llm.anthropic_model import anthropic_model
from tests.fakes.no_counts import NO_COUNTS
from tests.fakes.provider_models import CLAUDE, KEY, asking, claude, events_of, failing, left, text_of
from tests.fakes.provider_script import call_tools, drip, empty, say
from tests.fakes.provider_server import ProviderServer
from tests.fakes.raw_server import chunked, raw_server

LOOK = ToolSpec("look", "looks", {"type": "object", "properties": {}})
COUNTED = Usage(input=100, output=20, cache_read=3000, cache_write=400, reasoning=7)
both = pytest.mark.parametrize("stream", [True, False])


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    """A provider that does what it is told."""
    async with ProviderServer() as running:
        yield running


async def test_text_arrives_in_the_pieces_it_was_sent_in(server: ProviderServer) -> None:
    """Then the usage, then the end, with the model that answered."""
    server.play(say("It is good.", model="claude-opus-5-5-20260922"))
    async with claude(server) as model:
        events = await events_of(model)

    assert events == [
        *(TextDelta(piece) for piece in ("It ", "is ", "good.")),
        UsageReported(Usage(input=10, output=5)),
        Finished(FinishReason.STOP, "anthropic/claude-opus-5-5-20260922"),
    ]


async def test_one_piece_gives_the_same_events(server: ProviderServer) -> None:
    """With one piece of text."""
    server.play(say("It is good."))
    async with claude(server) as model:
        events = await events_of(model, asking(stream=False))

    assert events == [
        TextDelta("It is good."),
        UsageReported(Usage(input=10, output=5)),
        Finished(FinishReason.STOP, "anthropic/claude-opus-5-5"),
    ]


@both
async def test_every_kind_of_token_is_counted_apart(server: ProviderServer, stream: bool) -> None:
    """Input without what was read from the cache or written to it; thinking within the output."""
    server.play(say("yes", usage=COUNTED))
    async with claude(server) as model:
        events = await events_of(model, asking(stream=stream))

    assert [event.usage for event in events if isinstance(event, UsageReported)] == [COUNTED]


@both
async def test_calls_keep_order_id_and_arguments(server: ProviderServer, stream: bool) -> None:
    """Two calls after a word; the deltas add up to what the end says."""
    server.play(call_tools(("look", '{"path":"a b"}'), ("look", "{}"), text="Looking."))
    async with claude(server) as model:
        events = await events_of(model, asking(tools=(LOOK,), stream=stream))

    done = [event for event in events if isinstance(event, ToolCallDone)]
    assert [(call.index, call.name, call.call_id) for call in done] == [
        (0, "look", "call_1_0"),
        (1, "look", "call_1_1"),
    ]
    assert [call.arguments.replace(" ", "") for call in done] == ['{"path":"ab"}', "{}"]
    assert text_of(events) == "Looking."
    assert events[-1] == Finished(FinishReason.TOOL_CALLS, "anthropic/claude-opus-5-5")
    if stream:
        deltas = [event for event in events if isinstance(event, ToolCallDelta) and event.index == 0]
        assert "".join(delta.arguments for delta in deltas) == done[0].arguments


@both
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("stop_sequence", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("pause_turn", FinishReason.LENGTH),
        ("refused", FinishReason.REFUSED),
        ("something_new", FinishReason.STOP),
    ],
)
async def test_why_it_ended_is_told(
    server: ProviderServer, said: str, reason: FinishReason, stream: bool
) -> None:
    """An answer that is to be continued is not a whole one."""
    server.play(say("well", finish=said))
    async with claude(server) as model:
        events = await events_of(model, asking(stream=stream))

    assert events[-1] == Finished(reason, "anthropic/claude-opus-5-5")


async def test_a_refusal_may_be_without_a_word(server: ProviderServer) -> None:
    """It is an answer; nothing at all is not."""
    server.play(say("", finish="refused"))
    async with claude(server) as model:
        events = await events_of(model)

    assert events[-1] == Finished(FinishReason.REFUSED, "anthropic/claude-opus-5-5")


@both
async def test_an_empty_answer_is_a_failure_whose_tokens_are_counted(
    server: ProviderServer, stream: bool
) -> None:
    """The usage comes before it."""
    server.play(empty())
    async with claude(server) as model:
        failure, events = await failing(model, asking(stream=stream))

    assert failure.kind is ErrorKind.BAD_ANSWER
    assert "anthropic/claude-opus-5-5" in failure.message
    assert events == [UsageReported(Usage(input=10))]


async def test_whoever_stops_listening_hangs_up(server: ProviderServer) -> None:
    """The server sees that nobody listens any more, and the connection is free for the next call."""
    server.play(drip("a b c d e f g h", 0.05), say("next"))
    async with claude(server) as model:
        async with aclosing(model.stream(asking())) as events:
            assert await anext(events) == TextDelta("a ")
        assert text_of(await events_of(model)) == "next"
    await left(server)


async def test_many_calls_at_once_share_a_client(server: ProviderServer) -> None:
    """Each gets its own answer."""
    server.play(drip("one two three", 0.01))
    async with claude(server) as model:
        answers = await asyncio.gather(*(events_of(model) for _ in range(50)))

    assert {text_of(answer) for answer in answers} == {"one two three"}
    assert server.most_at_once > 10


async def test_a_connection_that_breaks_after_the_last_event_spoils_nothing() -> None:
    """The answer is all there, and paid for."""
    events: list[dict[str, object]] = [
        {"type": "message_start", "message": {"model": "claude-opus-5-5", "usage": {"input_tokens": 3}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "All"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": " of it"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}},
        {"type": "message_stop"},
    ]
    lines = [b"data: " + json.dumps(event).encode() + b"\r\n\r\n" for event in events]
    async with raw_server(chunked("text/event-stream", *lines)) as url:
        model = anthropic_model(CLAUDE, api_key=KEY, base_url=url)
        whole = await events_of(model)
        await model.close()
    async with raw_server(chunked("text/event-stream", *lines[:-1])) as url:
        model = anthropic_model(CLAUDE, api_key=KEY, base_url=url)
        failure, _ = await failing(model)
        await model.close()

    assert text_of(whole) == "All of it"
    assert UsageReported(Usage(input=3, output=4)) in whole
    assert failure.kind is ErrorKind.INCOMPLETE


async def test_blocks_of_kinds_that_are_not_known_are_passed_over() -> None:
    """A new kind of block, event or delta does not break an answer."""
    reader = AnswerReader(CLAUDE, lambda: "")
    said: list[ModelEvent] = []
    for event in (
        {"type": "message_start", "message": {"model": "m", "usage": None}},
        {"type": "something_new"},
        {"type": "content_block_start", "content_block": {"type": "poem", "verses": 3}},
        {"type": "content_block_delta", "delta": {"type": "verse_delta", "verse": "oh"}},
        {"type": "content_block_stop"},
        {"type": "content_block_start", "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "well"}},
        {"type": "content_block_stop"},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}},
        {"type": "message_stop"},
    ):
        said += reader.read(json.dumps(event))

    assert said == [TextDelta("well")]
    assert list(reader.end())[-1] == Finished(FinishReason.STOP, "anthropic/m")


def whole(usage: object) -> list[ModelEvent]:
    """The events at the end of an answer in one piece that reports `usage`."""
    reader = AnswerReader(CLAUDE, lambda: "")
    content = [{"type": "text", "text": "well"}]
    message = {"model": "m", "content": content, "stop_reason": "end_turn", "usage": usage}
    assert reader.whole(json.dumps(message).encode()) == [TextDelta("well")]
    return list(reader.end())


@pytest.mark.parametrize("count", NO_COUNTS, ids=repr)
@pytest.mark.parametrize("name", ["input_tokens", "output_tokens"])
def test_an_input_or_output_that_is_no_count_is_no_usage(name: str, count: object) -> None:
    """The answer was paid for and stands; its tokens are estimated."""
    assert whole({"input_tokens": 3, "output_tokens": 4, name: count}) == [
        Finished(FinishReason.STOP, "anthropic/m")
    ]


@pytest.mark.parametrize("usage", [None, [1], "many", 7, {}], ids=repr)
def test_what_is_no_usage_is_not_reported(usage: object) -> None:
    """Zero would be a claim."""
    assert whole(usage) == [Finished(FinishReason.STOP, "anthropic/m")]


@pytest.mark.parametrize("count", NO_COUNTS, ids=repr)
def test_a_detail_that_is_no_count_is_none(count: object) -> None:
    """It takes nothing from the numbers that count."""
    usage = {
        "input_tokens": 3,
        "output_tokens": 4,
        "cache_read_input_tokens": count,
        "cache_creation_input_tokens": count,
        "output_tokens_details": {"thinking_tokens": count},
    }
    assert whole(usage)[0] == UsageReported(Usage(3, 4))
    assert whole({**usage, "output_tokens_details": count})[0] == UsageReported(Usage(3, 4))
