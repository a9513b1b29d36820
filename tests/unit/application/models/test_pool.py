"""The model of each tier."""

from __future__ import annotations

import pytest

from muster.application.models.pool import ModelPool
from muster.domain.errors import ConfigurationError
from muster.domain.models.info import ModelInfo
from muster.domain.models.tier import ModelTier
from muster.domain.ports.language_model import LanguageModel
from tests.fakes.scripted_model import ScriptedModel, saying

from .calls import known, text_of, told

CHEAP, CAPABLE, PREMIUM = ModelTier
CHOSEN = {CHEAP: known("a/small", CHEAP), CAPABLE: known("b/large"), PREMIUM: known("b/large")}


class Opener:
    """Opens models that say their name, and keeps what it opened."""

    def __init__(self) -> None:
        self.opened: list[ModelInfo] = []

    def __call__(self, info: ModelInfo) -> LanguageModel:
        """The model."""
        self.opened.append(info)
        return ScriptedModel(saying(info.name), info=info)


async def test_a_model_is_opened_when_it_is_first_called_and_then_kept() -> None:
    """To know about it opens nothing: a plan needs no key."""
    opener = Opener()
    pool = ModelPool(CHOSEN, opener)
    assert [pool.info(tier).name for tier in ModelTier] == ["a/small", "b/large", "b/large"]
    assert opener.opened == []

    first = pool.client(CHEAP)
    assert pool.client(CHEAP) is first
    assert text_of(await told(first)) == "a/small"
    assert [info.name for info in opener.opened] == ["a/small"]


def test_a_model_knows_the_tier_that_it_works_in() -> None:
    """Costs are told by tier, also where one model fills two."""
    pool = ModelPool(CHOSEN, Opener())

    assert [pool.info(tier).tier for tier in ModelTier] == [CHEAP, CAPABLE, PREMIUM]
    assert [pool.client(tier).info.tier for tier in ModelTier] == [CHEAP, CAPABLE, PREMIUM]


def test_a_model_that_cannot_be_had_is_an_error_at_its_call_and_no_sooner() -> None:
    """The next call tries again: a key may have been set."""
    tries: list[str] = []

    def refuse(info: ModelInfo) -> LanguageModel:
        tries.append(info.name)
        raise ConfigurationError("no key")

    pool = ModelPool(CHOSEN, refuse)
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="no key"):
            pool.client(PREMIUM)

    assert tries == ["b/large", "b/large"]


def test_one_model_can_do_everything() -> None:
    """A host brings its own."""
    model = ScriptedModel(saying("hi"), info=known("host/own"))
    pool = ModelPool.of_one(model)

    assert {pool.client(tier) for tier in ModelTier} == {model}
    assert {pool.info(tier).name for tier in ModelTier} == {"host/own"}
