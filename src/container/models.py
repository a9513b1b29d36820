"""Language models."""

from __future__ import annotations

from ..domain.ports.language_model import LanguageModel
from ..domain.ports.token_counter import TokenCounter
from ..infrastructure.config.loader import LoadedSettings


def model(loaded: LoadedSettings, counter: TokenCounter) -> LanguageModel:
    from ..infrastructure.llm.catalogue import build_model

    return build_model(loaded.values.model, counter)
