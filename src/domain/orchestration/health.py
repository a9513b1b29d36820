"""The health check: five categories, weights, a score over what was measured, and a grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..evidence.severity import Category

WEIGHTS: Mapping[Category, float] = {
    Category.SECURITY: 0.30,
    Category.COVERAGE: 0.25,
    Category.QUALITY: 0.20,
    Category.PERFORMANCE: 0.15,
    Category.DOCUMENTATION: 0.10,
}

LEAST_SHARE = 0.5
"""Share of the weights that must be measured: the mean of less is no health of a project."""

GRADES = ((90.0, "A"), (80.0, "B"), (70.0, "C"), (60.0, "D"))


@dataclass(frozen=True, slots=True)
class CategoryHealth:
    """0–100, or None with the reason why it was not measured; `basis` says how the number came about."""

    category: Category
    score: float | None
    basis: str


@dataclass(frozen=True, slots=True)
class Health:
    """The weighted score over the measured categories; None when they are less than half of the weights."""

    categories: tuple[CategoryHealth, ...]
    score: float | None
    grade: str
    previous: float | None = None

    @property
    def trend(self) -> float | None:
        """Points gained since the previous run on the same folder, if there was one."""
        if self.score is None or self.previous is None:
            return None
        return round(self.score - self.previous, 1)


def grade_of(score: float | None) -> str:
    """A, B, C, D or F at 90, 80, 70 and 60; "–" when there is no score."""
    if score is None:
        return "–"
    return next((grade for least, grade in GRADES if score >= least), "F")


def health_of(categories: tuple[CategoryHealth, ...], previous: float | None = None) -> Health:
    """Weigh the measured categories, with their weights renormalised to sum to one.

    There is no score when the measured categories weigh less than `LEAST_SHARE` together.
    """
    measured = [(WEIGHTS[c.category], c.score) for c in categories if c.score is not None]
    total = sum(weight for weight, _ in measured)
    if round(total, 9) < LEAST_SHARE:
        return Health(categories, None, grade_of(None), previous)
    score = round(sum(weight * value for weight, value in measured) / total, 1)
    return Health(categories, score, grade_of(score), previous)
