"""What a call costs that never reached its provider: adapters and meter over real sockets."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from muster.application.models.metered import MeteredModel
from muster.domain.errors import ErrorKind, ModelFailure
from muster.domain.messaging.message import Message, Role
from muster.domain.models.attempt import Attempt, UsageSource
from muster.domain.models.exchange import AttemptEnded, ModelRequest
from muster.domain.models.usage import Usage
from muster.domain.ports.language_model import LanguageModel
from muster.infrastructure.llm.anthropic_client import AnthropicClient
from muster.infrastructure.llm.anthropic_model import AnthropicModel
from muster.infrastructure.llm.ollama_client import OllamaClient
from muster.infrastructure.llm.ollama_model import OllamaModel
from muster.infrastructure.llm.openai_chat import ChatModel
from muster.infrastructure.llm.openai_client import OpenAIClient, Timeouts
from muster.infrastructure.llm.openai_responses import ResponsesModel
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.clock import FakeClock
from tests.fakes.openai_calls import MINI, PRICES
from tests.fakes.provider_models import CLAUDE, KEY, LLAMA
from tests.fakes.provider_script import reset
from tests.fakes.provider_server import ProviderServer
from tests.fakes.raw_server import raw_server
from tests.unit.application.models.calls import ListedLedger

SECONDS = 0.3
QUICK = Timeouts(connect=SECONDS, silence=SECONDS, total=10)
ASKED = ModelRequest((Message(Role.USER, "hello"),))
SENT = len("hello") + 4
"""Characters of the request and its framing: the counter counts one token a character."""

Client = OpenAIClient | AnthropicClient | OllamaClient
Made = tuple[LanguageModel, Client]


def _responses(url: str) -> Made:
    client = OpenAIClient(KEY, base_url=f"{url}/v1", timeouts=QUICK)
    return ResponsesModel(MINI, client), client


def _chat(url: str) -> Made:
    client = OpenAIClient(KEY, base_url=f"{url}/v1", timeouts=QUICK)
    return ChatModel(MINI, client), client


def _claude(url: str) -> Made:
    client = AnthropicClient(api_key=KEY, base_url=url, timeout=SECONDS)
    return AnthropicModel(CLAUDE, client), client


def _llama(url: str) -> Made:
    client = OllamaClient(base_url=url, timeout=SECONDS)
    return OllamaModel(LLAMA, client), client


EVERY = pytest.mark.parametrize(
    "make", [_responses, _chat, _claude, _llama], ids=["openai", "chat", "anthropic", "ollama"]
)


@contextmanager
def full_house() -> Iterator[str]:
    """The URL of a server that accepts nobody, and whose queue is full: who connects waits."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def closed_port() -> str:
    """The URL of a port at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


async def attempt_at(made: Made) -> tuple[Attempt, ModelFailure]:
    """The attempt that a call ended with, the same in events and ledger, and its error."""
    model, client = made
    ledger = ListedLedger()
    told: list[Attempt] = []
    try:
        async for event in MeteredModel(model, ledger, CharacterCounter(), FakeClock()).stream(ASKED):
            if isinstance(event, AttemptEnded):
                told.append(event.attempt)  # noqa: PERF401 - what comes before the failure counts
    except ModelFailure as failure:
        assert told == ledger.attempts
        return told[-1], failure
    finally:
        await client.close()
    raise AssertionError(f"it did not fail: {told}")


def check_nothing_was_spent(attempt: Attempt, failure: ModelFailure, kind: ErrorKind) -> None:
    """Known to be nothing, not estimated to be."""
    assert (failure.kind, failure.details["sent"]) == (kind, False)
    assert (attempt.error, attempt.usage, attempt.source) == (kind, Usage(), UsageSource.NONE)
    assert attempt.cost == 0


@EVERY
async def test_where_nobody_listens_nothing_is_spent(make: Callable[[str], Made]) -> None:
    """The connection was refused: no provider saw the request."""
    check_nothing_was_spent(*await attempt_at(make(closed_port())), ErrorKind.CONNECTION)


@EVERY
async def test_a_connection_that_does_not_come_about_in_time_spends_nothing(
    make: Callable[[str], Made],
) -> None:
    """It is a time-out, but of the connection and not of the answer."""
    with full_house() as url:
        check_nothing_was_spent(*await attempt_at(make(url)), ErrorKind.TIMEOUT)


@EVERY
async def test_a_reset_after_the_request_was_sent_may_be_charged(make: Callable[[str], Made]) -> None:
    """Nobody knows how far the provider came: its input is estimated."""
    async with ProviderServer() as server:
        server.play(reset())
        attempt, failure = await attempt_at(make(server.url))

    assert failure.kind is ErrorKind.CONNECTION
    assert "sent" not in failure.details
    assert (attempt.usage, attempt.source) == (Usage(input=SENT), UsageSource.ESTIMATED)
    assert len([one for one in server.received if one.path != "/api/show"]) == 1


async def test_a_priced_reset_has_a_price() -> None:
    """Where what was read costs something."""
    async with ProviderServer() as server:
        server.play(reset())
        attempt, _ = await attempt_at(_responses(server.url))

    assert attempt.cost == PRICES.cost(Usage(input=SENT)) > 0


async def test_a_reset_while_ollama_is_asked_about_the_model_has_sent_no_prompt() -> None:
    """Its facts come first; the prompt never left."""
    async with raw_server(b"") as url:
        check_nothing_was_spent(*await attempt_at(_llama(url)), ErrorKind.CONNECTION)
