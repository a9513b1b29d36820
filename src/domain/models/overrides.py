"""What a user says about models instead of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .info import ModelInfo
from .registry import NO_TIERS, Tiers
from .tasks import TaskType
from .tier import ModelTier


@dataclass(frozen=True, slots=True)
class ModelOverrides:
    """Models that are new or told differently, the models of tiers, and the tiers of kinds of work."""

    models: tuple[ModelInfo, ...] = ()
    tiers: Tiers = field(default_factory=lambda: NO_TIERS)
    tasks: Mapping[TaskType, ModelTier] = field(default_factory=dict)


NONE = ModelOverrides()
