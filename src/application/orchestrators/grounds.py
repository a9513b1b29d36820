"""What a plan rests on: words of the task, facts of the code, and what a team can do at all."""

from __future__ import annotations

from collections.abc import Sequence

from ...domain.agents.capability import Capability
from ...domain.agents.roster import LOOK, WRITE
from ...domain.orchestration.requirements import Reason, TaskRequirements
from ...domain.orchestration.team import Member
from ...domain.workspace.files import WorkspaceSnapshot


def asked_most(requirements: TaskRequirements) -> Capability:
    """What a task asks for most; looking things up when nothing else was recognised."""
    return requirements.capabilities[0] if requirements.capabilities else Capability.RESEARCH


def gathers(members: Sequence[Member]) -> bool:
    """Whether anybody in the team gathers evidence that gates could be held against."""
    return any(set(member.template.tools).difference(LOOK, WRITE) for member in members)


def grounds_for(member: Member, requirements: TaskRequirements) -> str:
    """Why an agent is in the team: the evidence for what it covers."""
    if not member.covers:
        return "asked for"
    needs = {f"needs {capability.words}" for capability in member.covers}
    evidence = dict.fromkeys(r.evidence for r in requirements.reasons if r.conclusion in needs)
    return "; ".join(evidence) or f"covers {', '.join(capability.words for capability in member.covers)}"


def facts_of(snapshot: WorkspaceSnapshot) -> tuple[Reason, ...]:
    """What was seen of the code before anybody looked into it."""
    facts = snapshot.facts
    code = ", ".join(f"{name} ({facts.lines[name]} lines)" for name in facts.languages[:4]) or "no code"
    reasons = [Reason("languages", code), Reason("tests", f"{facts.test_files} files of tests or test data")]
    if facts.changed is not None:
        reasons.append(Reason("diff", f"{facts.changed} changed files; findings elsewhere are left out"))
    return tuple(reasons)
