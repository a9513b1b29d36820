"""The models that are known, by name and by tier."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from .info import ModelInfo
from .tier import ModelTier

Tiers = Mapping[str, Mapping[ModelTier, str]]
"""Provider -> tier -> the id of the model that does its work."""
NO_TIERS: Tiers = MappingProxyType({})
SNAPSHOT = re.compile(r"-20\d\d-?[01]\d-?[0-3]\d$")


class ModelRegistry:
    """Looks models up; upper and lower case are one, and nothing that it hands out can change it.

    `registry` are the models, in the order in which an id that several providers have is owned. `tiers` say which
    model does the work of which tier; a provider that they do not name uses the first model of the tier.
    """

    __slots__ = ("_by_name", "_by_tier", "_filled", "_models", "_providers")

    def __init__(self, registry: Iterable[ModelInfo] | None = None, tiers: Tiers = NO_TIERS) -> None:
        kept: dict[str, ModelInfo] = {}
        for model in registry or ():
            kept.setdefault(model.name.lower(), model)
        self._models = tuple(kept.values())
        self._by_name = kept | {}
        for model in self._models:
            self._by_name.setdefault(model.id.lower(), model)
        spelt = {model.provider.lower(): model.provider for model in reversed(self._models)}
        self._providers = tuple(dict.fromkeys(spelt[model.provider.lower()] for model in self._models))
        self._filled = self._fill(tiers)
        self._by_tier = {tier.value: self._of_tier(tier) for tier in ModelTier}

    def get_model(self, provider: str | None, tier: ModelTier | str | None) -> ModelInfo | None:
        """The model that does the work of `tier` at `provider`; None when there is none."""
        return self._filled.get((_key(provider), _key(tier)))

    def get_model_by_id(self, model_id: str | None) -> ModelInfo | None:
        """The model called `provider/id`, or the first one called `id`; None when there is none.

        A dated snapshot of a known model (`…-2026-01-31`, `…-20260131`) has the figures of that model.
        """
        key = _key(model_id)
        found = self._by_name.get(key)
        if found is not None or model_id is None:
            return found
        named = self._by_name.get(SNAPSHOT.sub("", key))
        dated = SNAPSHOT.search(key)
        return None if named is None or dated is None else replace(named, id=named.id + dated.group())

    def get_models_by_tier(self, tier: ModelTier | str | None) -> list[ModelInfo]:
        """Every model of a tier, those included that do its work besides that of their own."""
        return list(self._by_tier.get(_key(tier), ()))

    def get_models_by_provider(self, provider: str | None) -> list[ModelInfo]:
        """Every model of a provider."""
        return [model for model in self._models if model.provider.lower() == _key(provider)]

    def get_all_models(self) -> list[ModelInfo]:
        """Every model once."""
        return list(self._models)

    def list_providers(self) -> list[str]:
        """Providers in the order of their first models."""
        return list(self._providers)

    def get_providers(self) -> list[str]:
        """The same as `list_providers`."""
        return self.list_providers()

    def list_tiers(self) -> list[ModelTier]:
        """The tiers, the cheapest first."""
        return list(ModelTier)

    def get_tiers(self) -> list[ModelTier]:
        """The same as `list_tiers`."""
        return self.list_tiers()

    def _fill(self, tiers: Tiers) -> Mapping[tuple[str, str], ModelInfo]:
        filled: dict[tuple[str, str], ModelInfo] = {}
        for provider, chosen in tiers.items():
            for tier, model_id in chosen.items():
                model = self._by_name.get(f"{provider}/{model_id}".lower())
                if model is not None:
                    filled[provider.lower(), tier.value] = model.in_tier(tier)
        for model in self._models:
            if not model.deprecated:
                filled.setdefault((model.provider.lower(), model.tier.value), model)
        return filled

    def _of_tier(self, tier: ModelTier) -> tuple[ModelInfo, ...]:
        """The models of a tier; a model that also does the work of this one appears in it."""
        working = {found.name for (_, at), found in self._filled.items() if at == tier.value}
        found = (model for model in self._models if model.tier is tier or model.name in working)
        return tuple(model.in_tier(tier) for model in found)


def _key(name: object) -> str:
    return name.strip().lower() if isinstance(name, str) else ""
