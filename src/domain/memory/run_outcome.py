"""What came of a run, so that the next plan for the like of it can be better."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ..agents.capability import Capability
from ..errors import ErrorKind
from ..orchestration.gates import GateVerdict
from ..orchestration.plan import Estimate, PlannedAgent
from ..orchestration.requirements import Complexity, TaskDomain
from ..orchestration.run import AgentResult, AgentStatus, RunRecord, RunStatus, Verdict

OWN_DOING = frozenset(
    {
        None,
        ErrorKind.BAD_ANSWER,
        ErrorKind.INCOMPLETE,
        ErrorKind.INVALID_REQUEST,
        ErrorKind.CONTEXT_TOO_LONG,
        ErrorKind.REFUSED,
    }
)
"""How the last call of a step ends that an agent fails at by itself; networks, keys and budgets are not its doing."""
UNFINISHED = frozenset({RunStatus.RUNNING, RunStatus.WAITING, RunStatus.CANCELLED, RunStatus.INTERRUPTED})
NO_TIME = 1e-9


@dataclass(frozen=True, slots=True)
class Taken:
    """Tokens, seconds and US dollars (None: unpriced) that something took."""

    tokens: float
    seconds: float
    cost: Decimal | None = None

    def inside(self, estimate: Estimate) -> bool:
        """Whether all of it that is known lies in the ranges of `estimate`."""
        held = [
            estimate.tokens.low <= self.tokens <= estimate.tokens.high,
            estimate.seconds.low - NO_TIME <= self.seconds <= estimate.seconds.high + NO_TIME,
        ]
        if self.cost is not None and estimate.cost is not None:
            held.append(estimate.cost[0] <= self.cost <= estimate.cost[2])
        return all(held)


@dataclass(frozen=True, slots=True)
class Worked:
    """One agent's part in a run.

    `tries` are its steps, `failures` those that it failed at by itself, `failed` tells whether its last one was such.
    `planned` is what was expected of a step, None for one who was not in the plan; `taken` what a step took on
    average, None where that teaches nothing.
    """

    agent: str
    model: str
    tries: int
    failures: int
    failed: bool
    planned: Estimate | None = None
    taken: Taken | None = None


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """A run as later plans see it; the words of its task are not kept.

    `project` tells its folder from others without naming it. `taken` is None for a run that teaches nothing about time
    and cost: one that failed, was cancelled or taken up again, or has parts of another run. `shared` marks the last of
    these. `composed` is a team that is more than its pattern over all agents in order.
    """

    run: str
    project: str
    at: datetime
    domain: TaskDomain
    complexity: Complexity
    capabilities: frozenset[Capability]
    code_lines: int
    pattern: str
    team: tuple[Worked, ...]
    gates: Mapping[str, GateVerdict]
    status: RunStatus
    verdict: Verdict | None
    planned: Estimate
    taken: Taken | None = None
    shared: bool = False
    composed: bool = False

    @property
    def passed(self) -> bool | None:
        """Whether its team did what was asked; None where that cannot be told: not finished, or not all measured."""
        if self.status in UNFINISHED:
            return None
        if self.status is RunStatus.FAILED:
            return False
        return None if self.verdict in {None, Verdict.PARTIAL} else self.verdict is Verdict.PASSED


def project_of(root: str) -> str:
    """What stands for the folder `root` in outcomes: the same for the same path, and telling nothing of it."""
    return hashlib.sha256(root.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def outcome_of(
    run: RunRecord, steps: Sequence[AgentResult], code_lines: int, borrowed: Collection[str] = ()
) -> RunOutcome:
    """What `run`, which has ended, came to with these `steps`, all tries of all agents.

    `borrowed` are agents whose work was taken over from another run, or begun in an earlier drive of this one: nothing
    is learned of them here.
    """
    plan, report = run.plan, run.report
    seconds = run.duration
    whole = run.status is RunStatus.COMPLETED and not run.resumed and not run.parent and seconds is not None
    names = dict.fromkeys(step.agent for step in steps if step.agent not in borrowed)
    planned = {agent.agent: agent for agent in plan.agents}
    return RunOutcome(
        run=run.id,
        project=project_of(plan.root),
        at=run.started_at,
        domain=plan.requirements.domain,
        complexity=plan.requirements.complexity,
        capabilities=frozenset(plan.requirements.capabilities),
        code_lines=code_lines,
        pattern=plan.pattern,
        team=tuple(
            _worked([step for step in steps if step.agent == name], planned.get(name), whole=whole)
            for name in names
        ),
        gates={gate.name: gate.verdict for gate in report.gates} if report else {},
        status=run.status,
        verdict=report.verdict if report and run.status is RunStatus.COMPLETED else None,
        planned=plan.estimate,
        taken=Taken(run.usage.total, seconds, run.cost) if whole and seconds is not None else None,
        shared=bool(run.parent),
        composed=plan.composition is not None,
    )


def _worked(steps: Sequence[AgentResult], planned: PlannedAgent | None, *, whole: bool) -> Worked:
    done = [step for step in steps if step.status is AgentStatus.COMPLETED]
    taken = None
    if whole and done:
        costs = [step.cost for step in done]
        known = [cost for cost in costs if cost is not None]
        taken = Taken(
            sum(step.usage.total for step in done) / len(done),
            sum(step.duration for step in done) / len(done),
            sum(known, Decimal(0)) / len(done) if len(known) == len(done) else None,
        )
    return Worked(
        agent=steps[-1].agent,
        # The planned model: who answers may call itself otherwise.
        model=planned.model if planned else steps[-1].model,
        tries=len(steps),
        failures=sum(_own_failure(step) for step in steps),
        failed=_own_failure(steps[-1]),
        planned=planned.estimate if planned else None,
        taken=taken,
    )


def _own_failure(step: AgentResult) -> bool:
    """Whether the agent failed by itself; where no model was asked, something else stood in its way."""
    return step.status is AgentStatus.FAILED and bool(step.attempts) and step.attempts[-1].error in OWN_DOING
