"""What earlier runs say about the next one: which pattern passed, who failed, how good the estimates were.

Two tasks are alike when they belong to one domain and share capabilities: |A ∩ B| / |A ∪ B| (Jaccard) of at least one
half, so that they have no less in common than apart. Words are not compared: the analysis has turned them into
capabilities already, and it gives its reasons.

A pattern is better than another when the lower end of its share of passed runs is above the upper end of the other's:
Wilson's score intervals of 90 %, which hold for few runs and for shares near 0 and 1 (E. B. Wilson, 1927).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from ..agents.capability import Capability
from ..orchestration.requirements import TaskDomain, TaskRequirements
from .run_outcome import RunOutcome

ALIKE = 0.5
ENOUGH = 5
"""Similar runs that each of two patterns must have."""
LOOKED_BACK, TOO_OFTEN = 5, 3
"""An agent that failed in three of the last five similar runs is named."""
Z = 1.6448536269514722
"""Quantile of the normal distribution for intervals of 90 %."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often similar runs of one pattern passed: of all, and of those on the same code; `last` is the newest."""

    pattern: str
    runs: int
    passed: int
    here: int
    passed_here: int
    last: str

    @property
    def words(self) -> str:
        """`passed 7 of 9 similar runs`."""
        return f"passed {self.passed} of {self.runs} similar runs"

    def beats(self, other: Tally) -> bool:
        """Whether it is better beyond chance, and not worse on this code as far as both were tried here."""
        if min(self.runs, other.runs) < ENOUGH:
            return False
        if self.here and other.here and self.passed_here * other.here < other.passed_here * self.here:
            return False
        return wilson(self.passed, self.runs)[0] > wilson(other.passed, other.runs)[1]


@dataclass(frozen=True, slots=True)
class Failing:
    """An agent that failed too often of late: in `failed` of the last `of` similar runs, `last` being the newest."""

    agent: str
    failed: int
    of: int
    last: str


@dataclass(frozen=True, slots=True)
class Score:
    """How often what a run took was inside what had been estimated; `last` is the newest such run."""

    right: int
    of: int
    last: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What the planner may use; empty when there is nothing to go by."""

    tallies: tuple[Tally, ...] = ()
    failing: tuple[Failing, ...] = ()
    score: Score | None = None

    def of(self, pattern: str) -> Tally | None:
        """The tally of one pattern."""
        return next((tally for tally in self.tallies if tally.pattern == pattern), None)

    def better_than(self, pattern: str) -> tuple[Tally, ...]:
        """Patterns that beat `pattern`, the surest first."""
        usual = self.of(pattern)
        if usual is None:
            return ()
        better = [tally for tally in self.tallies if tally.beats(usual)]
        return tuple(sorted(better, key=lambda tally: (-wilson(tally.passed, tally.runs)[0], tally.pattern)))


NO_ADVICE = Advice()


def wilson(passed: int, runs: int) -> tuple[float, float]:
    """The interval in which the true share lies with 90 % confidence; (0, 1) without runs."""
    if runs == 0:
        return 0.0, 1.0
    share, weight = passed / runs, Z * Z / runs
    middle = share + weight / 2
    reach = Z * sqrt(share * (1 - share) / runs + weight / (4 * runs))
    return (middle - reach) / (1 + weight), (middle + reach) / (1 + weight)


def likeness(outcome: RunOutcome, domain: TaskDomain, capabilities: Collection[Capability]) -> float:
    """From 0 (another domain, or nothing in common) to 1; two tasks that ask for nothing in particular are alike."""
    if outcome.domain is not domain:
        return 0.0
    wanted = frozenset(capabilities)
    together = outcome.capabilities | wanted
    return len(outcome.capabilities & wanted) / len(together) if together else 1.0


def newest_first(outcomes: Iterable[RunOutcome]) -> tuple[RunOutcome, ...]:
    """Each run once, whatever order they come in."""
    return tuple(sorted(
        {outcome.run: outcome for outcome in outcomes}.values(), key=lambda one: (one.at, one.run), reverse=True
    ))  # fmt: skip


def similar(outcomes: Iterable[RunOutcome], requirements: TaskRequirements) -> tuple[RunOutcome, ...]:
    """The outcomes of tasks like this one, the newest first."""
    domain, wanted = requirements.domain, requirements.capabilities
    return tuple(one for one in newest_first(outcomes) if likeness(one, domain, wanted) >= ALIKE)


def advice(outcomes: Iterable[RunOutcome], requirements: TaskRequirements, project: str = "") -> Advice:
    """What similar runs say, on whatever code they were; those of `project` must not contradict."""
    like = similar(outcomes, requirements)
    return Advice(_tallies(like, project), _failing(like), score_of(like))


def score_of(outcomes: Sequence[RunOutcome]) -> Score | None:
    """How good the estimates of runs (newest first) were; None when none of them tells."""
    told = [(one, one.taken.inside(one.planned)) for one in outcomes if one.taken is not None]
    return Score(sum(right for _, right in told), len(told), told[0][0].run) if told else None


def _tallies(like: Sequence[RunOutcome], project: str) -> tuple[Tally, ...]:
    """What has parts of another run, and teams of a form of their own, cannot be compared."""
    told = [one for one in like if one.passed is not None and not one.shared and not one.composed]
    tallies = []
    for pattern in sorted({one.pattern for one in told}):
        of_it = [one for one in told if one.pattern == pattern]
        here = [one for one in of_it if one.project == project]
        passed, passed_here = (sum(bool(one.passed) for one in some) for some in (of_it, here))
        tallies.append(Tally(pattern, len(of_it), passed, len(here), passed_here, of_it[0].run))
    return tuple(tallies)


def _failing(like: Sequence[RunOutcome]) -> tuple[Failing, ...]:
    """Only the last runs count: who is left out for a while gets another chance."""
    last = like[:LOOKED_BACK]
    failed = Counter(worked.agent for one in last for worked in one.team if worked.failed)
    return tuple(
        Failing(agent, times, len(last), _newest_failure(last, agent))
        for agent, times in sorted(failed.items())
        if times >= TOO_OFTEN
    )


def _newest_failure(outcomes: Sequence[RunOutcome], agent: str) -> str:
    return next(one.run for one in outcomes if any(w.agent == agent and w.failed for w in one.team))
