"""Every provider of the container, under the settings that change what fills it."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from muster.application.models.budgeted import BudgetedModel
from muster.application.models.cached import CachedModel
from muster.container import Container
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import BudgetExceeded, ConfigurationError
from muster.domain.ledger.entry import LedgerQuery
from muster.domain.models.tier import ModelTier
from muster.domain.ports.clock import Clock
from muster.infrastructure.limits.in_process_limiter import InProcessRateLimiter
from muster.infrastructure.limits.redis_limiter import RedisRateLimiter
from muster.infrastructure.responses.redis_cache import RedisResponseCache
from muster.infrastructure.responses.sqlite_cache import SqliteResponseCache
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_model import ScriptedModel, saying
from tests.unit.application.models.calls import known, text_of

from .houses import asked, opened, paid_from

KEY = "sk-test-not-a-key"
KEYS = {"ANTHROPIC_API_KEY": KEY, "OPENAI_API_KEY": KEY}
REDIS = "redis://127.0.0.1:1/0"
OWN = """\
models:
  - {id: qwen, provider: ollama, tier: capable, context_window: 9000}
  - {id: big, provider: vllm, tier: premium}
  - {id: mine, provider: house, tier: cheap, price: {input: 1, output: 2}}
"""
SETTINGS: dict[str, dict[str, object]] = {
    "offline": {},
    "anthropic": {"model": "anthropic"},
    "openai": {"model": "openai"},
    "google": {"model": "google/gemini-3.8-flash"},
    "ollama": {"model": "ollama/x"},
    "by tier": {
        "model": "openai",
        "tiers": {"cheap": "ollama/small", "premium": "anthropic/claude-opus-5-5"},
    },
    "fallback": {"model": "anthropic", "fallback": ["openai", "ollama/x"]},
    "cache": {"model": "openai", "response_cache": True},
    "redis": {"model": "openai", "response_cache": True, "redis_url": REDIS},
    "limits": {
        "model": "openai",
        "providers": {"openai": {"requests": 9, "tokens": 9000}},
        "privacy": "block",
    },
}


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was connected to, or looked up: nothing, when the test is over."""
    reached: list[object] = []

    def refuse(*args: Any, **_: Any) -> None:
        reached.append(args[-1])
        raise OSError("nothing is sent here")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return reached


def names_of_providers() -> list[str]:
    """Every provider, the given ones included."""
    return sorted(Container.providers)


@pytest.mark.parametrize("choice", SETTINGS)
async def test_every_provider_is_there_and_nothing_is_sent(
    tmp_path: Path, no_connection: list[object], choice: str
) -> None:
    """Whatever the settings say: to build it all asks nobody, be it a server or Redis, and leaves no file."""
    env = {**KEYS, "GEMINI_API_KEY": KEY}
    async with opened(tmp_path, SETTINGS[choice], env) as container:
        for name in names_of_providers():
            made = getattr(container, name)()
            assert made is getattr(container, name)(), name
        for tier in ModelTier:
            assert container.pool().client(tier).info.tier is tier

    assert no_connection == []
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("choice", SETTINGS)
async def test_without_any_key_all_that_asks_no_model_works(tmp_path: Path, choice: str) -> None:
    """Plans, reports, lists and costs need none; only the model itself is missed, at its first use."""
    async with opened(tmp_path, SETTINGS[choice], {}) as container:
        for name in names_of_providers():
            getattr(container, name)()
        info = container.pool().info(ModelTier.CAPABLE)
        if container.opener().lacks(info.provider):
            with pytest.raises(ConfigurationError) as raised:
                container.pool().client(ModelTier.CAPABLE)
            assert raised.value.code == "no-key"
        else:
            assert container.pool().client(ModelTier.CAPABLE).info.name == info.name


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("offline", ["offline/evidence"] * 3),
        ("ollama", ["ollama/x"] * 3),
        ("by tier", ["ollama/small", "openai/gpt-6.1-sol", "anthropic/claude-opus-5-5"]),
    ],
)
async def test_each_tier_has_the_model_that_is_set(tmp_path: Path, choice: str, names: list[str]) -> None:
    """And where none is set, the one of the provider."""
    async with opened(tmp_path, SETTINGS[choice], KEYS) as container:
        assert [container.pool().info(tier).name for tier in ModelTier] == names


async def test_a_paid_provider_has_a_model_for_each_tier(tmp_path: Path) -> None:
    """Three different ones."""
    async with opened(tmp_path, SETTINGS["anthropic"], KEYS) as container:
        infos = [container.pool().info(tier) for tier in ModelTier]

    assert len({info.name for info in infos}) == 3
    assert {info.provider for info in infos} == {"anthropic"}


