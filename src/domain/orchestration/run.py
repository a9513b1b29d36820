"""A run: what was planned, what each agent did, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ..agents.recalled import Recalled
from ..budget.limits import BudgetLimits
from ..evidence.finding import Finding
from ..evidence.finding_book import FindingHistory
from ..evidence.merge import merge
from ..evidence.report import EvidenceReport
from ..evidence.severity import Category, Severity
from ..models.attempt import Attempt, total_cost, total_usage
from ..models.usage import Usage
from ..workspace.files import NotCovered, RepositoryFacts
from .approvals import Approvals, DoubtPolicy, Wait
from .decision import Decision
from .edits_made import EditsMade
from .escalation import Escalation
from .gates import GateResult, GateVerdict
from .health import Health
from .plan import ExecutionPlan

NOT_AT_ALL = Escalation()


class RunStatus(StrEnum):
    """Where a run is in its life; what it found is told by its verdict.

    A waiting run waits for a person, a signal or a time, and holds nothing meanwhile; an interrupted one has lost its
    process without a word.
    """

    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_open(self) -> bool:
        """Whether the run can go on from where it stands."""
        return self is not RunStatus.COMPLETED


class AgentStatus(StrEnum):
    """How an agent's step ended; `skipped` means that the pattern stopped before it."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class AgentResult:
    """One agent's step.

    `evidence` are the reports of the tools that it called; `findings` what it stands behind; `dropped` counts
    citations of evidence that does not exist and quotes that are not in the file; `judged` tells whether a
    language model formed the words; `attempts` are all calls of models, the failed ones included. `recalled` is what it
    was reminded of before it started, `lessons` what it says that later runs on the project should know.
    """

    agent: str
    status: AgentStatus
    summary: str
    findings: tuple[Finding, ...] = ()
    evidence: tuple[EvidenceReport, ...] = ()
    model: str = ""
    judged: bool = False
    usage: Usage = field(default_factory=Usage)
    cost: Decimal | None = None
    duration: float = 0.0
    tool_calls: int = 0
    dropped: int = 0
    error: str = ""
    attempts: tuple[Attempt, ...] = ()
    recalled: tuple[Recalled, ...] = ()
    lessons: tuple[str, ...] = ()

    @property
    def asked_nobody(self) -> bool:
        """Whether it came to no call of a model, so that it cost nothing whatever the model's price."""
        unasked = self.status is AgentStatus.FAILED and not self.attempts and not self.usage.total
        return unasked or self.status is AgentStatus.SKIPPED


def joined(steps: Sequence[AgentResult]) -> AgentResult | None:
    """Several steps of one agent as one result: its last word, with everything that all of them took."""
    if not steps:
        return None
    costs = [step.cost for step in steps]
    known = [cost for cost in costs if cost is not None]
    return replace(
        steps[-1],
        usage=sum((step.usage for step in steps), Usage()),
        cost=sum(known, Decimal(0)) if len(known) == len(costs) else None,
        duration=sum(step.duration for step in steps),
        tool_calls=sum(step.tool_calls for step in steps),
        dropped=sum(step.dropped for step in steps),
        attempts=tuple(attempt for step in steps for attempt in step.attempts),
        recalled=tuple(dict.fromkeys(one for step in steps for one in step.recalled)),
        lessons=tuple(dict.fromkeys(lesson for step in steps for lesson in step.lessons)),
    )


