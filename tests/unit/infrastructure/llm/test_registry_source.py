"""The packaged catalogue: complete, exact, and as the price data has it."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from importlib.resources import files as resources
from typing import Any

import pytest
from genai_prices import Usage as TheirUsage
from genai_prices import data
from genai_prices.types import ModelInfo as TheirModel
from genai_prices.types import Provider as TheirProvider

from muster.domain.models.info import FREE, ModelCapability, ModelInfo
from muster.domain.models.overrides import ModelOverrides
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.infrastructure.llm import registry_source
from muster.infrastructure.llm.offline import OFFLINE
from muster.infrastructure.llm.registry_source import build_registry, load_catalogue
from scripts import refresh_catalogue

PACKAGE = resources("muster.infrastructure.llm.data")
CONTENT: dict[str, Any] = json.loads(PACKAGE.joinpath("catalogue.json").read_text("utf-8"))
DAY = date.fromisoformat(CONTENT["source"]["date"])
LATER = (DAY, date(2026, 12, 1), date(2027, 1, 1))
REGISTRY = build_registry(load_catalogue(DAY))
PAID = [name for name in REGISTRY.list_providers() if name != OFFLINE.provider]
SIZES = (0, 1, 999, 99_999, 100_000, 100_001, 199_999, 200_000, 200_001, 272_000, 272_001, 900_000)
same_data = pytest.mark.skipif(
    version("genai-prices") != CONTENT["source"]["version"],
    reason="the catalogue was written from another version of genai-prices: scripts/refresh_catalogue.py",
)


@cache
def theirs() -> dict[str, tuple[TheirProvider, TheirModel]]:
    """The models of genai-prices by provider and id."""
    return {
        f"{provider.id}/{model.id}": (provider, model)
        for provider in data.providers
        for model in provider.models
    }


def their_cost(model: ModelInfo, usage: Usage, day: date) -> Decimal:
    """What genai-prices has a call cost, at the dearest hour of the day; cached tokens are part of its input."""
    provider, found = theirs()[model.name]
    told = TheirUsage(
        input_tokens=usage.read, output_tokens=usage.output, cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
    )  # fmt: skip
    hours = (0, 2, 8, 12, 20) if model.provider == "deepseek" else (12,)
    moments = (datetime.combine(day, time(hour, 30, tzinfo=UTC)) for hour in hours)
    return max(
        found.calc_price(told, provider, genai_request_timestamp=moment).total_price for moment in moments
    )


def some_usage(chance: random.Random) -> Usage:
    """Tokens at and around the places where prices step, and anywhere between."""
    counts = [chance.choice(SIZES) if chance.random() < 0.5 else chance.randrange(400_000) for _ in range(4)]
    return Usage(*counts)


def at_the_steps(model: ModelInfo) -> list[Usage]:
    """Calls that read as much as a step allows, and one token more."""
    steps = model.prices.steps if model.prices else ()
    return [Usage(step.above + more - 700, 1000, 400, 300) for step in steps for more in (0, 1)]


@same_data
@pytest.mark.parametrize("day", LATER, ids=str)
def test_every_cost_is_that_of_the_price_data_to_the_last_digit(day: date) -> None:
    """All models, random usages: long inputs, cached tokens, and prices that begin on a later day."""
    chance = random.Random(day.toordinal())
    for model in load_catalogue(day).models[:-1]:
        for usage in (*(some_usage(chance) for _ in range(3)), *at_the_steps(model)):
            assert model.cost(usage) == their_cost(model, usage, day), (model.name, usage)


@same_data
def test_a_batch_costs_what_the_price_data_has_it_cost() -> None:
    """Where a share is told, it is that of every kind of token."""
    noon = datetime.combine(DAY, time(12, tzinfo=UTC))
    seen = set()
    for model in load_catalogue(DAY).models[:-1]:
        if model.prices is None or model.prices.batch is None:
            continue
        provider, found = theirs()[model.name]
        told = TheirUsage(
            input_tokens=3000, output_tokens=700, cache_read_tokens=1000, cache_write_tokens=500
        )
        context = {"processing": "batch"}
        cost = found.calc_price(told, provider, genai_request_timestamp=noon, price_context=context)
        assert model.cost(Usage(1500, 700, 1000, 500), batch=True) == cost.total_price, model.name
        seen.add(model.provider)
    assert {"anthropic", "openai", "google"} <= seen


@same_data
def test_the_file_is_what_the_script_writes() -> None:
    """Nobody has changed a price by hand, and nobody has forgotten to write the file anew."""
    content = refresh_catalogue.catalogue(data.providers, refresh_catalogue.load_known(), DAY)

    assert refresh_catalogue.written(content) == PACKAGE.joinpath("catalogue.json").read_text("utf-8")


def test_the_file_is_small_and_holds_no_number_that_is_not_exact() -> None:
    """Prices are texts: a binary fraction of a dollar is no price."""
    text = PACKAGE.joinpath("catalogue.json").read_bytes()
    assert len(text) < 150_000

    def refuse(number: str) -> None:
        raise AssertionError(f"a binary fraction: {number}")

    json.loads(text, parse_float=refuse)


@pytest.mark.parametrize("provider", PAID)
def test_every_paid_provider_fills_all_three_tiers(provider: str) -> None:
    """With a current model that takes tools, is priced, and whose tier is the one that was asked for."""
    costs = []
    for tier in ModelTier:
        model = REGISTRY.get_model(provider, tier)
        assert model is not None
        assert (model.tier, model.deprecated, model.provider) == (tier, False, provider)
        assert model.can(ModelCapability.TOOLS)
        assert 0 < model.max_output <= model.context_window
        cost = model.cost(Usage(10_000, 1_000))
        assert cost is not None
        costs.append(cost)
    assert costs == sorted(costs)
    assert costs[0] > 0


def test_the_offline_model_fills_all_tiers_of_its_provider_and_costs_nothing() -> None:
    """It judges nothing in any of them."""
    for tier in ModelTier:
        assert REGISTRY.get_model("offline", tier) == OFFLINE.in_tier(tier)
    assert OFFLINE.cost(Usage(10**9, 10**9)) == 0


@pytest.mark.parametrize(
    ("name", "takes"),
    [
        ("claude-opus-4-6", False), ("claude-opus-4-7", False), ("claude-opus-5-5", False),
        ("claude-sonnet-4-6", False), ("claude-sonnet-5", False), ("claude-haiku-4-5", False),
        ("claude-haiku-5-5", False), ("claude-fable-5-1", False), ("gpt-4.1", True), ("gpt-4o", True),
        ("gpt-5", False), ("gpt-6.1-sol", False), ("o3", False), ("gemini-2.5-pro", True),
        ("gemini-3.8-flash", False), ("openrouter/anthropic/claude-opus-5.5", False),
        ("openrouter/anthropic/claude-opus-4.6", True), ("openrouter/anthropic/claude-opus-4.7", False),
        ("openrouter/openai/gpt-6-luna", False), ("mistral-large-4", True),
    ],
)  # fmt: skip
def test_who_refuses_a_temperature_is_known(name: str, takes: bool) -> None:
    """OpenAI's models that reason, every Claude and the newest Gemini; behind a router it is the router that knows."""
    model = REGISTRY.get_model_by_id(name)
    assert model is not None
    assert model.temperature is takes


