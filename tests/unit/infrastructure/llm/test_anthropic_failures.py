"""Failures of Anthropic's API: kind, wait, words and hint."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from muster.domain.errors import ErrorKind
from muster.domain.models.exchange import TextDelta
from muster.infrastructure.llm.anthropic_client import AnthropicClient
from muster.infrastructure.llm.anthropic_errors import failure_in_stream, failure_of_status
from muster.infrastructure.llm.anthropic_model import AnthropicModel, anthropic_model
from muster.infrastructure.llm.api_key import ApiKey
from tests.fakes.provider_models import CLAUDE, KEY, asking, claude, events_of, failing, text_of
from tests.fakes.provider_script import (
    Step,
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

both = pytest.mark.parametrize("stream", [True, False])


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    """A provider that does what it is told."""
    async with ProviderServer() as running:
        yield running


@both
@pytest.mark.parametrize(
    ("code", "kind", "hint"),
    [
        (400, ErrorKind.INVALID_REQUEST, "what the server says"),
        (401, ErrorKind.AUTHENTICATION, "ANTHROPIC_API_KEY"),
        (402, ErrorKind.QUOTA, "credit"),
        (403, ErrorKind.PERMISSION, "another model"),
        (404, ErrorKind.NOT_FOUND, "muster models list"),
        (408, ErrorKind.TIMEOUT, "more time"),
        (409, ErrorKind.CONFLICT, "again"),
        (413, ErrorKind.CONTEXT_TOO_LONG, "larger window"),
        (418, ErrorKind.INVALID_REQUEST, "server says"),
        (422, ErrorKind.INVALID_REQUEST, "server says"),
        (429, ErrorKind.RATE_LIMIT, "wait"),
        (500, ErrorKind.SERVER, "fallback"),
        (503, ErrorKind.OVERLOADED, "fallback"),
        (504, ErrorKind.TIMEOUT, "more time"),
        (529, ErrorKind.OVERLOADED, "fallback"),
    ],
)
async def test_every_status_has_its_kind_and_a_hint(
    server: ProviderServer, code: int, kind: ErrorKind, hint: str, stream: bool
) -> None:
    """The message names the model and the status, the cause is kept, and the call is made once."""
    server.play(status(code, message="because"))
    async with claude(server) as model:
        failure, events = await failing(model, asking(stream=stream))

    assert failure.kind is kind
    assert f"anthropic/claude-opus-5-5 refused the call with status {code}: because" in failure.message
    assert hint in failure.hint
    assert failure.__cause__ is not None
    assert events == []
    assert len(server.received) == 1


async def test_a_429_waits_as_long_as_the_server_says(server: ProviderServer) -> None:
    """In seconds; when it says nothing, nothing is known."""
    server.play(status(429, retry_after=7), status(429))
    async with claude(server) as model:
        first, _ = await failing(model)
        second, _ = await failing(model)

    assert (first.retry_after, second.retry_after) == (7.0, None)


async def test_the_key_is_in_no_message(server: ProviderServer) -> None:
    """Not even when the server repeats it."""
    server.play(status(401, message=f"invalid key {KEY}"))
    async with claude(server) as model:
        failure, _ = await failing(model)

    assert KEY not in f"{failure} {failure.details}"
    assert "[key]" in failure.message


@pytest.mark.parametrize("key", ["", "  ", "sk-tést"])
async def test_without_a_key_that_can_be_one_nothing_is_sent(server: ProviderServer, key: str) -> None:
    """The hint names where keys are kept; the SDK does not go and look for other credentials."""
    model = anthropic_model(CLAUDE, api_key=key, base_url=server.url)
    failure, _ = await failing(model)
    await model.close()

    assert failure.kind is ErrorKind.AUTHENTICATION
    assert "ANTHROPIC_API_KEY" in failure.hint
    assert server.received == []


@pytest.mark.parametrize(
    ("key", "name", "hint"),
    [
        (KEY, "HOUSE_KEY", "check the key in HOUSE_KEY"),
        ("", "HOUSE_KEY", "set HOUSE_KEY"),
        ("", "", "name the variable that holds it"),
    ],
)
async def test_the_hint_names_where_this_provider_keeps_its_key(
    server: ProviderServer, key: str, name: str, hint: str
) -> None:
    """There may be several with this API, each with a key of its own."""
    server.play(status(401))
    model = AnthropicModel(
        CLAUDE, AnthropicClient(api_key=key, base_url=server.url, timeout=5, key_name=name)
    )
    failure, _ = await failing(model)
    await model.close()

    assert hint in failure.hint
    assert "ANTHROPIC_API_KEY" not in failure.hint


def test_a_spending_limit_is_no_rate_limit() -> None:
    """Its structured code says so: to wait does not help."""
    error = {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}}

    assert (
        failure_of_status(CLAUDE, 429, {"error": error}, {}, ApiKey(KEY, "HOUSE_KEY")).kind is ErrorKind.QUOTA
    )
    assert failure_in_stream(CLAUDE, error).kind is ErrorKind.QUOTA


@pytest.mark.parametrize(
    "body", [None, "gateway says no", {"error": "no"}, {"error": {"details": "none"}}, []]
)
def test_a_body_of_another_shape_leaves_the_status(body: object) -> None:
    """A gateway between the server and us answers as it likes."""
    failure = failure_of_status(CLAUDE, 502, body, {}, ApiKey(KEY, "HOUSE_KEY"))

    assert failure.kind is ErrorKind.SERVER
    assert failure.message == "anthropic/claude-opus-5-5 refused the call with status 502"


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
    """Before an answer, in the midst of one, and with one that cannot be read; the next call works."""
    server.play(step, say("well"))
    async with claude(server, timeout=0.2) as model:
        failure, _ = await failing(model, asking(stream=stream))
        assert text_of(await events_of(model)) == "well"

    assert failure.kind is kind
    assert "anthropic/claude-opus-5-5" in failure.message
    assert failure.hint


async def test_a_stream_without_its_last_events_is_incomplete(server: ProviderServer) -> None:
    """What was said before is passed on: whoever asked knows what it was."""
    server.play(truncated("It is good", tidy=True))
    async with claude(server) as model:
        failure, events = await failing(model)

    assert failure.kind is ErrorKind.INCOMPLETE
    assert events == [TextDelta("It "), TextDelta("is "), TextDelta("good")]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("overloaded_error", ErrorKind.OVERLOADED),
        ("rate_limit_error", ErrorKind.RATE_LIMIT),
        ("api_error", ErrorKind.SERVER),
        ("billing_error", ErrorKind.QUOTA),
        ("something_new", ErrorKind.SERVER),
    ],
)
async def test_an_error_inside_a_stream_has_a_type_instead_of_a_status(
    server: ProviderServer, code: str, kind: ErrorKind
) -> None:
    """The answer began well."""
    server.play(fails_midway("It is", code))
    async with claude(server) as model:
        failure, events = await failing(model)

    assert failure.kind is kind
    assert code in failure.message
    assert text_of(events) == "It is"


async def test_a_server_that_is_away_is_a_connection_failure() -> None:
    """Nobody listens at the address."""
    async with ProviderServer() as server:
        url = server.url
    model = anthropic_model(CLAUDE, api_key=KEY, base_url=url)
    failure, _ = await failing(model)
    await model.close()

    assert failure.kind is ErrorKind.CONNECTION
    assert "base URL" in failure.hint


async def test_a_redirect_is_not_followed(server: ProviderServer) -> None:
    """It would carry the prompt and the key elsewhere."""
    async with ProviderServer() as elsewhere:
        server.play(status(307, headers={"location": f"{elsewhere.url}/v1/messages"}))
        async with claude(server) as model:
            await failing(model)

    assert elsewhere.received == []


async def test_another_server_gets_nothing_that_was_meant_for_anthropic(
    server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment may hold headers with keys of the house; the key of this provider is sent all the same."""
    house = "X-House: of-the-house\nauthorization: of-the-house\nX-Api-Key: of-the-house"
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", house)
    async with claude(server) as model:
        await events_of(model)

    (received,) = server.received
    assert "of-the-house" not in repr(received.headers)
    assert received.headers["authorization"] == f"Bearer {KEY}"
