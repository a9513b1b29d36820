"""Answers and failures of an Ollama server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from muster.domain.errors import ErrorKind
from muster.domain.messaging.message import Message, Role
from muster.domain.models.exchange import Finished, FinishReason, TextDelta, ToolCallDone, UsageReported
from muster.domain.models.usage import Usage
from muster.domain.tools.spec import ToolSpec
from muster.infrastructure.llm.ollama_answer import OllamaReader
from muster.infrastructure.llm.ollama_client import refusal
from muster.infrastructure.llm.ollama_model import ollama_model
from tests.fakes.no_counts import NO_COUNTS
from tests.fakes.provider_models import LLAMA, asking, events_of, failing, left, llama, text_of
from tests.fakes.provider_script import (
    Step,
    call_tools,
    drip,
    empty,
    fails_midway,
    hang,
    malformed,
    reset,
    say,
    stalls,
    status,
    truncated,
)
from tests.fakes.provider_server import ProviderServer
from tests.fakes.raw_server import chunked, raw_server

LOOK = ToolSpec("look", "looks", {"type": "object", "properties": {}})
both = pytest.mark.parametrize("stream", [True, False])


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    """A server that does what it is told."""
    async with ProviderServer() as running:
        yield running


async def test_text_arrives_in_the_pieces_it_was_sent_in(server: ProviderServer) -> None:
    """Then what was counted, then the end, with the model that answered."""
    server.play(say("It is good.", usage=Usage(input=26, output=4)))
    async with llama(server) as model:
        events = await events_of(model)

    assert events == [
        *(TextDelta(piece) for piece in ("It ", "is ", "good.")),
        UsageReported(Usage(input=26, output=4)),
        Finished(FinishReason.STOP, "ollama/llama3.2:8b"),
    ]


async def test_one_piece_gives_the_same_events(server: ProviderServer) -> None:
    """With one piece of text."""
    server.play(say("It is good.", finish="length"))
    async with llama(server) as model:
        events = await events_of(model, asking(stream=False))

    assert events == [
        TextDelta("It is good."),
        UsageReported(Usage(input=10, output=5)),
        Finished(FinishReason.LENGTH, "ollama/llama3.2:8b"),
    ]


@both
async def test_calls_keep_order_id_and_arguments(server: ProviderServer, stream: bool) -> None:
    """They come whole."""
    server.play(call_tools(("look", '{"path": "ä"}'), ("look", "{}")))
    async with llama(server) as model:
        events = await events_of(model, asking(tools=(LOOK,), stream=stream))

    assert [event for event in events if isinstance(event, ToolCallDone)] == [
        ToolCallDone(0, "look", '{"path": "ä"}', "call_1_0"),
        ToolCallDone(1, "look", "{}", "call_1_1"),
    ]
    assert events[-1] == Finished(FinishReason.TOOL_CALLS, "ollama/llama3.2:8b")


async def test_no_counts_are_no_usage(server: ProviderServer) -> None:
    """Whoever keeps account estimates then: zero would be a claim."""
    server.play(say("well", usage=None))
    async with llama(server) as model:
        events = await events_of(model)

    assert not any(isinstance(event, UsageReported) for event in events)


@pytest.mark.parametrize("count", NO_COUNTS, ids=repr)
@pytest.mark.parametrize("name", ["prompt_eval_count", "eval_count"])
def test_a_count_that_is_none_is_no_usage(name: str, count: object) -> None:
    """The answer stands, and its tokens are estimated."""
    reader = OllamaReader(LLAMA, {"options": {"num_ctx": 8192}, "messages": []})
    last = {"message": {"content": "hi"}, "done": True, "prompt_eval_count": 8, "eval_count": 5, name: count}

    assert reader.read(json.dumps(last).encode()) == [TextDelta("hi")]
    assert list(reader.end()) == [Finished(FinishReason.STOP, LLAMA.name)]


def test_a_count_that_is_left_out_is_zero() -> None:
    """Ollama writes down no zeros."""
    reader = OllamaReader(LLAMA, {"options": {"num_ctx": 8192}, "messages": []})
    reader.read(b'{"message":{"content":"hi"},"done":true,"eval_count":5}')

    assert next(iter(reader.end())) == UsageReported(Usage(output=5))


@both
async def test_an_empty_answer_is_a_failure_whose_tokens_are_counted(
    server: ProviderServer, stream: bool
) -> None:
    """As when a model was only loaded."""
    server.play(empty())
    async with llama(server) as model:
        failure, events = await failing(model, asking(stream=stream))

    assert failure.kind is ErrorKind.BAD_ANSWER
    assert events == [UsageReported(Usage(input=10))]


@both
@pytest.mark.parametrize(
    ("characters", "read", "kind"),
    [
        (10, 8192, ErrorKind.CONTEXT_TOO_LONG),
        (60_000, 4100, ErrorKind.CONTEXT_TOO_LONG),
        (45_000, 7000, None),
        (20_000, 4100, None),
    ],
    ids=["window-full", "cut-to-half", "dense-text", "fits"],
)
async def test_a_prompt_that_was_not_read_to_its_end_is_a_failure(
    server: ProviderServer, characters: int, read: int, kind: ErrorKind | None, stream: bool
) -> None:
    """Servers that do not know `truncate` drop the beginning without a word; what they counted shows it."""
    server.lookups.context_length = 8192
    server.play(say("Sure!", usage=Usage(input=read, output=3)))
    request = asking(Message(Role.USER, "x" * characters), stream=stream)
    async with llama(server) as model:
        if kind is None:
            assert text_of(await events_of(model, request)) == "Sure!"
            return
        failure, events = await failing(model, request)

    assert failure.kind is kind
    assert f"read only {read} tokens" in failure.message
    assert events[-1] == UsageReported(Usage(input=read, output=3))


@both
@pytest.mark.parametrize(
    ("code", "kind", "hint"),
    [
        (400, ErrorKind.INVALID_REQUEST, "server says"),
        (404, ErrorKind.NOT_FOUND, "ollama pull llama3.2:8b"),
        (429, ErrorKind.RATE_LIMIT, "wait"),
        (500, ErrorKind.SERVER, "log"),
        (503, ErrorKind.OVERLOADED, "at once"),
    ],
)
async def test_every_status_has_its_kind_and_a_hint(
    server: ProviderServer, code: int, kind: ErrorKind, hint: str, stream: bool
) -> None:
    """The message names the model and what the server says; a model that was not pulled is told how to be."""
    server.play(status(code, message="because", retry_after=3))
    async with llama(server) as model:
        failure, _ = await failing(model, asking(stream=stream))

    assert failure.kind is kind
    assert failure.message == f"ollama/llama3.2:8b refused the call with status {code}: because"
    assert hint in failure.hint
    assert failure.retry_after == 3.0


def test_a_prompt_that_the_engine_refuses_is_known_by_its_type() -> None:
    """Newer versions pass the engine's error on as an object."""
    error = {"code": 400, "type": "exceed_context_size_error", "message": "too long", "n_ctx": 4096}

    assert refusal(LLAMA, 400, {"error": error}, {}).kind is ErrorKind.CONTEXT_TOO_LONG


