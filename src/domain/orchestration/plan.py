"""Who does what, in which pattern, and what it is expected to take."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..agents.capability import Capability
from .composition import Composition
from .gates import Gate
from .requirements import Reason, TaskRequirements


@dataclass(frozen=True, slots=True)
class Range:
    """An expected value between a low and a high one."""

    low: float
    expected: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens, wall-clock seconds and US dollars; `cost` None means unpriced; `basis` says where it comes from."""

    tokens: Range
    seconds: Range
    cost: tuple[Decimal, Decimal, Decimal] | None
    basis: str


@dataclass(frozen=True, slots=True)
class PlannedAgent:
    """One place in the team: template id, what it is asked, the model it will use, and why it is there."""

    agent: str
    assignment: str
    model: str
    covers: tuple[Capability, ...]
    because: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A capability that the task asks for and that nobody in the team has, and why."""

    capability: Capability
    reason: str


@dataclass(frozen=True, slots=True)
class ExecutionPlan:
    """A team in a pattern; every plan that is emitted can run.

    `focus` are the files and folders that the task names: findings elsewhere are left out. `granted` are the
    permissions that the user gave beyond reading ("run-tests"). `composition` says who sits where when the team is
    more than its pattern over all agents in order.
    """

    requirements: TaskRequirements
    root: str
    pattern: str
    agents: tuple[PlannedAgent, ...]
    gates: tuple[Gate, ...]
    estimate: Estimate
    uncovered: tuple[Uncovered, ...] = ()
    reasons: tuple[Reason, ...] = ()
    focus: tuple[str, ...] = ()
    since: str | None = None
    max_concurrency: int = 4
    granted: frozenset[str] = frozenset()
    composition: Composition | None = None

    @property
    def task(self) -> str:
        """The task in the user's words."""
        return self.requirements.task

    @property
    def estimated_cost(self) -> Decimal | None:
        """Expected US dollars, None when a model of the team is unpriced."""
        return None if self.estimate.cost is None else self.estimate.cost[1]

    def in_focus(self, path: str) -> bool:
        """Whether findings in `path` belong to this run."""
        return not self.focus or any(path == named or path.startswith(f"{named}/") for named in self.focus)
