"""List the models that are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...domain.models.info import ModelCapability, ModelInfo
from ...domain.models.registry import ModelRegistry
from ...domain.models.tier import ModelTier
from ...domain.models.unknown import NO_PROVIDERS, Providers, unknown_provider


@dataclass(frozen=True, slots=True)
class ListModelsRequest:
    """Which models; without any wish, those that do the work of a tier, and the user's own.

    `everything` are all models, those included that their providers have deprecated.
    """

    provider: str | None = None
    tier: ModelTier | None = None
    capabilities: frozenset[ModelCapability] = frozenset()
    everything: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether only some models are wished for."""
        return bool(self.provider or self.tier or self.capabilities)


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model, and the tiers whose work it does at its provider."""

    model: ModelInfo
    works: tuple[ModelTier, ...]


@dataclass(frozen=True, slots=True)
class ModelList:
    """The models, how many more like them are deprecated or do no tier's work, and where the figures come from.

    `narrowed` says that only some models were wished for, so that what is left out is all deprecated.
    """

    models: tuple[ListedModel, ...]
    more: int
    sources: tuple[str, ...]
    narrowed: bool = False


class ListModels:
    """Lists models in the order of the registry: what each can do, what it costs, and what it is used for.

    - A model that its provider has deprecated is not listed unless everything is asked for.
    - A provider of which no model is known is an error, not an empty list.

    `own` are the names of the user's own models, `providers` all that can be called.
    """

    def __init__(
        self, registry: ModelRegistry, own: Iterable[str] = (), providers: Providers = NO_PROVIDERS
    ) -> None:
        self._registry = registry
        self._own = frozenset(name.lower() for name in own)
        self._providers = providers

    async def execute(self, request: ListModelsRequest) -> ModelList:
        """The models; raises UserError for a provider that has none."""
        if request.provider is not None and not self._registry.get_models_by_provider(request.provider):
            raise unknown_provider(request.provider, self._registry, self._providers)
        everyone = [self._listed(model) for model in self._registry.get_all_models()]
        possible = [each for each in everyone if self._fits(each, request)]
        chosen = tuple(each for each in possible if self._wanted(each, request))
        sources = dict.fromkeys(each.model.source for each in chosen if each.model.source)
        return ModelList(chosen, len(possible) - len(chosen), tuple(sources), request.narrowed)

    def _listed(self, model: ModelInfo) -> ListedModel:
        filled = ((tier, self._registry.get_model(model.provider, tier)) for tier in ModelTier)
        return ListedModel(model, tuple(tier for tier, at in filled if at and at.name == model.name))

    def _fits(self, each: ListedModel, request: ListModelsRequest) -> bool:
        model = each.model
        if request.provider is not None and model.provider.lower() != request.provider.lower():
            return False
        if request.tier is not None and request.tier is not model.tier and request.tier not in each.works:
            return False
        return request.capabilities <= model.capabilities

    def _wanted(self, each: ListedModel, request: ListModelsRequest) -> bool:
        own = each.model.name.lower() in self._own
        current = request.narrowed and not each.model.deprecated
        return request.everything or own or bool(each.works) or current
