"""Who can be asked, with which key, and what that costs before anybody is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest

from muster.domain.errors import ConfigurationError, ErrorKind, ModelFailure
from muster.domain.models.provider import Provider, ProviderKind
from muster.infrastructure.llm.offline import OFFLINE
from muster.infrastructure.llm.opener import ModelOpener
from muster.infrastructure.llm.providers import BUILT_IN
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.processes import finish, python
from tests.fakes.provider_models import asking, events_of, failing, text_of
from tests.fakes.provider_script import say, status
from tests.fakes.provider_server import ProviderServer
from tests.unit.application.models.calls import known

KEY = "sk-test-not-a-key"
KEYS = {
    "CLAUDE_KEY": f" {KEY}-claude\n",
    "GPT_KEY": f"{KEY}-gpt",
    "ROUTER_KEY": f"{KEY}-router",
    "BLANK": " \n",
}
FORMATS = {
    "claude": ("/v1/messages", "authorization", f"Bearer {KEY}-claude"),
    "gpt": ("/v1/responses", "authorization", f"Bearer {KEY}-gpt"),
    "router": ("/v1/chat/completions", "authorization", f"Bearer {KEY}-router"),
    "ollama": ("/api/chat", "authorization", None),
    "vllm": ("/v1/chat/completions", "authorization", None),
}


def table(url: str) -> Mapping[str, Provider]:
    """One provider of each kind, all at one server, and one without its key."""
    providers = (
        Provider("claude", ProviderKind.ANTHROPIC, url, "CLAUDE_KEY", seconds=5),
        Provider("gpt", ProviderKind.OPENAI, f"{url}/v1", "GPT_KEY", seconds=5),
        Provider("router", ProviderKind.COMPATIBLE, f"{url}/v1", "ROUTER_KEY", seconds=5),
        Provider("ollama", ProviderKind.OLLAMA, url, local=True, seconds=5),
        Provider("vllm", ProviderKind.COMPATIBLE, f"{url}/v1", local=True, seconds=5),
        Provider("offline", ProviderKind.EMBEDDED, local=True),
        Provider("keyless", ProviderKind.ANTHROPIC, url, "NO_SUCH_KEY"),
        Provider("blank", ProviderKind.OPENAI, url, "BLANK"),
    )
    return {provider.name: provider for provider in providers}


class CountingServer(ProviderServer):
    """Counts the connections that were made to it."""

    connected = 0

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected += 1
        super()._accept(reader, writer)


@pytest.fixture
async def server() -> AsyncIterator[CountingServer]:
    """A provider that speaks every format."""
    async with CountingServer() as running:
        yield running


@pytest.fixture
async def opener(server: ProviderServer) -> AsyncIterator[ModelOpener]:
    """An opener for it, closed at the end."""
    opener = ModelOpener(table(server.url), KEYS, CharacterCounter())
    yield opener
    await opener.close()


@pytest.mark.parametrize(
    ("provider", "lacks"),
    [
        ("claude", ""), ("ollama", ""), ("vllm", ""), ("offline", ""),
        ("keyless", "NO_SUCH_KEY is not set"), ("blank", "BLANK is not set"),
        ("nobody", "there is no provider 'nobody'"),
    ],
)  # fmt: skip
async def test_what_is_missing_is_said_without_asking(opener: ModelOpener, provider: str, lacks: str) -> None:
    """A blank key is none, and a server of one's own needs none."""
    assert opener.lacks(provider) == lacks


@pytest.mark.parametrize("provider", FORMATS)
async def test_a_model_speaks_the_format_of_its_provider_with_its_key(
    server: ProviderServer, opener: ModelOpener, provider: str
) -> None:
    """The path and the header are those of the kind, the key is that of the provider, without its line break."""
    path, header, key = FORMATS[provider]
    server.play(say("here I am"))
    model = opener.open(known(f"{provider}/some-model"))

    assert text_of(await events_of(model)) == "here I am"
    (sent,) = server.calls
    assert (sent.path, sent.body["model"], sent.headers.get(header)) == (path, "some-model", key)
    assert model.info.name == f"{provider}/some-model"


async def test_the_embedded_model_answers_without_anybody(
    server: ProviderServer, opener: ModelOpener
) -> None:
    """And it is the only one of its provider."""
    assert text_of(await events_of(opener.open(OFFLINE)))
    with pytest.raises(ConfigurationError, match="no model answers to 'offline/other'") as raised:
        opener.open(known("offline/other"))

    assert OFFLINE.name in raised.value.hint
    assert server.received == []