class Verdict(StrEnum):
    """What a finished run says; `partial` is a run in which something that should be measured was not."""

    PASSED = "passed"
    FAILED = "failed"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class RunReport:
    """The checked result of a run.

    `known` counts findings that a baseline holds; `stale` those whose quoted line has left the disk since;
    `measures` are all named numbers; `unmeasured` says why a category has none; `decisions` are what teams came to;
    `edits` are None in a run that changed nothing; `history` is how the findings stand beside those of earlier runs on
    the folder, None where there is nothing to compare with.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    gates: tuple[GateResult, ...]
    health: Health
    measures: Mapping[str, float]
    unmeasured: Mapping[Category, str]
    not_covered: tuple[NotCovered, ...]
    facts: RepositoryFacts
    summary: str
    model_used: bool
    known: int = 0
    stale: int = 0
    decisions: tuple[Decision, ...] = ()
    edits: EditsMade | None = None
    history: FindingHistory | None = None

    @property
    def failed_gates(self) -> tuple[GateResult, ...]:
        """Gates whose measured value is on the wrong side."""
        return tuple(gate for gate in self.gates if gate.verdict is GateVerdict.FAILED)


@dataclass(frozen=True, slots=True)
class RunTerms:
    """On what terms a run was begun: they hold again when it goes on.

    `baseline` are fingerprints that are known already; `fail_on` is the severity from which a finding fails the run.
    `memory` tells whether earlier runs are looked at, and later ones shall know of this one.
    """

    baseline: frozenset[str] = frozenset()
    fail_on: Severity | None = None
    limits: BudgetLimits = field(default_factory=BudgetLimits)
    approvals: Approvals = field(default_factory=Approvals)
    in_doubt: DoubtPolicy = DoubtPolicy.ASK
    escalation: Escalation = NOT_AT_ALL
    memory: bool = True


TERMS = RunTerms()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded of a run that has not come to its end.

    `steps` counts what is neither done nor paid again; `calls` are the calls of models, those of agents under way
    included; `broken_off` names the model of each call whose end nothing tells: what it cost is not known. `models`
    are the language models that were asked.
    """

    steps: int = 0
    calls: tuple[Attempt, ...] = ()
    broken_off: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What somebody has answered to a question of a run: `said` is a word such as "approved" or "denied"."""

    step: str
    said: str
    who: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as it is kept and shown.

    `waits` are what a waiting run waits for; `parent` is the run that it was forked from; `resumed` counts how often
    it was taken up again, and `repeated` the calls that had to be made again because a crash took their answers.
    `recorded` is told of a run that has not come to its end, and `answers` of one that has asked, where somebody has
    looked.
    """

    id: str
    plan: ExecutionPlan
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None = None
    agents: tuple[AgentResult, ...] = ()
    report: RunReport | None = None
    error: str = ""
    terms: RunTerms = TERMS
    idempotency_key: str = ""
    parent: str = ""
    waits: tuple[Wait, ...] = ()
    resumed: int = 0
    repeated: int = 0
    recorded: Recorded | None = None
    answers: tuple[GivenAnswer, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The merged findings, worst first; of a run without a report what its agents had found until then."""
        if self.report is not None:
            return self.report.findings
        return merge(finding for agent in self.agents for finding in agent.findings)

    @property
    def duration(self) -> float | None:
        """Seconds of wall time, None while it runs."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None

    @property
    def usage(self) -> Usage:
        """Tokens over all agents, and over what is recorded of those that have not ended."""
        ended = self._ended
        recorded = total_usage(self.recorded.calls) if self.recorded else Usage()
        return recorded if recorded.total > ended.total else ended

    @property
    def _ended(self) -> Usage:
        return sum((agent.usage for agent in self.agents), Usage())

    @property
    def cost(self) -> Decimal | None:
        """US dollars over all that `usage` counts; None when a part is unpriced, or nothing tells what it cost."""
        if self.recorded and self.usage.total > self._ended.total:
            return total_cost(self.recorded.calls)
        if self.recorded and self.recorded.broken_off and not self.usage.total:
            return None
        costs = [agent.cost for agent in self.agents if not agent.asked_nobody]
        if any(cost is None for cost in costs):
            return None
        return sum((cost for cost in costs if cost is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line in a list of runs."""

    id: str
    task: str
    root: str
    status: RunStatus
    started_at: datetime
    verdict: Verdict | None = None
    score: float | None = None
    findings: int = 0