def test_a_window_and_a_smaller_limit_of_input_are_both_kept() -> None:
    """1,050,000 tokens in and out, of which 922,000 may go in."""
    model = REGISTRY.get_model_by_id("gpt-6.1-sol")
    assert model is not None
    assert (model.context_window, model.max_input, model.input_limit) == (1_050_000, 922_000, 922_000)


def test_every_model_says_where_its_figures_come_from() -> None:
    """Version and day."""
    sources = {model.source for model in load_catalogue(DAY).models if model != OFFLINE}
    assert sources == {f"genai-prices {CONTENT['source']['version']}, prices of {DAY}"}


def test_a_price_that_is_announced_for_a_day_holds_from_that_day_on() -> None:
    """Its steps and its batch are those of the new price."""

    def at(day: date) -> Decimal:
        model = build_registry(load_catalogue(day)).get_model_by_id("gemini-4-argon")
        assert model is not None
        assert model.prices is not None
        return model.prices.input

    assert [at(date(2026, 11, 30)), at(date(2026, 12, 1)), at(date(2027, 5, 1))] == [2, 4, 4]


def test_ones_own_models_win_and_come_along() -> None:
    """In the place of the model that they replace; new ones at the end."""
    changed = ModelInfo("GPT-6-luna", "openai", ModelTier.CHEAP, 1000, 100, FREE)
    added = ModelInfo("mine", "home", ModelTier.CAPABLE, 1000, 100, None)
    registry = build_registry(load_catalogue(DAY), ModelOverrides((changed, added)))

    assert registry.get_model("openai", ModelTier.CHEAP) == changed
    assert len(registry.get_all_models()) == len(REGISTRY.get_all_models()) + 1
    assert registry.get_all_models()[-1] == added


def test_ones_own_provider_fills_its_gaps_rather_with_a_stronger_model() -> None:
    """And a table of one's own has the last word."""
    weak = ModelInfo("weak", "home", ModelTier.CHEAP, 1000, 100, FREE)
    strong = ModelInfo("strong", "home", ModelTier.PREMIUM, 1000, 100, FREE)

    def ids(*models: ModelInfo, tiers: dict[ModelTier, str] | None = None) -> list[str]:
        registry = build_registry(load_catalogue(DAY), ModelOverrides(models, {"home": tiers or {}}))
        return [model.id for tier in ModelTier if (model := registry.get_model("home", tier))]

    assert ids(weak, strong) == ["weak", "strong", "strong"]
    assert ids(weak) == ["weak"] * 3
    assert ids(weak, strong, tiers={ModelTier.PREMIUM: "weak"}) == ["weak", "strong", "weak"]


def test_the_functions_of_the_module_answer_as_the_default_registry() -> None:
    """Of today, whenever that is."""
    registry = registry_source.default_registry()

    assert registry_source.get_model("anthropic", "cheap") == registry.get_model("anthropic", "cheap")
    assert registry_source.get_model_by_id("gpt-6-luna") == registry.get_model_by_id("gpt-6-luna")
    assert registry_source.get_model_by_id("nothing") is None
