"""The choice of a model, and its reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.models.info import FREE, Latency, ModelCapability, ModelInfo, ModelPrices
from muster.domain.models.registry import ModelRegistry
from muster.domain.models.selection import TYPICAL, Constraints, ModelSelector, faults
from muster.domain.models.tasks import TaskType
from muster.domain.models.tier import ModelTier
from tests.fakes.builders import ARRANGER, JUDGE

CHEAP, CAPABLE, PREMIUM = ModelTier
TOOLS, VISION = ModelCapability.TOOLS, ModelCapability.VISION


def model(name: str, tier: ModelTier, dollars: str | None, **more: object) -> ModelInfo:
    """A model whose input costs `dollars`, and whose output four times as much; None is unpriced."""
    provider, _, id_ = name.partition("/")
    prices = None
    if dollars is not None:
        paid = Decimal(dollars)
        prices = ModelPrices(paid, paid * 4, paid, paid)
    return replace(JUDGE, id=id_, provider=provider, tier=tier, prices=prices, **more)  # type: ignore[arg-type]


A_CHEAP = model("a/cheap", CHEAP, "1")
A_CAPABLE = model("a/capable", CAPABLE, "3", latency=Latency.SLOW)
A_PREMIUM = model("a/premium", PREMIUM, "10")
B_CHEAP = model("b/cheap", CHEAP, "0.5", context_window=200_000)
B_EYES = model("b/eyes", CHEAP, "2", capabilities=frozenset({TOOLS, VISION}))
OLD = model("b/old", CHEAP, "0.1", deprecated=True)
OWN = model("own/secret", CAPABLE, None)
ALL = (A_CHEAP, A_CAPABLE, A_PREMIUM, B_CHEAP, B_EYES, OLD, OWN, ARRANGER)
SELECTOR = ModelSelector(ModelRegistry(ALL))


def test_a_kind_of_work_gets_the_cheapest_model_that_providers_use_for_its_tier() -> None:
    """With the reason for the tier and for the model."""
    choice = SELECTOR.for_task("simple qa")

    assert (choice.model, choice.tier) == (B_CHEAP, CHEAP)
    assert choice.reasons == (
        "simple qa is work for a cheap model by the table of tasks",
        "it is the cheapest of 2 that would do, by a call of 10,000 tokens in and 1,000 out",
    )
    assert choice.cost() == B_CHEAP.cost(TYPICAL) == Decimal("0.007")


def test_the_nearest_others_are_told_with_their_reason() -> None:
    """Those that would have done first; deprecated ones and those that judge nothing are not worth a word."""
    choice = SELECTOR.for_task("simple qa")

    assert [(other.model.name, other.why) for other in choice.others] == [
        ("a/cheap", "costs 2.0 times as much")
    ]


def test_the_order_of_providers_wins_over_the_price() -> None:
    """And is told."""
    choice = SELECTOR.for_task(TaskType.TRIAGE, Constraints(providers=("A", "b")))

    assert choice.model == A_CHEAP
    assert choice.reasons[1:] == (
        "a is the first of A, b that has one for it",
        "it is the only model that would do at a",
    )
    assert choice.others[0].why == "its provider comes later in the order of preference"


def test_when_no_model_in_use_will_do_another_of_the_tier_does() -> None:
    """b uses `cheap` for cheap work, but only `eyes` can see."""
    assert SELECTOR.for_task("triage", Constraints(capabilities=frozenset({VISION}))).model == B_EYES


def test_when_no_model_of_the_tier_will_do_the_next_tier_does() -> None:
    """Never a weaker one, and it is said."""
    choice = SELECTOR.for_task("triage", Constraints(providers=("own",)))

    assert (choice.model, choice.tier) == (OWN, CAPABLE)
    assert "no cheap model is within these limits" in choice.reasons
    assert choice.cost() is None


def test_nothing_within_the_limits_is_said_with_what_is_missing() -> None:
    """The tier that was asked for is told, not the last one that was tried."""
    choice = SELECTOR.for_task("triage", Constraints(min_window=10_000_000))

    assert (choice.model, choice.tier, choice.cost()) == (None, CHEAP, None)
    assert choice.reasons[-1] == "no model is within these limits"
    assert choice.others[0].why == "has a window of 100,000 tokens, not 10,000,000"


@pytest.mark.parametrize(
    ("within", "chosen"),
    [
        (Constraints(), B_CHEAP),
        (Constraints(deprecated=True), OLD),
        (Constraints(judges=False), ARRANGER),
        (Constraints(tier=PREMIUM), A_PREMIUM),
        (Constraints(tier=CAPABLE), A_CAPABLE),
        (Constraints(tier=CAPABLE, latency=Latency.MEDIUM), OWN),
        (Constraints(min_window=150_000), B_CHEAP),
        (Constraints(capabilities=frozenset({VISION})), B_EYES),
        (Constraints(tier=CAPABLE, max_input_price=Decimal(2)), None),
        (Constraints(tier=PREMIUM, max_output_price=Decimal(40)), A_PREMIUM),
        (Constraints(tier=PREMIUM, max_output_price=Decimal("39.99")), None),
    ],
)
def test_each_limit_holds(within: Constraints, chosen: ModelInfo | None) -> None:
    """The cheapest model within it, an unpriced one last, and within no limit of price."""
    assert SELECTOR.select(within).model == chosen


def test_users_say_which_tier_a_kind_of_work_belongs_to() -> None:
    """And are told that it was them."""
    own = ModelSelector(ModelRegistry(ALL), {TaskType.TRIAGE: PREMIUM})
    choice = own.for_task("triage")

    assert choice.model == A_PREMIUM
    assert choice.reasons[0] == "triage is work for a premium model by your configuration"


def test_a_model_that_only_stands_in_does_not_win_by_its_price() -> None:
    """A provider with one small model uses it for everything; others have better ones."""
    tiny = model("tiny/one", CHEAP, "0.01")
    registry = ModelRegistry([*ALL, tiny], {"tiny": dict.fromkeys(ModelTier, "one")})
    selector = ModelSelector(registry)

    assert selector.for_task("final_review").model == A_PREMIUM
    asked = selector.for_task("final_review", Constraints(providers=("tiny",)))
    assert asked.model == tiny.in_tier(PREMIUM)


def test_a_free_model_is_cheaper_than_any() -> None:
    """And the others are told by what they cost, since nothing is a multiple of nothing."""
    local = replace(A_CHEAP, provider="ollama", prices=FREE)
    choice = ModelSelector(ModelRegistry([A_CHEAP, local])).for_task("triage")

    assert (choice.model, choice.cost()) == (local, Decimal(0))
    assert choice.others[0].why == "costs $0.014 for the same call"


limits: st.SearchStrategy[Constraints] = st.builds(
    Constraints,
    providers=st.sampled_from([(), ("a",), ("b", "a"), ("own",)]),
    tier=st.sampled_from([None, *ModelTier]),
    max_input_price=st.sampled_from([None, Decimal(0), Decimal(1), Decimal(5)]),
    max_output_price=st.sampled_from([None, Decimal(4), Decimal(50)]),
    min_window=st.sampled_from([0, 100_000, 150_000]),
    capabilities=st.sampled_from([frozenset[ModelCapability](), frozenset({TOOLS}), frozenset({VISION})]),
    latency=st.sampled_from([None, *Latency]),
    deprecated=st.booleans(),
    judges=st.booleans(),
)
ways: list[Callable[[Constraints], ModelInfo | None]] = [
    lambda within: SELECTOR.select(within).model,
    lambda within: SELECTOR.for_task("triage", within).model,
]


@given(limits, st.sampled_from(ways))
def test_whatever_is_chosen_is_within_the_limits(
    within: Constraints, way: Callable[[Constraints], ModelInfo | None]
) -> None:
    """And nothing is chosen only when nothing is within them."""
    chosen = way(within)

    if chosen is not None:
        assert list(faults(chosen, within)) == []
    elif within.tier is None:
        assert all(list(faults(each, within)) for each in ALL)
