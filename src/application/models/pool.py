"""The models that a Muster works with, one a tier."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...domain.models.info import ModelInfo
from ...domain.models.tier import ModelTier
from ...domain.ports.language_model import LanguageModel

OpenModel = Callable[[ModelInfo], LanguageModel]
"""Opens a model; raises ConfigurationError when it cannot be had."""


class ModelPool:
    """Knows which model does the work of which tier; a model is opened when it is first called."""

    def __init__(self, chosen: Mapping[ModelTier, ModelInfo], open_model: OpenModel) -> None:
        self._chosen = {tier: chosen[tier].in_tier(tier) for tier in ModelTier}
        self._open = open_model
        self._clients: dict[ModelTier, LanguageModel] = {}

    @classmethod
    def of_one(cls, model: LanguageModel) -> ModelPool:
        """A pool in which one model does everything."""
        return cls(dict.fromkeys(ModelTier, model.info), lambda _: model)

    def info(self, tier: ModelTier) -> ModelInfo:
        """What is known about the model of `tier`, without opening it."""
        return self._chosen[tier]

    def client(self, tier: ModelTier) -> LanguageModel:
        """The model of `tier`."""
        if tier not in self._clients:
            self._clients[tier] = self._open(self._chosen[tier])
        return self._clients[tier]
