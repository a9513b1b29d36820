"""How far a workflow has come, and what each of its stages left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ..budget.limits import BudgetLimits
from ..orchestration.run import Verdict
from .workflow import Workflow, WorkflowStage

ALL = "all"
"""Under this name all findings are counted, whatever their severity."""


class StageStatus(StrEnum):
    """Where a stage is in its life.

    The run of a waiting stage waits for a person; a failed one gave no output, or one that is not as it must be.
    """

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


UNDER_WAY = frozenset({StageStatus.RUNNING, StageStatus.WAITING})
"""A stage that has a run which can go on."""


class SkipCause(StrEnum):
    """Why a stage was not run.

    - condition: its `when` does not hold.
    - undecided: its `when` asks for what was not measured.
    - no-model: it needs a language model, and none is set.
    - stopped: an earlier stage failed, and nothing was to come after that.
    - cancelled: somebody ended the workflow.
    """

    CONDITION = "condition"
    UNDECIDED = "undecided"
    NO_MODEL = "no-model"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


class WorkflowStatus(StrEnum):
    """An open workflow is under way, or was interrupted and can go on."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Handed:
    """What a stage hands to later ones: its summary, its findings counted and listed, and its measures."""

    summary: str = ""
    findings: Mapping[str, int] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)
    listed: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was expected of a stage's output, and what there was."""

    name: str
    passed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What runs took: US dollars as far as there are prices, tokens, calls, and seconds of wall time."""

    usd: Decimal = Decimal(0)
    tokens: int = 0
    calls: int = 0
    seconds: float = 0.0
    unpriced: bool = False

    def plus(self, other: Spent) -> Spent:
        """Both together."""
        return Spent(
            self.usd + other.usd,
            self.tokens + other.tokens,
            self.calls + other.calls,
            self.seconds + other.seconds,
            self.unpriced or other.unpriced,
        )


NOTHING = Spent()


@dataclass(frozen=True, slots=True)
class StageRecord:
    """What is known of one stage.

    `attempt` counts from 1 once it was begun; `reason` says why it was skipped or failed; `spent` is over all
    attempts; `run_id` is the run of the last one.
    """

    id: str
    status: StageStatus = StageStatus.PENDING
    attempt: int = 0
    run_id: str = ""
    reason: str = ""
    cause: SkipCause | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    verdict: Verdict | None = None
    checks: tuple[Check, ...] = ()
    handed: Handed | None = None
    spent: Spent = NOTHING

    @property
    def is_over(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.status not in {StageStatus.PENDING, *UNDER_WAY}


@dataclass(frozen=True, slots=True)
class WorkflowState:
    """A workflow under way, with the whole definition that it was begun with: a changed file changes nothing.

    `root` is the folder it works on, `granted` what the user allowed beyond reading, `limits` bound all stages
    together. `revision` counts how often it was kept: whoever holds an older one has lost it to another process.
    """

    id: str
    workflow: Workflow
    inputs: Mapping[str, str]
    root: str
    started_at: datetime
    records: tuple[StageRecord, ...]
    status: WorkflowStatus = WorkflowStatus.OPEN
    finished_at: datetime | None = None
    since: str | None = None
    granted: frozenset[str] = frozenset()
    limits: BudgetLimits = field(default_factory=BudgetLimits)
    revision: int = 0

    def stage(self, stage_id: str) -> WorkflowStage:
        """The definition of a stage."""
        return next(stage for stage in self.workflow.stages if stage.id == stage_id)

    def record(self, stage_id: str) -> StageRecord:
        """What is known of a stage."""
        return next(record for record in self.records if record.id == stage_id)

    def with_record(self, record: StageRecord) -> WorkflowState:
        """The same with another record of one stage."""
        records = tuple(record if known.id == record.id else known for known in self.records)
        return replace(self, records=records)

    @property
    def spent(self) -> Spent:
        """What all stages took."""
        total = NOTHING
        for record in self.records:
            total = total.plus(record.spent)
        return total


@dataclass(frozen=True, slots=True)
class WorkflowLine:
    """One line in a list of workflows that were begun; `done` of `stages` are over."""

    id: str
    name: str
    root: str
    status: WorkflowStatus
    started_at: datetime
    done: int
    stages: int
    verdict: Verdict | None = None
