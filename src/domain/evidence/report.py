"""What one evidence tool has to say about one workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..workspace.files import NotCovered
from .finding import Finding
from .severity import Category


class EvidenceStatus(StrEnum):
    """Whether a tool measured anything; only `measured` may become a number."""

    MEASURED = "measured"
    NO_INPUT = "no-input"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ToolProfile:
    """What a tool is: `languages` it reads (empty for any text) and the categories that need its word."""

    name: str
    title: str
    categories: frozenset[Category]
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """Findings and measures of one tool.

    `measures` are named numbers ("coverage.percent"); `reason` says why there is no measurement;
    `looked_at` counts files that were examined, `from_cache` those of them that were not examined again;
    `duration` is in seconds.
    """

    tool: str
    version: str
    status: EvidenceStatus
    findings: tuple[Finding, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)
    not_covered: tuple[NotCovered, ...] = ()
    reason: str = ""
    looked_at: int = 0
    from_cache: int = 0
    duration: float = 0.0

    @property
    def measured(self) -> bool:
        """Whether its numbers may be used."""
        return self.status is EvidenceStatus.MEASURED
