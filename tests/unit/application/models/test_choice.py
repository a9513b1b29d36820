"""From names to models."""

from __future__ import annotations

import pytest

from muster.application.models.choice import ASSUMED, ASSUMED_OUTPUT, ASSUMED_WINDOW, ModelChoice
from muster.domain.errors import ConfigurationError, UnknownName
from muster.domain.models.info import FREE, ModelCapability
from muster.domain.models.provider import Provider, ProviderKind
from muster.domain.models.registry import ModelRegistry
from muster.domain.models.tier import ModelTier

from .calls import known

CHEAP, CAPABLE, PREMIUM = ModelTier
SMALL, LARGE, BEST = known("house/small", CHEAP), known("house/large", CAPABLE), known("house/best", PREMIUM)
ROUTED = known("router/house/large", CAPABLE)
PROVIDERS = {
    "house": Provider("house", ProviderKind.OPENAI, key_env="HOUSE_KEY"),
    "router": Provider("router", ProviderKind.COMPATIBLE, key_env="ROUTER_KEY"),
    "garage": Provider("garage", ProviderKind.COMPATIBLE, "https://garage.example/v1"),
    "ollama": Provider("ollama", ProviderKind.OLLAMA, local=True),
}


@pytest.fixture
def choice() -> ModelChoice:
    """A house with a model for each tier, a router that passes one of them on, and two servers without a list."""
    return ModelChoice(ModelRegistry([SMALL, LARGE, BEST, ROUTED]), PROVIDERS)


@pytest.mark.parametrize("name", ["house/best", "HOUSE/Best", " house/best ", "best", "BEST"])
def test_a_name_means_one_model_with_or_without_its_provider(choice: ModelChoice, name: str) -> None:
    """Upper and lower case are one; an id alone belongs to its first owner."""
    assert choice.named(name) == BEST


def test_an_id_with_a_slash_is_whole(choice: ModelChoice) -> None:
    """A router's ids name the vendor behind it."""
    assert choice.named("router/house/large") == ROUTED


@pytest.mark.parametrize("name", ["house", "House", "house/"])
@pytest.mark.parametrize(("tier", "model"), [(CHEAP, SMALL), (CAPABLE, LARGE), (PREMIUM, BEST)])
def test_a_provider_alone_chooses_by_tier(
    choice: ModelChoice, name: str, tier: ModelTier, model: object
) -> None:
    """Each tier has a model that does its work."""
    assert choice.named(name, tier) == model


def test_without_a_tier_the_work_is_that_of_the_middle(choice: ModelChoice) -> None:
    """Capable."""
    assert choice.named("house") == LARGE


@pytest.mark.parametrize("name", ["ollama", "garage"])
def test_a_provider_without_known_models_needs_a_name(choice: ModelChoice, name: str) -> None:
    """The hint says how to find one."""
    with pytest.raises(ConfigurationError, match=f"'{name}' has no model for the tier 'cheap'") as raised:
        choice.named(name, CHEAP)

    assert raised.value.details == {"provider": name, "tier": "cheap"}
    assert f"{name}/NAME" in raised.value.hint
    assert "muster models detect" in raised.value.hint


@pytest.mark.parametrize(
    ("name", "closest"),
    [("house/bets", "house/best"), ("hause", "house"), ("hause/large", "house/large"), ("bets", "best")],
)
def test_a_slip_of_the_pen_is_answered_with_the_closest_names(
    choice: ModelChoice, name: str, closest: str
) -> None:
    """And is never sent to anybody."""
    with pytest.raises(UnknownName) as raised:
        choice.named(name)

    assert repr(name) in raised.value.message
    assert raised.value.hint.startswith("did you mean ")
    assert closest in raised.value.hint


def test_of_a_provider_with_a_catalogue_only_its_own_models_are_offered(choice: ModelChoice) -> None:
    """Those of others would be no answer."""
    with pytest.raises(UnknownName) as raised:
        choice.named("router/nothing-like-it")

    assert raised.value.details["known"] == ["router/house/large"]


def test_an_unknown_model_of_ones_own_server_is_assumed_and_said_to_be(choice: ModelChoice) -> None:
    """It costs nothing, has a careful window, and takes tools; the tier is the one that it is asked for."""
    model = choice.named("ollama/Qwen3:32b", PREMIUM)

    assert (model.name, model.tier) == ("ollama/Qwen3:32b", PREMIUM)
    assert (model.prices, model.source) == (FREE, ASSUMED)
    assert (model.context_window, model.max_output) == (ASSUMED_WINDOW, ASSUMED_OUTPUT)
    assert model.capabilities == {ModelCapability.TOOLS}


def test_an_unknown_model_of_a_compatible_server_has_no_price(choice: ModelChoice) -> None:
    """That is not the same as none to pay."""
    model = choice.named("GARAGE/team/model")

    assert (model.name, model.prices, model.source) == ("garage/team/model", None, ASSUMED)


def test_a_local_server_may_have_more_than_what_is_known_of_it() -> None:
    """Users pull models as they like."""
    choice = ModelChoice(ModelRegistry([known("ollama/known")]), PROVIDERS)

    assert choice.named("ollama/known").source == ""
    assert choice.named("ollama/pulled").source == ASSUMED


def test_a_team_has_a_model_for_each_tier(choice: ModelChoice) -> None:
    """As is set for the tier, else what the one name means for it; each works in the tier that it fills."""
    team = choice.team("house", {CHEAP: "ollama/tiny", PREMIUM: "large"})

    assert {tier: model.name for tier, model in team.items()} == {
        CHEAP: "ollama/tiny", CAPABLE: "house/large", PREMIUM: "house/large"
    }  # fmt: skip
    assert [team[tier].tier for tier in ModelTier] == [CHEAP, CAPABLE, PREMIUM]


def test_one_model_does_the_work_of_all_tiers(choice: ModelChoice) -> None:
    """When one is named."""
    team = choice.team("house/small", {})

    assert team == {tier: SMALL.in_tier(tier) for tier in ModelTier}
