"""How bad a finding is, and what it is about."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How much harm a true finding does; how likely it is to be true is its confidence."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info up to 4 for critical."""
        return len(Severity) - 1 - list(Severity).index(self)

    def at_least(self, other: Severity) -> bool:
        """Whether this is as bad as `other`, or worse."""
        return self.rank >= other.rank


class Category(StrEnum):
    """The five categories of the health check."""

    SECURITY = "security"
    COVERAGE = "coverage"
    QUALITY = "quality"
    PERFORMANCE = "performance"
    DOCUMENTATION = "documentation"
