"""Which model answers to which name."""

from __future__ import annotations

from ...domain.errors import ConfigurationError
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.token_counter import TokenCounter
from .offline import OFFLINE, OfflineModel


def build_model(name: str, counter: TokenCounter) -> LanguageModel:
    """The model called `provider/id`; raises ConfigurationError for a name that nothing answers to."""
    if name == OFFLINE.name:
        return OfflineModel(counter)
    raise ConfigurationError(
        f"no model answers to {name!r}",
        details={"model": name},
        hint=f"set model to {OFFLINE.name!r}, or pass your own model to open_muster",
    )
