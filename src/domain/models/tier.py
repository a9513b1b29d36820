"""The three tiers of language models."""

from __future__ import annotations

from enum import StrEnum


class ModelTier(StrEnum):
    """How much judgement is bought: the cheapest tier that does the job is the right one."""

    CHEAP = "cheap"
    CAPABLE = "capable"
    PREMIUM = "premium"

    @property
    def next(self) -> ModelTier | None:
        """The tier above; None from the top."""
        return NEXT[self]

    @property
    def cheaper(self) -> ModelTier | None:
        """The tier below; None from the bottom."""
        return next((tier for tier, above in NEXT.items() if above is self), None)


NEXT = {
    ModelTier.CHEAP: ModelTier.CAPABLE,
    ModelTier.CAPABLE: ModelTier.PREMIUM,
    ModelTier.PREMIUM: None,
}
