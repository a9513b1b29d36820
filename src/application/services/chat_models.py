"""Models to talk with: only those that judge have something to say."""

from __future__ import annotations

from collections.abc import Callable

from ...domain.errors import ConfigurationError
from ...domain.models.tier import ModelTier
from ...domain.ports.language_model import LanguageModel

HOW_TO_SET_ONE = (
    "name one with --model (ask: --models) as provider or provider/id, or for good with MUSTER_MODEL=anthropic or in "
    "muster.toml (model, tiers); its provider needs its key (ANTHROPIC_API_KEY, OPENAI_API_KEY, …), a local server "
    "none (muster models detect finds it)"
)


def judging(model_named: Callable[[str], LanguageModel], name: str) -> LanguageModel:
    """The model called `name`; raises ConfigurationError when it only arranges evidence, and says what to set."""
    model = model_named(name)
    if not model.info.judges:
        raise ConfigurationError(
            f"no model is set for the tier {name!r}"
            if name in set(ModelTier)
            else f"{model.info.name!r} is no language model: it arranges evidence and has no answers",
            code="no-model",
            details={"model": model.info.name},
            hint=HOW_TO_SET_ONE,
        )
    return model
