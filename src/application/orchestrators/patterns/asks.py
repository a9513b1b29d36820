"""What patterns ask an answer to hold besides its words, as sentences for the agent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ....domain.orchestration.run import AgentResult, AgentStatus

MAX_TOLD = 50
"""Findings of one agent that another one is told of."""
CONFIDENCE = (
    'Add "confidence" to the object: how sure you are that your answer is right and complete, '
    "from 0 (a guess) to 1 (certain)."
)
FREE_CHOICE = (
    'Add "choice" to the object: your answer in as few words as possible, so that equal answers can be counted; '
    "leave it empty to abstain."
)


def choice_of(names: Iterable[str]) -> str:
    """Ask for one of `names`."""
    return f'Add "choice" to the object: one of {_listed(names)}, as written here; leave it empty to abstain.'


def ranking_of(names: Sequence[str]) -> str:
    """Ask for an order of `names`, or of whatever the agent proposes."""
    what = _listed(names) if names else "the possible answers, each in as few words as possible"
    return f'Add "ranking" to the object: {what}, the best first; leave it empty to abstain.'


def told(result: AgentResult) -> str:
    """What others hear of a result: its words and its findings, or what became of it instead."""
    if result.status is not AgentStatus.COMPLETED:
        return f"{result.status.value}: {result.error}" if result.error else result.status.value
    lines = [
        f"- {finding.severity.value} {finding.location.path}:{finding.location.line} {finding.message} "
        f"(evidence {finding.fingerprint})"
        for finding in result.findings[:MAX_TOLD]
    ]
    if len(result.findings) > MAX_TOLD:
        lines.append(f"- and {len(result.findings) - MAX_TOLD} more findings")
    return "\n".join((result.summary, *lines))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
