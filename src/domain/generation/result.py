"""What came of generating, reviewing and refining."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .calls import ModelCall, Statistics, statistics
from .code import GeneratedCode
from .review import Review


class GenerationStatus(StrEnum):
    """How it ended.

    - passed: the code is sound, and its review reaches the threshold;
    - below: the rounds ended before the review did;
    - partial: something is missing, a review or a revision; the code is the best there is;
    - broken: something is known to be wrong with the code, and the repairs did not help.
    """

    PASSED = "passed"
    BELOW = "below"
    PARTIAL = "partial"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Round:
    """One version of the code, and its review if there is one."""

    code: GeneratedCode
    review: Review | None = None


@dataclass(frozen=True, slots=True)
class GenerationResult:
    """The best version with its review, all rounds in order, and every call of a model, each once.

    `reason` says what is missing or wrong; "" for a result that passed.
    """

    status: GenerationStatus
    code: GeneratedCode
    review: Review | None
    rounds: tuple[Round, ...]
    calls: tuple[ModelCall, ...]
    threshold: float
    reason: str = ""
    run_id: str = ""

    @property
    def statistics(self) -> Statistics:
        """Sums over all calls."""
        return statistics(self.calls)