@both
@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (reset(), ErrorKind.CONNECTION),
        (hang(), ErrorKind.TIMEOUT),
        (stalls("It is"), ErrorKind.TIMEOUT),
        (malformed(), ErrorKind.BAD_ANSWER),
        (truncated("It is good"), ErrorKind.INCOMPLETE),
    ],
    ids=["reset", "hang", "stall", "malformed", "truncated"],
)
async def test_a_connection_that_fails_is_told_by_how_it_failed(
    server: ProviderServer, step: Step, kind: ErrorKind, stream: bool
) -> None:
    """The next call works."""
    server.play(step, say("well"))
    async with llama(server, timeout=0.2) as model:
        failure, _ = await failing(model, asking(stream=stream))
        assert text_of(await events_of(model)) == "well"

    assert failure.kind is kind
    assert "ollama/llama3.2:8b" in failure.message
    assert failure.hint


async def test_a_stream_without_its_last_line_is_incomplete(server: ProviderServer) -> None:
    """What was said before is passed on."""
    server.play(truncated("It is good", tidy=True))
    async with llama(server) as model:
        failure, events = await failing(model)

    assert failure.kind is ErrorKind.INCOMPLETE
    assert text_of(events) == "It is good"


async def test_an_error_inside_a_stream_is_the_servers(server: ProviderServer) -> None:
    """It is a sentence without a code."""
    server.play(fails_midway("It is", message="the model runner has stopped"))
    async with llama(server) as model:
        failure, events = await failing(model)

    assert failure.kind is ErrorKind.SERVER
    assert "the model runner has stopped" in failure.message
    assert text_of(events) == "It is"


async def test_an_address_is_told_without_its_password() -> None:
    """Whoever reads the message may not be who may log in."""
    async with ProviderServer() as server:
        url = server.url.replace("//", "//user:not-a-password@")
    model = ollama_model(LLAMA, base_url=f"{url}/?token=not-a-token")
    failure, _ = await failing(model)
    await model.close()

    assert failure.kind is ErrorKind.CONNECTION
    assert "http://…@127.0.0.1:" in failure.message
    assert "not-a" not in f"{failure} {failure.details} {failure.__cause__!r}"


async def test_a_server_that_is_away_says_how_to_start_it() -> None:
    """At once, and with the address that was tried."""
    async with ProviderServer() as server:
        pass
    async with llama(server) as model:
        failure, _ = await failing(model)

    assert failure.kind is ErrorKind.CONNECTION
    assert server.url in failure.message
    assert "ollama serve" in failure.hint


async def test_facts_that_cannot_be_read_do_not_stop_a_call(server: ProviderServer) -> None:
    """The catalogue's window holds."""
    server.play(malformed(), on="/api/show")
    async with llama(server) as model:
        assert text_of(await events_of(model)) == "ok"


async def test_whoever_stops_listening_hangs_up(server: ProviderServer) -> None:
    """The server stops working on the answer."""
    server.play(drip("a b c d e f g h", 0.05))
    async with llama(server) as model, aclosing(model.stream(asking())) as events:
        assert await anext(events) == TextDelta("a ")
    await left(server)


async def test_a_connection_that_breaks_after_the_last_line_spoils_nothing() -> None:
    """The answer is all there; and a last line without a line break is read too."""
    line = b'{"model": "m", "message": {"role": "assistant", "content": "All"}, "done": true}'
    tidy = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + line
    for answer in (chunked("application/x-ndjson", line + b"\n"), tidy):
        async with raw_server(answer) as url:
            # The same bytes answer the question what the model holds: that is no fact, and no failure.
            model = ollama_model(LLAMA, base_url=url)
            assert text_of(await events_of(model)) == "All"
            await model.close()


async def test_what_a_model_holds_is_asked_once_by_many(server: ProviderServer) -> None:
    """Twenty first calls at the same moment."""
    async with llama(server) as model:
        await asyncio.gather(*(events_of(model) for _ in range(20)))

    assert [one.path for one in server.received].count("/api/show") == 1
