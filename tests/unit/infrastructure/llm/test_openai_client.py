"""The connection to OpenAI and to compatible servers: failures, limits of time, keys, and what stays at home."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from email.utils import formatdate

import pytest

from muster.domain.errors import ErrorKind, ModelFailure
from muster.domain.messaging.message import Message, Role
from muster.domain.models.exchange import Finished, ModelRequest, TextDelta
from muster.infrastructure.llm.openai_client import OpenAIClient, Timeouts
from muster.infrastructure.llm.openai_responses import ResponsesModel
from tests.fakes.canned_server import canned
from tests.fakes.openai_calls import (
    HELLO,
    IN_ONE_PIECE,
    KEY,
    LOOK,
    MINI,
    failure_of,
    model_of,
    of_type,
    opened,
)
from tests.fakes.provider_script import drip, hang, malformed, reset, say, stalls, status, truncated
from tests.fakes.provider_server import ProviderServer

BOTH = pytest.mark.parametrize("request_", [HELLO, IN_ONE_PIECE], ids=["streamed", "in one piece"])
QUICK = Timeouts(connect=0.5, silence=0.15, total=0.4)


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    """A scripted provider."""
    async with ProviderServer() as started:
        yield started


@pytest.mark.parametrize(
    ("code", "field", "kind"),
    [
        (400, None, ErrorKind.INVALID_REQUEST),
        (400, "context_length_exceeded", ErrorKind.CONTEXT_TOO_LONG),
        (400, "content_policy_violation", ErrorKind.REFUSED),
        (401, "invalid_api_key", ErrorKind.AUTHENTICATION),
        (402, None, ErrorKind.QUOTA),
        (403, None, ErrorKind.PERMISSION),
        (404, "model_not_found", ErrorKind.NOT_FOUND),
        (408, None, ErrorKind.TIMEOUT),
        (409, None, ErrorKind.CONFLICT),
        (413, None, ErrorKind.CONTEXT_TOO_LONG),
        (422, None, ErrorKind.INVALID_REQUEST),
        (429, "rate_limit_exceeded", ErrorKind.RATE_LIMIT),
        (429, "insufficient_quota", ErrorKind.QUOTA),
        (500, None, ErrorKind.SERVER),
        (503, None, ErrorKind.OVERLOADED),
        (529, None, ErrorKind.OVERLOADED),
    ],
)
async def test_a_refusal_is_classified_by_status_and_code(
    code: int, field: str | None, kind: ErrorKind, server: ProviderServer
) -> None:
    """It names provider and model, says what to do, keeps its cause, and was asked once: we retry elsewhere."""
    server.play(status(code, message="rate limit, timeout, invalid key", code_field=field))
    failure, events = await failure_of(server)

    assert failure.kind is kind
    assert failure.details == {"provider": "openai", "model": "gpt-test-mini", "status": code}
    assert "'openai/gpt-test-mini'" in failure.message
    assert failure.hint
    assert failure.__cause__ is not None
    assert (events, len(server.received)) == ([], 1)


async def test_a_redirect_is_not_followed(server: ProviderServer) -> None:
    """It would carry the prompt to a place that nobody chose."""
    server.play(status(307, headers={"location": f"{server.url}/v1/chat/completions"}), on="/v1/responses")
    failure, _ = await failure_of(server)

    assert failure.kind is ErrorKind.UNKNOWN
    assert "base URL" in failure.hint
    assert [received.path for received in server.received] == ["/v1/responses"]


async def test_an_unknown_model_points_to_the_list(server: ProviderServer) -> None:
    """The next step is a command."""
    server.play(status(404))
    failure, _ = await failure_of(server)

    assert "muster models list" in failure.hint


@pytest.mark.parametrize("code", [400, 401, 500])
async def test_a_key_is_never_quoted(code: int, server: ProviderServer) -> None:
    """Not even when the server does; the hint names where it is kept."""
    server.play(status(code, message=f"Incorrect API key provided: {KEY}.\nSee the manual"))
    failure, _ = await failure_of(server, key_name="HOUSE_KEY")

    assert KEY not in f"{failure} {failure.details} {failure.__cause__!r}"
    assert ("HOUSE_KEY" in failure.hint) == (code == 401)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after": "9", "retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
async def test_a_429_says_how_long_to_wait(
    headers: dict[str, str], seconds: float | None, server: ProviderServer
) -> None:
    """What makes no sense is nothing."""
    server.play(status(429, headers=headers))
    failure, _ = await failure_of(server)

    assert failure.retry_after == seconds


async def test_a_date_to_wait_for_counts_from_the_clock_of_the_server(server: ProviderServer) -> None:
    """Our own may be wrong by years."""
    server.play(
        status(429, formatdate(1_000_030, usegmt=True), headers={"date": formatdate(1_000_000, usegmt=True)})
    )
    failure, _ = await failure_of(server)

    assert failure.retry_after == 30.0


@BOTH
async def test_a_server_that_never_answers_is_a_timeout(
    request_: ModelRequest, server: ProviderServer
) -> None:
    """And the connection is given up."""
    server.play(hang())
    started = time.monotonic()
    failure, _ = await failure_of(server, request_, timeouts=QUICK)

    assert failure.kind is ErrorKind.TIMEOUT
    assert time.monotonic() - started < 1.5


async def test_silence_in_the_midst_of_an_answer_is_a_timeout(server: ProviderServer) -> None:
    """The connection stays open, and nothing comes."""
    server.play(stalls("It begins"))
    failure, events = await failure_of(server, timeouts=QUICK)

    assert failure.kind is ErrorKind.TIMEOUT
    assert of_type(TextDelta, events)


async def test_an_answer_that_drips_has_a_limit_as_well(server: ProviderServer) -> None:
    """No pause is too long, the whole is."""
    server.play(drip("one two three four five six seven eight nine ten", 0.08))
    failure, events = await failure_of(server, timeouts=QUICK)

    assert failure.kind is ErrorKind.TIMEOUT
    assert 0 < len(of_type(TextDelta, events)) < 10


@BOTH
async def test_a_reset_is_a_lost_connection_and_no_timeout(
    request_: ModelRequest, server: ProviderServer
) -> None:
    """The transport reports both alike; what is behind them differs."""
    server.play(reset())
    failure, _ = await failure_of(server, request_)

    assert failure.kind is ErrorKind.CONNECTION


async def test_a_body_that_is_cut_off_is_a_lost_connection(server: ProviderServer) -> None:
    """In one piece there is nothing that was begun."""
    server.play(truncated("It begins"))
    failure, _ = await failure_of(server, IN_ONE_PIECE)

    assert failure.kind is ErrorKind.CONNECTION


async def test_where_nobody_listens_there_is_no_connection() -> None:
    """A server that is away; the hint says what to look at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = OpenAIClient(KEY, base_url=f"http://127.0.0.1:{port}/v1")
    with pytest.raises(ModelFailure) as raised:
        await anext(ResponsesModel(MINI, client).stream(HELLO))
    await client.close()

    assert raised.value.kind is ErrorKind.CONNECTION
    assert "base URL" in raised.value.hint


