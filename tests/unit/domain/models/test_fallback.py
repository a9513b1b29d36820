"""Which model stands in for which."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.errors import BudgetExceeded, ErrorKind, ModelFailure
from muster.domain.messaging.message import Message, Role
from muster.domain.models.exchange import ModelRequest
from muster.domain.models.fallback import NOWHERE, FallbackPolicy, FallbackRequest, Models, kind_of
from muster.domain.models.info import FREE, ModelCapability, ModelInfo
from muster.domain.models.tier import ModelTier
from muster.domain.tools.spec import ToolSpec

CHEAP, CAPABLE, PREMIUM = ModelTier
REQUEST = ModelRequest((Message(Role.USER, "hello"),))
TOOL = ToolSpec("look", "looks", {"type": "object"})


def info(provider: str, tier: ModelTier, window: int = 1000, **more: object) -> ModelInfo:
    """A model called after its tier."""
    return ModelInfo(f"{tier.value}-1", provider, tier, window, 100, FREE, **more)  # type: ignore[arg-type]


def failure(kind: ErrorKind) -> ModelFailure:
    return ModelFailure("it failed", kind=kind)


class Shelf(Models):
    """Models in the order in which they were put there."""

    def __init__(self, *infos: ModelInfo) -> None:
        self._infos = infos

    def get_model(self, provider: str, tier: ModelTier) -> ModelInfo | None:
        return next((i for i in self._infos if (i.provider, i.tier) == (provider, tier)), None)

    def get_providers(self) -> Iterable[str]:
        return dict.fromkeys(i.provider for i in self._infos)


ALL = Shelf(*(info(provider, tier) for provider in ("a", "b", "local") for tier in ModelTier))


def test_the_tier_above_and_none_from_the_top() -> None:
    """spec: "cheap → capable → premium → none"."""
    policy = FallbackPolicy()

    assert [policy.get_next_tier(tier) for tier in ModelTier] == [CAPABLE, PREMIUM, None]


@pytest.mark.parametrize("kind", ErrorKind)
def test_which_failures_lead_to_another_tier(kind: ErrorKind) -> None:
    """What was the caller's own or meant stays; a short budget leads down, everything else up."""
    policy, error = FallbackPolicy(), failure(kind)

    expected = [False, True, True] if kind is ErrorKind.BUDGET else [True, True, False]
    if kind in NOWHERE:
        expected = [False, False, False]
    assert [policy.should_fallback(error, tier) for tier in ModelTier] == expected


def test_what_is_no_failure_of_a_model_leads_nowhere() -> None:
    """A bug is not helped by another model; a budget that is exceeded is known under its own error."""
    policy = FallbackPolicy()

    assert not policy.should_fallback(KeyError("a bug"), CHEAP)
    assert policy.should_fallback(BudgetExceeded("too dear"), PREMIUM)
    assert kind_of(KeyError()) is None


@given(text=st.text(), temperature=st.floats(0, 2))
def test_a_fallback_request_keeps_the_request_and_counts(text: str, temperature: float) -> None:
    """spec: "keeps the request, adds tier, is_fallback, fallback_from, attempt; does not change its argument"."""
    policy, request = FallbackPolicy(), ModelRequest((Message(Role.USER, text),), temperature=temperature)

    first = policy.prepare_fallback_request(request, CHEAP)
    second = policy.prepare_fallback_request(first, first.tier)

    assert first == FallbackRequest(request, CAPABLE, is_fallback=True, fallback_from=CHEAP, attempt=2)
    assert second == FallbackRequest(request, PREMIUM, is_fallback=True, fallback_from=CAPABLE, attempt=3)
    assert request == ModelRequest((Message(Role.USER, text),), temperature=temperature)


def test_from_premium_there_is_no_fallback_request() -> None:
    """spec: "from premium → ValueError"."""
    with pytest.raises(ValueError, match="no tier above 'premium'"):
        FallbackPolicy().prepare_fallback_request(REQUEST, PREMIUM)


def test_the_same_tier_elsewhere_comes_first_then_the_tiers_above_then_those_below() -> None:
    """At its own provider first where there is a choice."""
    found = FallbackPolicy().candidates(info("b", CAPABLE), ALL)

    assert [one.name for one in found] == [
        "a/capable-1", "local/capable-1",
        "b/premium-1", "a/premium-1", "local/premium-1",
        "b/cheap-1", "a/cheap-1", "local/cheap-1",
    ]  # fmt: skip


