"""A review of code: scores, issues, and when it passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..evidence.report import EvidenceReport
from ..evidence.severity import Severity
from .calls import ModelCall

LEEWAY = 2.0
FORMULA = "the mean of all criteria, at most 2 above the lower one of correctness and security"


class Criterion(StrEnum):
    """What code is scored for, 0 to 10."""

    CORRECTNESS = "correctness"
    TESTS = "tests"
    SECURITY = "security"
    READABILITY = "readability"
    DESIGN = "design"
    EFFICIENCY = "efficiency"


VITAL = (Criterion.CORRECTNESS, Criterion.SECURITY)


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that should be otherwise; `line` is 1-based and exists in `path`."""

    path: str
    line: int
    severity: Severity
    why: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer said; `dropped` counts issues at places that do not exist.

    `evidence` is what tools had found, which was put before the reviewer; `calls` what the review took.
    """

    scores: Mapping[Criterion, float]
    issues: tuple[Issue, ...]
    recommendations: tuple[str, ...]
    summary: str
    model: str
    dropped: int = 0
    evidence: tuple[EvidenceReport, ...] = ()
    calls: tuple[ModelCall, ...] = ()

    @property
    def overall(self) -> float:
        """The mean of all scores, at most `LEEWAY` above the lower vital one: good names save no wrong program."""
        mean = sum(self.scores.values()) / len(self.scores)
        return round(min(mean, min(self.scores[one] for one in VITAL) + LEEWAY), 2)

    @property
    def critical(self) -> int:
        """How many issues are critical."""
        return sum(issue.severity is Severity.CRITICAL for issue in self.issues)

    def passes(self, threshold: float) -> bool:
        """Whether the overall score reaches `threshold`, and no issue is critical."""
        return self.overall >= threshold and not self.critical
