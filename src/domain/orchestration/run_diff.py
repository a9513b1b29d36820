"""What is different between two runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..evidence.finding import Finding
from .run import AgentResult, RunRecord


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is not the same; None where one of the runs has none."""

    name: str
    before: str | float | Decimal | None
    after: str | float | Decimal | None


@dataclass(frozen=True, slots=True)
class RunDiff:
    """Two runs side by side; findings are told apart by their fingerprints, which stay when lines move."""

    before: str
    after: str
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    same: int
    changes: tuple[Change, ...]
    agents: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.new or self.gone or self.changes or self.agents)


def difference(before: RunRecord, after: RunRecord) -> RunDiff:
    """What the second run has otherwise than the first: findings, measures, gates, cost, and how its agents ended."""
    old = {finding.fingerprint: finding for finding in before.findings}
    new = {finding.fingerprint: finding for finding in after.findings}
    return RunDiff(
        before=before.id,
        after=after.id,
        new=tuple(finding for mark, finding in new.items() if mark not in old),
        gone=tuple(finding for mark, finding in old.items() if mark not in new),
        same=len(old.keys() & new.keys()),
        changes=_changes(_facts(before), _facts(after)),
        agents=_changes(
            {agent.agent: _agent(agent) for agent in before.agents},
            {agent.agent: _agent(agent) for agent in after.agents},
        ),
    )


Value = str | float | Decimal | None


def _changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[Change, ...]:
    names = dict.fromkeys((*before, *after))
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return tuple(Change(name, one, other) for name, one, other in pairs if one != other)


def _facts(run: RunRecord) -> dict[str, Value]:
    """Everything of a run that has one value, in the order in which it is told."""
    facts: dict[str, Value] = {"task": run.plan.task, "pattern": run.plan.pattern, "status": run.status.value}
    facts |= {f"model of {agent.agent}": agent.model for agent in run.plan.agents}
    if run.report is not None:
        facts["verdict"] = run.report.verdict.value
        facts["health.score"] = run.report.health.score
        facts |= {f"gate {gate.name}": gate.verdict.value for gate in run.report.gates}
        facts |= dict(sorted(run.report.measures.items()))
    facts["cost"] = run.cost
    facts["tokens"] = run.usage.total
    return facts


def _agent(agent: AgentResult) -> str:
    noun = "finding" if len(agent.findings) == 1 else "findings"
    return f"{agent.status.value}, {len(agent.findings)} {noun}"
