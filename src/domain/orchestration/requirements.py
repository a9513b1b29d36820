"""What a task asks for, and why we think so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..agents.capability import Capability
from .gates import Gate


class TaskDomain(StrEnum):
    """The field of work that a task belongs to."""

    TESTING = "testing"
    SECURITY = "security"
    CODE_QUALITY = "code_quality"
    DOCUMENTATION = "documentation"
    PERFORMANCE = "performance"
    ARCHITECTURE = "architecture"
    REFACTORING = "refactoring"
    DEBUGGING = "debugging"
    RESEARCH = "research"
    GENERAL = "general"


class Complexity(StrEnum):
    """How much work a task is."""

    SIMPLE = "simple"
    MODERATE = "moderate"
    COMPLEX = "complex"

    @property
    def rank(self) -> int:
        """0, 1 or 2."""
        return list(Complexity).index(self)


@dataclass(frozen=True, slots=True)
class Reason:
    """A conclusion and what it rests on: words of the task or facts of the repository."""

    conclusion: str
    evidence: str


@dataclass(frozen=True, slots=True)
class TaskRequirements:
    """The analysis of a task; `capabilities` in order of how strongly they are asked for."""

    task: str
    complexity: Complexity
    domain: TaskDomain
    capabilities: tuple[Capability, ...]
    parallelisable: bool
    gates: tuple[Gate, ...] = ()
    context: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
