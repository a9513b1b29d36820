"""What every counter of requests promises."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from muster.domain.errors import ErrorKind, ModelFailure
from muster.domain.models.exchange import Reasoning
from muster.domain.ports.request_counter import RequestCounter
from muster.domain.tokens.count import TokenCount
from muster.domain.tools.spec import ToolSpec
from tests.fakes.provider_models import asking, claude
from tests.fakes.provider_script import malformed, say, status
from tests.fakes.provider_server import ProviderServer

LOOK = ToolSpec("look", "looks", {"type": "object", "properties": {}})
COUNTING = "/v1/messages/count_tokens"
COUNTERS: dict[str, Callable[[ProviderServer], AbstractAsyncContextManager[RequestCounter]]] = {
    "anthropic": claude
}


@pytest.fixture
async def server() -> AsyncIterator[ProviderServer]:
    """A provider that counts 1234 tokens."""
    async with ProviderServer() as running:
        running.lookups.counted = 1234
        yield running


@pytest.fixture(params=COUNTERS)
async def counter(request: pytest.FixtureRequest, server: ProviderServer) -> AsyncIterator[RequestCounter]:
    """Each adapter in turn."""
    async with COUNTERS[request.param](server) as one:
        yield one


async def test_the_providers_count_is_exact(counter: RequestCounter, server: ProviderServer) -> None:
    """The whole request is counted, and nothing is generated."""
    request = asking(tools=(LOOK,), reasoning=Reasoning.HIGH)

    assert await counter.count_request(request) == TokenCount(1234)
    assert [one.path for one in server.received] == [COUNTING]
    body = server.received[0].body
    assert {"model", "system", "messages", "tools", "output_config"} == body.keys()


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (status(429, retry_after=2), ErrorKind.RATE_LIMIT),
        (malformed(), ErrorKind.BAD_ANSWER),
        (say("no count"), ErrorKind.BAD_ANSWER),
    ],
)
async def test_a_count_that_is_not_told_is_a_failure(
    counter: RequestCounter, server: ProviderServer, step: object, kind: ErrorKind
) -> None:
    """Never a number that nobody counted."""
    server.play(step, on=COUNTING)  # type: ignore[arg-type]
    with pytest.raises(ModelFailure) as caught:
        await counter.count_request(asking())

    assert caught.value.kind is kind