@pytest.mark.parametrize(
    ("choice", "limiter", "cache"),
    [
        ("offline", InProcessRateLimiter, type(None)),
        ("cache", InProcessRateLimiter, SqliteResponseCache),
        ("redis", RedisRateLimiter, RedisResponseCache),
    ],
)
async def test_limits_and_answers_are_kept_where_the_settings_say(
    tmp_path: Path, choice: str, limiter: type, cache: type
) -> None:
    """In this process and in a file, or in the Redis that machines share; answers only when it is asked for."""
    async with opened(tmp_path, SETTINGS[choice], KEYS) as container:
        assert type(container.limiter()) is limiter
        assert type(container.response_cache()) is cache
        is_cached = isinstance(container.pool().client(ModelTier.CAPABLE), CachedModel)
        assert is_cached is (cache is not type(None))


async def test_models_of_ones_own_are_known_everywhere(tmp_path: Path) -> None:
    """Those of local providers cost nothing, by the same table that says who is local."""
    path = tmp_path / "models.yaml"
    path.write_text(OWN)
    settings = {"models_file": str(path), "model": "ollama", "providers": {"house": {"local": True}}}
    async with opened(tmp_path, settings, {}) as container:
        registry = container.registry()
        found = {name: registry.get_model_by_id(name) for name in ("ollama/qwen", "vllm/big", "house/mine")}
        costs = {name: info and info.prices and info.prices.input for name, info in found.items()}

        assert costs == {"ollama/qwen": 0, "vllm/big": 0, "house/mine": 1}
        assert container.pool().info(ModelTier.CAPABLE).context_window == 9000
        assert container.pool().client(ModelTier.CAPABLE).info.name == "ollama/qwen"


async def test_a_provider_that_is_said_to_be_local_costs_nothing(tmp_path: Path) -> None:
    """Whatever it is called; one that is said not to be has an unknown price."""
    path = tmp_path / "models.yaml"
    path.write_text("[{id: a, provider: rack}, {id: b, provider: vllm}]")
    hired = {"rack": {"local": True, "url": "http://127.0.0.1:9/v1"}, "vllm": {"local": False}}
    async with opened(tmp_path, {"models_file": str(path), "providers": hired}, {}) as container:
        prices = {info.name: info.prices for info in container.overrides().models}

    assert prices["rack/a"] is not None
    assert prices["vllm/b"] is None


async def test_a_hosts_own_model_does_all_the_work_on_record_and_within_budgets(tmp_path: Path) -> None:
    """Whatever the settings say about models, and without any key."""
    own = ScriptedModel(saying("from the host"), info=known("host/own"))
    async with opened(tmp_path, {"model": "anthropic"}, {}, host_model=own) as container:
        for name in ("", "cheap", "premium", "openai/gpt-6-luna"):
            model = container.model_named()(name)
            assert isinstance(model, BudgetedModel)
            events, error = await asked(model)
            assert (text_of(events), error) == ("from the host", None)
        container.budgets().open("empty", BudgetLimits(calls=0))
        _, error = await asked(container.model_named()(""), paid_from("empty"))
        assert isinstance(error, BudgetExceeded)
        assert {container.pool().info(tier).name for tier in ModelTier} == {"host/own"}
        assert len(own.requests) == 4


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("", "openai/gpt-6.1-sol"), ("cheap", "openai/gpt-6-luna"), ("premium", "openai/gpt-6-astra"),
        ("anthropic", "anthropic/claude-sonnet-5-5"), ("claude-opus-5-5", "anthropic/claude-opus-5-5"),
        ("ollama/anything", "ollama/anything"),
    ],
)  # fmt: skip
async def test_a_user_names_models_or_tiers(tmp_path: Path, name: str, model: str) -> None:
    """Nothing at all means the model that is set."""
    async with opened(tmp_path, SETTINGS["openai"], KEYS) as container:
        assert container.model_named()(name).info.name == model


async def test_any_provider_can_be_replaced(tmp_path: Path) -> None:
    """By its name; what depends on it gets the other one."""
    clock: Clock = FakeClock()
    async with opened(tmp_path, {}, {}, clock=clock) as container:
        assert container.clock() is clock


async def test_what_was_kept_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    """A closed container has let go of its files: the next one, and any other program, finds them whole."""
    settings = {"response_cache": True}
    for _ in range(2):
        async with opened(tmp_path, settings, {}) as container:
            _, error = await asked(container.pool().client(ModelTier.CAPABLE))
            assert error is None
    files = sorted(path.name for path in (tmp_path / "data").iterdir() if path.is_file())
    async with opened(tmp_path, settings, {}) as container:
        kept = await container.ledger().entries(LedgerQuery())

    assert files == ["answers.db", "costs.db"]
    assert [entry.attempt.cached for entry in kept] == [False, True]
