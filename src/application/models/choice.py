"""From what a user writes to the model that is meant."""

from __future__ import annotations

from collections.abc import Mapping

from ...domain.errors import ConfigurationError
from ...domain.models.info import FREE, ModelCapability, ModelInfo
from ...domain.models.provider import Provider
from ...domain.models.registry import ModelRegistry
from ...domain.models.tier import ModelTier
from ...domain.models.unknown import unknown_model

ASSUMED_WINDOW = 32_768
ASSUMED_OUTPUT = 4_096
ASSUMED = "assumed: nothing is known about this model (models_file can say more)"


class ModelChoice:
    """Finds the model that a name means: `provider/id`, a provider, which then chooses by tier, or an id alone."""

    def __init__(self, registry: ModelRegistry, providers: Mapping[str, Provider]) -> None:
        self._registry = registry
        self._providers = providers

    def named(self, name: str, tier: ModelTier = ModelTier.CAPABLE) -> ModelInfo:
        """The model; raises UnknownName or ConfigurationError for a name that means none.

        Of a provider's own catalogue a model must be known, so that a slip of the pen is not sent. A server of
        one's own, or a compatible one, may have any: what is not known of it is assumed, and said to be.
        """
        provider, _, model_id = name.strip().partition("/")
        if not model_id and provider.lower() in self._providers:
            return self._of_tier(self._providers[provider.lower()], tier)
        found = self._registry.get_model_by_id(name)
        if found is not None:
            return found
        known = self._providers.get(provider.lower())
        if known is None:
            raise unknown_model(name, self._registry, self._providers)
        return self._assumed(known, model_id, tier)

    def team(self, model: str, tiers: Mapping[ModelTier, str]) -> dict[ModelTier, ModelInfo]:
        """The model of each tier: as `tiers` has it, else what `model` means."""
        return {tier: self.named(tiers.get(tier, model), tier).in_tier(tier) for tier in ModelTier}

    def _of_tier(self, provider: Provider, tier: ModelTier) -> ModelInfo:
        found = self._registry.get_model(provider.name, tier)
        if found is None:
            raise ConfigurationError(
                f"{provider.name!r} has no model for the tier {tier.value!r}",
                details={"provider": provider.name, "tier": tier.value},
                hint=f"name one, e.g. {provider.name}/NAME; muster models detect lists those of local servers",
            )
        return found

    def _assumed(self, provider: Provider, model_id: str, tier: ModelTier) -> ModelInfo:
        if not provider.local and self._registry.get_models_by_provider(provider.name):
            raise unknown_model(f"{provider.name}/{model_id}", self._registry, self._providers)
        return ModelInfo(
            model_id,
            provider.name,
            tier,
            ASSUMED_WINDOW,
            ASSUMED_OUTPUT,
            FREE if provider.local else None,
            capabilities=frozenset({ModelCapability.TOOLS}),
            source=ASSUMED,
        )
