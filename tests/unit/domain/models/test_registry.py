"""Looking models up: the laws of the registry."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.models.info import ModelInfo
from muster.domain.models.registry import ModelRegistry
from muster.domain.models.tier import ModelTier
from tests.fakes.builders import JUDGE

CHEAP, CAPABLE, PREMIUM = ModelTier


def model(name: str, tier: ModelTier = CAPABLE, *, deprecated: bool = False) -> ModelInfo:
    """A model called `provider/id`."""
    provider, _, id_ = name.partition("/")
    return replace(JUDGE, id=id_, provider=provider, tier=tier, deprecated=deprecated)


SMALL, LARGE = model("acme/small", CHEAP), model("acme/Large", PREMIUM)
PASSED_ON = model("router/acme/small", CHEAP)
REGISTRY = ModelRegistry([SMALL, LARGE, PASSED_ON])

names = st.text("aB/1", min_size=1, max_size=3)
models = st.lists(
    st.builds(
        lambda provider, id_, tier: replace(JUDGE, provider=provider, id=id_, tier=tier),
        st.sampled_from(["acme", "ACME", "other"]),
        names,
        st.sampled_from(ModelTier),
    ),
    max_size=8,
)


@pytest.mark.parametrize("provider", ["acme", "ACME", " Acme "])
@pytest.mark.parametrize("tier", [CHEAP, "Cheap ", "CHEAP"])
def test_case_does_not_matter(provider: str, tier: str) -> None:
    """In providers, tiers and ids alike."""
    assert REGISTRY.get_model(provider, tier) == SMALL
    assert REGISTRY.get_model_by_id("LARGE") == LARGE


@pytest.mark.parametrize("unknown", ["", "nobody", None, "acme/"])
def test_what_is_unknown_is_none_or_empty(unknown: str | None) -> None:
    """Never an error."""
    assert REGISTRY.get_model(unknown, CHEAP) is None
    assert REGISTRY.get_model("acme", unknown) is None
    assert REGISTRY.get_model_by_id(unknown) is None
    assert REGISTRY.get_models_by_tier(unknown) == []
    assert REGISTRY.get_models_by_provider(unknown) == []


def test_an_empty_registry_knows_nothing() -> None:
    """With no argument, as with an empty one."""
    for empty in (ModelRegistry(), ModelRegistry([])):
        assert (empty.get_all_models(), empty.list_providers()) == ([], [])
        assert empty.list_tiers() == [CHEAP, CAPABLE, PREMIUM]


def test_an_id_that_several_providers_have_belongs_to_the_first() -> None:
    """The others are found by provider and id."""
    first, second = model("one/same"), model("two/same")
    registry = ModelRegistry([first, second])

    assert registry.get_model_by_id("same") == first
    assert registry.get_model_by_id("two/same") == second


def test_a_name_of_provider_and_id_comes_before_an_id_that_looks_like_one() -> None:
    """`acme/small` is acme's own model, though a router has a model of that very id."""
    assert ModelRegistry([PASSED_ON, SMALL]).get_model_by_id("acme/small") == SMALL
    assert REGISTRY.get_model_by_id("router/acme/small") == PASSED_ON


def test_the_same_model_twice_keeps_what_was_said_first() -> None:
    """Of provider and id, whatever their case."""
    again = replace(LARGE, id="large", context_window=1)

    assert ModelRegistry([LARGE, again]).get_all_models() == [LARGE]


@pytest.mark.parametrize("stamp", ["-20260131", "-2026-01-31"])
def test_a_dated_snapshot_has_the_figures_of_its_model(stamp: str) -> None:
    """Under the name that is called; one that is listed itself has its own."""
    found = REGISTRY.get_model_by_id("small" + stamp)

    assert found == replace(SMALL, id="small" + stamp)
    listed = replace(SMALL, id="small" + stamp, context_window=7)
    assert ModelRegistry([SMALL, listed]).get_model_by_id("SMALL" + stamp) == listed
    assert REGISTRY.get_model_by_id("tiny" + stamp) is None


def test_a_table_of_tiers_wins_over_what_models_are_made_for() -> None:
    """One model may do the work of several tiers, and is listed in each of them."""
    registry = ModelRegistry([SMALL, LARGE], {"Acme": {CAPABLE: "large", PREMIUM: "LARGE", CHEAP: "gone"}})

    assert registry.get_model("acme", CAPABLE) == LARGE.in_tier(CAPABLE)
    assert registry.get_model("acme", PREMIUM) == LARGE
    assert registry.get_model("acme", CHEAP) == SMALL
    assert registry.get_models_by_tier(CAPABLE) == [LARGE.in_tier(CAPABLE)]


def test_a_deprecated_model_does_no_work_by_itself() -> None:
    """It is still found by its name."""
    old = model("acme/old", CHEAP, deprecated=True)
    registry = ModelRegistry([old, SMALL])

    assert registry.get_model("acme", CHEAP) == SMALL
    assert registry.get_model_by_id("old") == old


def test_what_is_handed_out_cannot_change_the_registry() -> None:
    """Lists are the caller's own, models are frozen, and there is nothing to set."""
    for handed in (
        REGISTRY.get_all_models(), REGISTRY.get_models_by_tier(CHEAP), REGISTRY.list_providers(),
        REGISTRY.get_tiers(), REGISTRY.get_models_by_provider("acme"),
    ):  # fmt: skip
        handed.clear()
    with pytest.raises(AttributeError):
        REGISTRY.anything = 1  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        SMALL.id = "x"  # type: ignore[misc]

    assert REGISTRY.get_all_models() == [SMALL, LARGE, PASSED_ON]
    assert REGISTRY.get_models_by_tier(CHEAP) == [SMALL, PASSED_ON]
    assert (REGISTRY.get_providers(), REGISTRY.get_tiers()) == (["acme", "router"], list(ModelTier))


@given(models)
def test_all_ways_to_a_model_agree(given_models: list[ModelInfo]) -> None:
    """Every model is found by its name; tiers and providers hold what they say, and together everything."""
    registry = ModelRegistry(given_models)
    everyone = registry.get_all_models()

    assert all(registry.get_model_by_id(each.name.upper()) == each for each in everyone)
    assert len({each.name.lower() for each in everyone}) == len(everyone)
    assert {each.name.lower() for each in given_models} == {each.name.lower() for each in everyone}
    for tier in ModelTier:
        of_tier = registry.get_models_by_tier(tier)
        assert of_tier == [each for each in everyone if each.tier is tier]
        working = [registry.get_model(provider, tier) for provider in registry.list_providers()]
        assert all(each in of_tier for each in working if each is not None)
