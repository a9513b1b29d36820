"""What a team came to, in words: who decided what, by which count, and who saw it otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.orchestration.decision import Decision
from ...domain.orchestration.run import RunRecord
from . import wording


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision; `tally` are (choice, count, share of the highest count), `against` (agent, its view)."""

    title: str
    words: str
    facts: str
    answer: str
    tally: tuple[tuple[str, str, float], ...]
    against: tuple[tuple[str, str], ...]


def decisions(record: RunRecord) -> tuple[DecisionRow, ...]:
    """One row a decision, in the order in which they were made; none without a report."""
    return tuple(_row(decision) for decision in record.report.decisions) if record.report else ()


def _row(decision: Decision) -> DecisionRow:
    most = max(decision.tally.values(), default=0.0) or 1.0
    facts = [f"by {', '.join(decision.by)}" if decision.by else "nobody's word stands"]
    if decision.rounds:
        facts.append(f"after {wording.count(decision.rounds, 'round')}")
    return DecisionRow(
        title=f"{decision.team}: {decision.pattern}" if decision.team else decision.pattern,
        words=decision.words,
        facts=", ".join(facts),
        answer=decision.answer,
        tally=tuple(
            (choice, f"{count:g}", max(count, 0.0) / most) for choice, count in decision.tally.items()
        ),
        against=tuple((each.agent, each.words) for each in decision.dissent),
    )
