"""The three tiers of language models."""

from __future__ import annotations

from enum import StrEnum


class ModelTier(StrEnum):
    """How much judgement is bought: the cheapest tier that does the job is the right one."""

    CHEAP = "cheap"
    CAPABLE = "capable"
    PREMIUM = "premium"
