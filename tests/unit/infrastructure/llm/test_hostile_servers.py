"""No server holds a call for ever, fills the memory, or brings down the caller: each ends it with a failure."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from muster.domain.errors import ErrorKind, ModelFailure
from muster.domain.ports.language_model import LanguageModel
from muster.infrastructure.llm.anthropic_model import anthropic_model
from muster.infrastructure.llm.ollama_model import ollama_model
from muster.infrastructure.llm.openai_client import OpenAIClient, Timeouts
from tests.fakes.hostile_server import HostileServer, Pour, endless, head, hostile, once
from tests.fakes.openai_calls import MINI, model_of
from tests.fakes.provider_models import CLAUDE, KEY, LLAMA, asking, failing

FORMATS = ["claude", "responses", "compatible", "ollama"]
each = pytest.mark.parametrize("format_", FORMATS)
both = pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
STREAM = head("content-type: text/event-stream")
JSON = head("content-type: application/json")
BLANK = {"claude": b'event: ping\ndata: {"type": "ping"}\n\n', "ollama": b"\n"}
START = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
PLENTY = 120_000_000
"""Bytes: more than an answer and all buffers on the way to it hold."""


def event(data: object) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def piece(format_: str, text: str) -> bytes:
    """A piece of text, as the format has it."""
    if format_ == "claude":
        return event({"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}})
    if format_ == "ollama":
        return json.dumps({"message": {"content": text}, "done": False}).encode() + b"\n"
    if format_ == "responses":
        return event({"type": "response.output_text.delta", "delta": text})
    return event({"choices": [{"index": 0, "delta": {"content": text}}]})


def start(format_: str) -> bytes:
    """What has to come before text."""
    return event(START) if format_ == "claude" else b""


@asynccontextmanager
async def at(server: HostileServer, format_: str, seconds: float = 10.0) -> AsyncIterator[LanguageModel]:
    """A model of a server; a call of it may take so long."""
    if format_ == "claude":
        claude = anthropic_model(CLAUDE, api_key=KEY, base_url=server.url, timeout=seconds)
        yield claude
        await claude.close()
    elif format_ == "ollama":
        llama = ollama_model(LLAMA, base_url=server.url, timeout=seconds)
        yield llama
        await llama.close()
    else:
        times = Timeouts(connect=seconds, silence=seconds, total=seconds)
        client = OpenAIClient(KEY, base_url=f"{server.url}/v1", timeouts=times)
        yield model_of(MINI, client, format_)
        await client.close()


async def failure_at(pour: Pour, format_: str, stream: bool = True) -> tuple[ModelFailure, HostileServer]:
    """How a call ends, and the server that was called."""
    async with hostile(pour) as server, at(server, format_) as model:
        failure, _ = await failing(model, asking(stream=stream))
    return failure, server


@each
@both
@pytest.mark.parametrize("way", ["keeps alive", "slow text", "slow head", "slow body", "slow refusal"])
async def test_a_server_that_never_ends_is_a_timeout(format_: str, stream: bool, way: str) -> None:
    """Each of its pieces comes in time, and the call has a limit all the same."""
    pours = {
        "keeps alive": endless(STREAM, BLANK.get(format_, b": still here\n\n"), 0.03),
        "slow text": endless(STREAM + start(format_), piece(format_, "x"), 0.03),
        "slow head": endless(b"HTTP/1.1 200 OK\r\n", b"x-more: x\r\n", 0.03),
        "slow body": endless(JSON, b" ", 0.03),
        "slow refusal": endless(head(status="500 Oops"), b" ", 0.03),
    }
    async with hostile(pours[way]) as server, at(server, format_, seconds=0.2) as model:
        started = time.monotonic()
        failure, _ = await failing(model, asking(stream=stream))
        took = time.monotonic() - started

    assert failure.kind is ErrorKind.TIMEOUT
    assert took < 1.5


@each
@both
async def test_a_line_without_an_end_is_not_read_to_its_end(format_: str, stream: bool) -> None:
    """A call that would fail the same way again is not repeated; the message says how much is read."""
    failure, server = await failure_at(endless(STREAM + b'data: {"a": "', b"x" * 1_000_000), format_, stream)

    assert failure.kind is ErrorKind.UNKNOWN
    assert not failure.kind.passing
    assert "is larger than 8 MB" in failure.message
    assert server.sent < PLENTY


@pytest.mark.parametrize("format_", ["responses", "compatible"])
async def test_an_event_of_endless_lines_is_not_read_to_its_end(format_: str) -> None:
    """Each line is short."""
    failure, _ = await failure_at(endless(STREAM, b"data: xxxxxxxx\n" * 50_000), format_)

    assert "an event of its answer is larger than 8 MB" in failure.message


@each
async def test_an_answer_of_endless_pieces_has_a_limit(format_: str) -> None:
    """No model says so much; the memory that it takes is that of what was said."""
    failure, server = await failure_at(
        endless(STREAM + start(format_), piece(format_, "x" * 500_000)), format_
    )

    assert failure.kind is ErrorKind.UNKNOWN
    assert "its answer is larger than 64 MB" in failure.message
    assert server.sent < PLENTY


@each
@both
async def test_a_bomb_does_not_go_off(format_: str, stream: bool) -> None:
    """A quarter of a gigabyte in 250 kB: it is unpacked as far as an answer may go."""
    bomb = gzip.compress(b"x" * 250_000_000, 1)
    packed = head("content-type: application/json", "content-encoding: gzip", f"content-length: {len(bomb)}")
    tracemalloc.start()
    try:
        failure, _ = await failure_at(once(packed, bomb), format_, stream)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert failure.kind is ErrorKind.UNKNOWN
    assert peak < 60_000_000


@each
@pytest.mark.parametrize("packing", ["plain", "gzip"])
async def test_a_refusal_is_read_at_its_beginning_only(format_: str, packing: str) -> None:
    """Its status says enough."""
    if packing == "plain":
        pour = endless(head(status="500 Oops"), b"x" * 100_000)
    else:
        bomb = gzip.compress(b"x" * 100_000_000, 1)
        pour = once(head("content-encoding: gzip", f"content-length: {len(bomb)}", status="500 Oops"), bomb)
    failure, server = await failure_at(pour, format_)

    assert failure.kind is ErrorKind.SERVER
    assert "status 500" in failure.message
    assert len(failure.message) < 200
    assert server.sent < 30_000_000


@each
async def test_a_flood_leaves_the_others_their_turn(format_: str) -> None:
    """Whoever wants to stop the call can: something is always there to be read, and the loop still turns."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with (
        hostile(endless(STREAM + start(format_), piece(format_, "x") * 2000)) as server,
        at(server, format_) as model,
    ):
        call = asyncio.create_task(failing(model))
        beside = asyncio.create_task(others())
        while server.sent < 1_000_000:  # noqa: ASYNC110 - bytes on their way set no event
            await asyncio.sleep(0.01)
        before, flowed = turns, server.sent
        while server.sent < flowed + 1_000_000:  # noqa: ASYNC110
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        beside.cancel()

    assert turns - before > 3, "the loop turned while a megabyte was read"


