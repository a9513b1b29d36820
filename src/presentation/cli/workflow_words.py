"""Workflows and their plans as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from ...domain.workflows.state import StageRecord, StageStatus, WorkflowLine, WorkflowStatus
from ...domain.workflows.workflow import Then, Workflow, WorkflowStage
from ..reports.wording import duration, money, printable
from ..reports.workflow import details, outcome
from .plain import columns, indented, shorten

if TYPE_CHECKING:
    from ...application.use_cases.plan_workflow import PlannedStage, WorkflowPlan


def listed(workflows: Sequence[Workflow], width: int) -> str:
    """One line a workflow."""
    rows = [("workflow", "from", "stages", "purpose")]
    rows += [(w.name, w.origin.value, str(len(w.stages)), w.purpose) for w in workflows]
    return columns(rows, width)


def runs_listed(lines: Sequence[WorkflowLine], width: int) -> str:
    """One line a workflow that was begun."""
    if not lines:
        return "no workflows were begun"
    rows = [("run", "started", "result", "stages", "workflow", "folder")]
    rows += [
        (
            line.id,
            line.started_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            line.verdict.value
            if line.verdict and line.status is WorkflowStatus.COMPLETED
            else line.status.value,
            f"{line.done}/{line.stages}",
            line.name,
            PurePath(line.root).name or line.root,
        )
        for line in lines
    ]
    return columns(rows, width)


def shown(workflow: Workflow, width: int) -> str:
    """A workflow with its inputs and stages."""
    lines = [
        f"{workflow.name}  ({workflow.title}, {workflow.origin.value})",
        indented(workflow.purpose, width),
    ]
    for each in workflow.inputs:
        default = "must be given" if each.default is None else f"default: {each.default}"
        words = f"--input {each.name}=…  {each.help} ({default})"
        lines.append(indented(words, width))
    for number, stage in enumerate(workflow.stages, 1):
        lines += ["", printable(f"{number}. {stage.id}: {stage.title}")]
        lines += [indented(words, width) for words in _about(stage)]
    return "\n".join(lines)


def _about(stage: WorkflowStage) -> Iterator[str]:
    team = ", ".join(stage.agents) or ", ".join(c.words for c in stage.capabilities) or "by the task"
    yield f"team: {team}" + (f", {stage.pattern}" if stage.pattern else "")
    if stage.when:
        yield f"when: {stage.when}"
    if stage.needs_model:
        yield "needs a language model" + (" (optional)" if stage.optional else "")
    if stage.tier:
        yield f"tier: {stage.tier.value}"
    if stage.gates:
        yield "gates: " + ", ".join(f"{gate.name}={gate.threshold:g}" for gate in stage.gates)
    if stage.always:
        yield "always: runs whatever happened"
    again = "once" if stage.on_error.retries == 1 else f"{stage.on_error.retries} times"
    retries = f"tried again {again}, then " if stage.on_error.retries else ""
    if retries or stage.on_error.then is Then.CONTINUE:
        yield f"when it fails: {retries}{stage.on_error.then.value}"


def planned(plan: WorkflowPlan, width: int) -> str:
    """What each stage would take."""
    lines = [f"{plan.workflow.name}: nothing was run"]
    for each in plan.stages:
        lines += ["", printable(f"{each.stage.id}: {each.stage.title}")]
        lines += [indented(words, width) for words in _expected(each)]
    return "\n".join(lines)


def _expected(each: PlannedStage) -> Iterator[str]:
    if each.stage.when:
        yield f"when: {each.stage.when}"
    if each.plan is None:
        yield f"skipped: {each.lacks}"
        return
    team = ", ".join(f"{agent.agent} on {agent.model}" for agent in each.plan.agents)
    yield f"{each.plan.pattern}: {team}"
    estimate = each.plan.estimate
    cost = money(each.plan.estimated_cost)
    yield f"about {duration(estimate.seconds.expected)}, {cost}, {estimate.tokens.expected:,.0f} tokens"
    for gap in each.plan.uncovered:
        yield f"not done: {gap.capability.words}: {gap.reason}"


def progress_line(record: StageRecord) -> str:
    """What is told on stderr when a stage changes."""
    if record.status is StageStatus.RUNNING:
        again = f", attempt {record.attempt}" if record.attempt > 1 else ""
        return f"{record.id}: at work{again}"
    if record.status is StageStatus.PENDING:
        return shorten(f"{record.id}: failed, tried again: {record.reason}", 200)
    about = details(record)
    return shorten(f"{record.id}: {outcome(record)}" + (f": {about}" if about else ""), 200)