def test_a_custom_chain_is_taken_as_it_is() -> None:
    """Whatever its tiers and providers; the model itself does not stand in for itself."""
    chain = (info("b", CHEAP), info("a", CAPABLE), info("a", PREMIUM))
    policy = FallbackPolicy(chain=chain)

    assert policy.candidates(info("a", CAPABLE), ALL) == (chain[0], chain[2])
    for kind in (ErrorKind.OVERLOADED, ErrorKind.BUDGET):
        assert all(policy.suits(one, info("c", CAPABLE), kind, REQUEST) for one in chain)


def test_a_local_model_never_sends_its_text_elsewhere() -> None:
    """Unless a chain says so."""
    found = FallbackPolicy(stay=frozenset({"local"})).candidates(info("local", CHEAP), ALL)

    assert {one.provider for one in found} == {"local"}


def test_what_has_no_opinion_or_is_outdated_stands_in_for_nobody() -> None:
    """The offline model only arranges evidence: its answer would look like one."""
    shelf = Shelf(
        info("a", CAPABLE), info("offline", CAPABLE, judges=False), info("b", CAPABLE, deprecated=True)
    )

    assert FallbackPolicy().candidates(info("a", CAPABLE), shelf) == ()


def test_one_model_in_several_tiers_is_asked_once() -> None:
    """A provider may fill two tiers with the same model."""
    both = ModelInfo("both", "a", CAPABLE, 1000, 100, FREE)
    shelf = Shelf(info("a", CHEAP), both, both.in_tier(PREMIUM))

    assert FallbackPolicy().candidates(info("a", CHEAP), shelf) == (both,)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ErrorKind.OVERLOADED, ["a/premium-1", "b/capable-1", "b/premium-1"]),
        (ErrorKind.CIRCUIT_OPEN, ["a/premium-1", "b/capable-1", "b/premium-1"]),
        (ErrorKind.NOT_FOUND, ["a/premium-1", "b/capable-1", "b/premium-1"]),
        (ErrorKind.AUTHENTICATION, ["b/capable-1", "b/premium-1"]),
        (ErrorKind.QUOTA, ["b/capable-1", "b/premium-1"]),
        (ErrorKind.BUDGET, ["a/cheap-1", "b/cheap-1"]),
        (ErrorKind.CONTEXT_TOO_LONG, ["b/premium-1"]),
        (ErrorKind.REFUSED, []),
        (ErrorKind.INVALID_REQUEST, []),
        (ErrorKind.BLOCKED, []),
        (ErrorKind.CANCELLED, []),
    ],
)
def test_where_a_call_goes_depends_on_why_it_failed(kind: ErrorKind, expected: list[str]) -> None:
    """Another key for a bad key, a larger window for too long a text, a cheaper tier for a short budget."""
    failed = info("a", CAPABLE)
    options = [info("a", CHEAP), info("a", PREMIUM), info("b", CHEAP), info("b", CAPABLE)]
    options.append(info("b", PREMIUM, window=2000))

    policy = FallbackPolicy()
    assert [one.name for one in options if policy.suits(one, failed, kind, REQUEST)] == expected


def test_work_with_tools_goes_only_to_models_that_take_tools() -> None:
    """Anything else would be refused, or worse, answered without them."""
    bare = info("b", CAPABLE, capabilities=frozenset[ModelCapability]())
    asked = ModelRequest(REQUEST.messages, (TOOL,))

    policy, failed = FallbackPolicy(), info("a", CAPABLE)
    assert policy.suits(bare, failed, ErrorKind.OVERLOADED, REQUEST)
    assert not policy.suits(bare, failed, ErrorKind.OVERLOADED, asked)


def test_a_stand_in_that_failed_too_does_not_lower_or_raise_what_was_wanted() -> None:
    """After a tier above, one of the wanted tier may be asked; after a cheaper one, which a budget chose, that."""
    policy, kind = FallbackPolicy(), ErrorKind.OVERLOADED

    assert policy.suits(info("b", CAPABLE), info("a", PREMIUM), kind, REQUEST, CAPABLE)
    assert not policy.suits(info("b", CHEAP), info("a", PREMIUM), kind, REQUEST, CAPABLE)
    assert policy.suits(info("b", CHEAP), info("a", CHEAP), kind, REQUEST, CAPABLE)