@pytest.mark.parametrize(
    ("name", "code", "hint"),
    [
        ("keyless/m", "no-key", "export NO_SUCH_KEY=…"),
        ("blank/m", "no-key", "export BLANK=…"),
        ("nobody/m", "no-provider", "give providers.nobody a kind and a url"),
    ],
)
async def test_without_a_key_or_a_provider_there_is_no_model(
    opener: ModelOpener, name: str, code: str, hint: str
) -> None:
    """The error has a code of its own, names the model, and says what to set."""
    with pytest.raises(ConfigurationError, match=f"{name} cannot be asked") as raised:
        opener.open(known(name))

    provider = name.partition("/")[0]
    assert raised.value.code == code
    assert raised.value.details == {"provider": provider, "model": name}
    assert hint in raised.value.hint


async def test_a_key_that_is_refused_is_named_by_its_variable(
    server: ProviderServer, opener: ModelOpener
) -> None:
    """Whichever SDK it was sent with; its value is in no message."""
    server.play(status(401, message=f"bad key {KEY}-claude {KEY}-gpt {KEY}-router"))
    for provider, variable in (("claude", "CLAUDE_KEY"), ("gpt", "GPT_KEY"), ("router", "ROUTER_KEY")):
        failure, _ = await failing(opener.open(known(f"{provider}/m")))
        assert failure.kind is ErrorKind.AUTHENTICATION
        assert f"check the key in {variable}" in failure.hint
        assert f"{KEY}-{provider}" not in str(failure)


@pytest.mark.parametrize("provider", FORMATS)
async def test_models_of_a_provider_share_their_connections(
    server: CountingServer, opener: ModelOpener, provider: str
) -> None:
    """Three models, three calls, one client: all go through one connection."""
    for name in ("one", "two", "three"):
        await events_of(opener.open(known(f"{provider}/{name}")), asking(stream=False))

    assert [call.body["model"] for call in server.calls] == ["one", "two", "three"]
    assert server.connected == 1


async def test_what_was_closed_opens_anew(server: ProviderServer, opener: ModelOpener) -> None:
    """A closed model is of no use; one that is opened after that is."""
    before = opener.open(known("gpt/m"))
    await events_of(before)
    await opener.close()

    with pytest.raises((ModelFailure, RuntimeError)):
        await anext(aiter(before.stream(asking())))
    assert text_of(await events_of(opener.open(known("gpt/m")))) == "ok"
    assert len(server.calls) == 2


async def test_to_close_what_was_never_opened_is_nothing() -> None:
    """Also twice."""
    opener = ModelOpener(BUILT_IN, {}, CharacterCounter())
    await opener.close()
    await opener.close()
    assert opener.open(OFFLINE).info.name == OFFLINE.name  # and it goes on afterwards


LOADED = """
    import sys
    from muster.domain.errors import ConfigurationError
    from muster.infrastructure.llm.opener import ModelOpener
    from muster.infrastructure.llm.providers import BUILT_IN
    from tests.fakes.character_counter import CharacterCounter
    from tests.unit.application.models.calls import known

    opener = ModelOpener(BUILT_IN, dict.fromkeys(sys.argv[1].split(), "sk-test-not-a-key"), CharacterCounter())
    for name in sys.argv[2:]:
        try:
            opener.open(known(name))
        except ConfigurationError as error:
            assert error.code == "no-key", error
        print(name, *sorted({"aiohttp", "anthropic", "openai"} & set(sys.modules)))
"""


def test_without_a_key_no_sdk_is_loaded() -> None:
    """Neither for the embedded model; a fresh process tells."""
    asked = ("offline/evidence", "anthropic/claude-opus-5-5", "openai/gpt-6-luna", "openrouter/a/b")
    (said,) = finish(python(LOADED, "", *asked))

    assert said.splitlines() == list(asked)


@pytest.mark.slow
def test_an_sdk_is_loaded_when_its_first_model_is_opened() -> None:
    """Each in its turn: that of another provider is not."""
    asked = ("ollama/qwen", "openrouter/a/b", "openai/gpt-6-luna", "anthropic/claude-opus-5-5")
    (said,) = finish(python(LOADED, "ANTHROPIC_API_KEY OPENAI_API_KEY OPENROUTER_API_KEY", *asked))

    assert said.splitlines() == [
        "ollama/qwen aiohttp",
        "openrouter/a/b aiohttp openai",
        "openai/gpt-6-luna aiohttp openai",
        "anthropic/claude-opus-5-5 aiohttp anthropic openai",
    ]


def test_every_built_in_provider_can_be_asked_or_says_what_is_missing() -> None:
    """Those on this machine need no key, the others name their variable; none speaks to a host in plain text."""
    opener = ModelOpener(BUILT_IN, {}, CharacterCounter())
    for name, provider in BUILT_IN.items():
        assert name == provider.name
        assert opener.lacks(name) == (f"{provider.key_env} is not set" if provider.key_env else "")
        assert bool(provider.key_env) is not provider.local
        assert provider.local or provider.url is None or provider.url.startswith("https://")