@each
@both
async def test_json_that_is_too_deep_is_a_bad_answer(format_: str, stream: bool) -> None:
    """It names the model, like every other answer that cannot be read."""
    deep = b"[" * 200_000 + b"\n\n"
    lead = b"" if format_ == "ollama" or not stream else b"data: "
    failure, _ = await failure_at(once(STREAM if stream else JSON, lead, deep), format_, stream)

    assert failure.kind is ErrorKind.BAD_ANSWER
    assert "/" in failure.message


@each
async def test_a_refusal_that_is_too_deep_is_told_by_its_status(format_: str) -> None:
    """Nothing of it is quoted."""
    failure, _ = await failure_at(once(head(status="503 Busy"), b"[" * 50_000), format_)

    assert failure.kind is ErrorKind.OVERLOADED


async def test_more_calls_than_a_model_makes_are_a_bad_answer() -> None:
    """Sixty thousand tools, each found again among all the others, would take minutes."""
    calls = b"".join(
        event({"choices": [{"delta": {"tool_calls": [{"index": number, "function": {"name": "look"}}]}}]})
        for number in range(3000)
    )
    failure, _ = await failure_at(once(STREAM, calls), "compatible")

    assert failure.kind is ErrorKind.BAD_ANSWER
    assert "more than 1000 tools" in failure.message


@pytest.mark.parametrize(
    ("format_", "said"),
    [
        ("ollama", {"message": {"content": ["a", 1]}, "done": True}),
        ("ollama", {"message": {"thinking": {"a": 1}}, "done": True}),
        ("ollama", {"message": ["a"], "done": True}),
        ("claude", {"type": "content_block_delta", "delta": {"type": "text_delta", "text": ["a"]}}),
        ("claude", {"type": "message_delta", "delta": {"stop_reason": ["end_turn"]}}),
        ("claude", {"type": "message_start", "message": {"model": ["x"]}}),
        ("compatible", {"choices": {"0": 1}}),
        ("responses", {"type": "response.output_text.delta", "delta": ["a"]}),
    ],
)
async def test_an_answer_of_other_types_is_a_bad_answer(format_: str, said: object) -> None:
    """What is passed on as text is text."""
    line = json.dumps(said).encode() + b"\n" if format_ == "ollama" else event(said)
    failure, _ = await failure_at(once(STREAM, start(format_), line), format_)

    assert failure.kind is ErrorKind.BAD_ANSWER


@pytest.mark.parametrize("format_", ["claude", "responses", "compatible"])
@both
async def test_the_key_is_in_no_part_of_a_failure(format_: str, stream: bool) -> None:
    """A server may quote it anywhere, also in the midst of an answer, and at any length."""
    error = {"message": f"bad {KEY} " * 999, "type": f"t-{KEY}" * 99, "code": KEY}
    told = {"type": "error", "error": {**error, "details": {"error_code": f"c-{KEY}"}}}
    pour = once(STREAM, event(told)) if stream else once(head(status="400 No"), json.dumps(told).encode())
    failure, _ = await failure_at(pour, format_, stream)

    said = f"{failure!r} {failure} {failure.hint} {failure.details} {failure.__cause__!r}"
    assert KEY not in said
    assert "bad [key]" in failure.message
    assert len(said) < 2000
