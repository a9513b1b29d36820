"""What to answer to names of models and providers that mean none."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..errors import UnknownName, UserError, closest
from .info import ModelInfo
from .provider import Provider
from .registry import ModelRegistry
from .tier import ModelTier

Providers = Mapping[str, Provider]
NO_PROVIDERS: Providers = MappingProxyType({})
LISTED = "muster models list --all shows those that are known"
DETECTED = "muster models detect lists what local servers have loaded"


def unknown_provider(name: str, registry: ModelRegistry, providers: Providers = NO_PROVIDERS) -> UserError:
    """The error for a provider of which no model is known; `providers` are those that can be called all the same."""
    found = providers.get(name.strip().lower())
    if found is None:
        return UnknownName.of("provider", name, [*registry.list_providers(), *providers])
    if found.local:
        said, hint = f"{found.name!r} is a local server, whose models are those that it has loaded", DETECTED
    else:
        said = f"{found.name!r} is a provider of your own, of whose models nothing is known"
        hint = "models_file can describe them"
    return UserError(said, code="no-catalogue", details={"provider": found.name}, hint=hint)


def unknown_model(name: str, registry: ModelRegistry, providers: Providers = NO_PROVIDERS) -> UserError:
    """The error for a name that is no model: near names of the same provider, or else its models of the tiers."""
    provider, _, model_id = name.strip().partition("/")
    theirs = registry.get_models_by_provider(provider)
    if not theirs and provider.lower() in providers:
        return unknown_provider(provider, registry, providers)
    if theirs and not model_id:
        said = f"{theirs[0].provider!r} is a provider, not a model"
        return UnknownName(said, details=_about(name, theirs), hint=_of_tiers(provider, registry))
    if theirs:
        near = closest(model_id, (model.id for model in theirs))
        if near:
            hint = f"did you mean {', '.join(f'{theirs[0].provider}/{each}' for each in near)}?"
        else:
            hint = _of_tiers(provider, registry)
        return UnknownName(f"unknown model {name!r}", details=_about(name, theirs), hint=hint)
    every = registry.get_all_models()
    names = [model.name if model_id else model.id for model in every]
    return UnknownName.of("model", name, [*names, *registry.list_providers(), *providers], LISTED)


def _of_tiers(provider: str, registry: ModelRegistry) -> str:
    """The models that do the work of each tier at a provider."""
    filled = {tier: registry.get_model(provider, tier) for tier in ModelTier}
    told = [f"{model.name} ({tier.value})" for tier, model in filled.items() if model]
    listed = f"muster models list --provider {provider.lower()} shows its models"
    return f"{', '.join(told)}; {listed}" if told else listed


def _about(name: str, theirs: list[ModelInfo]) -> dict[str, object]:
    return {"kind": "model", "name": name, "known": sorted(model.name for model in theirs)}
