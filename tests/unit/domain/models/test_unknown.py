"""Names that mean no model, or no provider with models."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muster.domain.errors import UnknownName
from muster.domain.models.provider import Provider, ProviderKind
from muster.domain.models.registry import ModelRegistry
from muster.domain.models.tier import ModelTier
from muster.domain.models.unknown import unknown_model, unknown_provider
from tests.fakes.builders import JUDGE

SMALL = replace(JUDGE, id="small", provider="acme", tier=ModelTier.CHEAP)
LARGE = replace(JUDGE, id="large", provider="acme", tier=ModelTier.PREMIUM)
REGISTRY = ModelRegistry([SMALL, LARGE, replace(LARGE, provider="router")])
PROVIDERS = {
    "acme": Provider("acme", ProviderKind.OPENAI, key_env="ACME_KEY"),
    "ollama": Provider("ollama", ProviderKind.OLLAMA, local=True),
    "garage": Provider("garage", ProviderKind.COMPATIBLE, "https://garage.example/v1"),
}
ACMES = "acme/small (cheap), acme/large (premium); muster models list --provider acme shows its models"


@pytest.mark.parametrize(
    ("name", "said", "hint"),
    [
        ("acme/smal", "unknown model 'acme/smal'", "did you mean acme/small?"),
        ("ACME/zzz", "unknown model 'ACME/zzz'", ACMES),
        ("acme", "'acme' is a provider, not a model", ACMES),
        ("Acme/", "'acme' is a provider, not a model", ACMES),
        ("smal", "unknown model 'smal'", "did you mean small?"),
        ("qqqq", "unknown model 'qqqq'", "muster models list --all shows those that are known"),
        ("OLLAMA/qwen", "'ollama' is a local server, whose models are those that it has loaded",
         "muster models detect lists what local servers have loaded"),
        ("garage/x", "'garage' is a provider of your own, of whose models nothing is known",
         "models_file can describe them"),
    ],
)  # fmt: skip
def test_a_name_that_is_no_model_is_answered_with_what_helps(name: str, said: str, hint: str) -> None:
    """Near names of the same provider, its models of the tiers, or where to look."""
    error = unknown_model(name, REGISTRY, PROVIDERS)

    assert error.message == said
    assert error.hint.lower() == hint.lower()


def test_a_misspelt_provider_is_answered_with_the_model_at_the_right_one() -> None:
    """As far as it is near."""
    assert "acme/small" in unknown_model("acne/small", REGISTRY, PROVIDERS).hint


def test_a_provider_that_nobody_knows_is_told_with_near_ones() -> None:
    """Those without known models included."""
    error = unknown_provider("olama", REGISTRY, PROVIDERS)

    assert isinstance(error, UnknownName)
    assert error.hint == "did you mean ollama?"