@BOTH
async def test_broken_json_is_a_bad_answer(request_: ModelRequest, server: ProviderServer) -> None:
    """Whether in one piece or in an event."""
    server.play(malformed())
    failure, _ = await failure_of(server, request_)

    assert failure.kind is ErrorKind.BAD_ANSWER


async def test_a_page_instead_of_an_answer_is_a_bad_answer() -> None:
    """As a wrong base URL gives."""
    async with canned(b"<html>hello</html>", "text/html") as url:
        client = OpenAIClient(KEY, base_url=url)
        with pytest.raises(ModelFailure) as raised:
            await anext(ResponsesModel(MINI, client).stream(IN_ONE_PIECE))
        await client.close()

    assert raised.value.kind is ErrorKind.BAD_ANSWER
    assert "base URL" in raised.value.hint


@pytest.mark.parametrize("format_", ["responses", "chat"])
async def test_a_model_without_tools_is_not_called_with_some(format_: str, server: ProviderServer) -> None:
    """It would refuse, or worse, make something up."""
    plain = replace(MINI, capabilities=frozenset())
    async with opened(server) as client:
        with pytest.raises(
            ModelFailure, match=r"'openai/gpt-test-mini'.*takes no tools, and 1 was"
        ) as raised:
            await anext(model_of(plain, client, format_).stream(replace(HELLO, tools=(LOOK,))))

    assert raised.value.kind is ErrorKind.INVALID_REQUEST
    assert server.received == []


