"""What an agent is before it runs."""

from __future__ import annotations

from dataclasses import dataclass

from ..models.tier import ModelTier
from .capability import Capability


@dataclass(frozen=True, slots=True)
class AgentTemplate:
    """A role with its capabilities, tools and instructions.

    `needs_judgement` marks an agent whose work is an opinion or new text: without a language model it can
    only say so. `max_iterations` bounds its rounds of model calls.
    """

    id: str
    role: str
    purpose: str
    capabilities: frozenset[Capability]
    tier: ModelTier
    tools: tuple[str, ...]
    instructions: str
    needs_judgement: bool = False
    max_iterations: int = 8
