"""Show one model."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.models.info import ModelInfo
from ...domain.models.registry import ModelRegistry
from ...domain.models.unknown import NO_PROVIDERS, Providers, unknown_model


@dataclass(frozen=True, slots=True)
class ShowModelRequest:
    """`provider/id`, or an id alone: then of the first provider that has it."""

    name: str


class ShowModel:
    """Shows what is known of a model before it is called; `providers` are all that can be called."""

    def __init__(self, registry: ModelRegistry, providers: Providers = NO_PROVIDERS) -> None:
        self._registry = registry
        self._providers = providers

    async def execute(self, request: ShowModelRequest) -> ModelInfo:
        """The model; raises UserError with the nearest names, or what to do when there can be none."""
        found = self._registry.get_model_by_id(request.name)
        if found is None:
            raise unknown_model(request.name, self._registry, self._providers)
        return found