@pytest.mark.parametrize("key", ["", "sk-tést", "sk-\x00"])
async def test_without_a_usable_key_openai_is_not_called(key: str) -> None:
    """Said before any connection, with the name of the variable."""
    client = OpenAIClient(key)
    with pytest.raises(ModelFailure) as raised:
        await anext(ResponsesModel(MINI, client).stream(HELLO))
    await client.close()

    assert raised.value.kind is ErrorKind.AUTHENTICATION
    assert "OPENAI_API_KEY" in raised.value.hint


async def test_a_key_is_sent_without_the_line_break_of_its_file(server: ProviderServer) -> None:
    """Keys are pasted and piped."""
    async with opened(server, api_key=f"  {KEY}\n") as client:
        await client.ask(MINI, "/responses", {})

    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"


async def test_a_compatible_server_gets_nothing_that_was_meant_for_openai(
    server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither keys nor organisation nor headers of the environment; its own headers it gets."""
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID"):
        monkeypatch.setenv(f"OPENAI_{name}", "of-the-house")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-House: of-the-house\nAuthorization: of-the-house")
    async with opened(server, api_key="", headers={"X-Title": "Muster"}) as client:
        await client.ask(MINI, "/chat/completions", {})
        async with aclosing(client.listen(MINI, "/chat/completions", {"stream": True})) as events:
            async for _ in events:
                pass

    for received in server.received:
        assert "of-the-house" not in repr(received.headers)
        assert "authorization" not in received.headers
        assert received.headers["x-title"] == "Muster"


async def test_a_compatible_server_gets_its_own_key_whatever_the_environment_says(
    server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A header of that name in the environment neither replaces nor removes it."""
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "authorization: of-the-house")
    async with opened(server) as client:
        await client.ask(MINI, "/chat/completions", {})

    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"


async def test_half_a_surrogate_pair_is_refused_before_it_is_sent(server: ProviderServer) -> None:
    """UTF-8 has no form for it; the hint says what to do."""
    request = ModelRequest((Message(Role.USER, "half \ud83d"),))
    failure, _ = await failure_of(server, request)

    assert failure.kind is ErrorKind.INVALID_REQUEST
    assert server.received == []


async def test_whoever_stops_listening_hangs_up(server: ProviderServer) -> None:
    """The server sees it, and stops to write what is paid for."""
    server.play(drip("one two three four five six seven eight nine ten", 0.05))
    async with opened(server) as client:
        async with aclosing(ResponsesModel(MINI, client).stream(HELLO)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    break
        await _until(lambda: server.abandoned == 1)
    assert len(server.calls) == 1


async def test_a_cancelled_call_hangs_up(server: ProviderServer) -> None:
    """Also while the server has said nothing yet."""
    server.play(hang())
    async with opened(server) as client:
        call = asyncio.create_task(client.ask(MINI, "/responses", {}))
        await _until(lambda: bool(server.received))
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await _until(lambda: server.abandoned == 1)


async def test_fifty_calls_at_once_share_a_client_and_keep_apart(server: ProviderServer) -> None:
    """No state of a call lives in the adapter."""
    async with opened(server) as client:
        model = model_of(MINI, client, "responses")

        async def call(number: int) -> str:
            server.play(say(f"answer {number}"), on=f"m{number}")
            named = ResponsesModel(replace(MINI, id=f"m{number}"), client)
            events = [event async for event in named.stream(HELLO)]
            assert isinstance(events[-1], Finished)
            assert events[-1].model == f"openai/m{number}"
            return "".join(event.text for event in of_type(TextDelta, events))

        answers = await asyncio.gather(*(call(number) for number in range(50)))
        assert model.info is MINI

    assert answers == [f"answer {number}" for number in range(50)]


async def _until(done: Callable[[], bool]) -> None:
    """Wait, a second at most, for the server to have seen something."""
    for _ in range(100):
        if done():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came about")
