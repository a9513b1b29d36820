"""What comes next in a workflow, and what its end means: decisions without doing anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from ..budget.limits import BudgetLimits
from ..errors import UnknownName, UserError
from ..orchestration.run import RunRecord, RunStatus, Verdict
from .condition import Condition, parse_condition, references
from .evaluate import Known, evaluate
from .expecting import checks, handed_of, spent_by
from .state import UNDER_WAY, SkipCause, StageRecord, StageStatus, WorkflowLine, WorkflowState, WorkflowStatus
from .workflow import MAX_INPUT, Then, Workflow, WorkflowStage

Lacking = Callable[[WorkflowStage], str]
"""Why a stage cannot be done with the models that are set; "" when it can."""


@dataclass(frozen=True, slots=True)
class RunIt:
    """The stage is to be run, or its run is to go on."""

    stage: WorkflowStage
    attempt: int


@dataclass(frozen=True, slots=True)
class SkipIt:
    """The stage is not to be run."""

    stage: WorkflowStage
    cause: SkipCause
    reason: str


Step: TypeAlias = RunIt | SkipIt


def inputs_of(workflow: Workflow, given: Mapping[str, str]) -> dict[str, str]:
    """Every input with its value; raises UserError or UnknownName for what is missing, unknown or not a choice."""
    known = {each.name: each for each in workflow.inputs}
    for name in given:
        if name not in known:
            otherwise = "" if known else f"workflow {workflow.name!r} takes no inputs"
            raise UnknownName.of("input", name, known, otherwise)
    values: dict[str, str] = {}
    for name, each in known.items():
        value = given.get(name, each.default)
        if value is None:
            hint = f"give it: --input {name}=…" + (f" ({each.help})" if each.help else "")
            raise UserError(f"workflow {workflow.name!r} needs the input {name!r}", code="input", hint=hint)
        if each.choices and value not in each.choices:
            hint = f"one of {', '.join(each.choices)}"
            raise UserError(f"input {name!r} cannot be {value!r}", code="input", hint=hint)
        if len(value) > MAX_INPUT:
            message = f"input {name!r} has {len(value)} characters, more than {MAX_INPUT}"
            raise UserError(message, code="input", hint="put the details into a file of the project")
        values[name] = value
    return values


def next_step(state: WorkflowState, lacking: Lacking) -> Step | None:
    """What is to be done now; None when every stage is over.

    A stage that was begun goes on; one whose condition does not hold, or is not known to, is skipped; after a stage
    that failed for good only `always` stages come, and after a cancellation too.
    """
    for record in state.records:
        if not record.is_over:
            stage = state.stage(record.id)
            if record.status in UNDER_WAY and not _cancels(state, stage):
                return RunIt(stage, record.attempt)
            return _skip(state, stage, lacking) or RunIt(stage, record.attempt + 1)
    return None


def _cancels(state: WorkflowState, stage: WorkflowStage) -> bool:
    return state.status is WorkflowStatus.CANCELLED and not stage.always


def _skip(state: WorkflowState, stage: WorkflowStage, lacking: Lacking) -> SkipIt | None:
    if stage.always:
        return None
    if state.status is WorkflowStatus.CANCELLED:
        return SkipIt(stage, SkipCause.CANCELLED, "the workflow was cancelled")
    failed = stopped_by(state)
    if failed:
        return SkipIt(stage, SkipCause.STOPPED, f"stage {failed!r} failed before it")
    if stage.when:
        condition = parse_condition(stage.when)
        answer = evaluate(condition, _known(state))
        if not answer.holds:
            unknown = answer.holds is None and not _meant_to_be_unknown(condition, state)
            cause = SkipCause.UNDECIDED if unknown else SkipCause.CONDITION
            return SkipIt(stage, cause, f"{answer.why} (it runs when {stage.when})")
    lacks = lacking(stage) if stage.needs_model else ""
    return SkipIt(stage, SkipCause.NO_MODEL, lacks) if lacks else None


def _meant_to_be_unknown(condition: Condition, state: WorkflowState) -> bool:
    """Whether a stage that the condition asks about was left out by its own condition."""
    asked = {reference.stage for reference in references(condition)}
    return any(record.id in asked and record.cause is SkipCause.CONDITION for record in state.records)


def stopped_by(state: WorkflowState) -> str:
    """The stage after whose failure nothing but cleaning up comes."""
    for record in state.records:
        if record.status is StageStatus.FAILED and state.stage(record.id).on_error.then is Then.STOP:
            return record.id
    return ""


def _known(state: WorkflowState) -> Known:
    return Known(state.inputs, {record.id: record for record in state.records})


def skipped(record: StageRecord, step: SkipIt, now: datetime) -> StageRecord:
    """The record of a stage that is not run."""
    return replace(record, status=StageStatus.SKIPPED, cause=step.cause, reason=step.reason, finished_at=now)


def begun(record: StageRecord, attempt: int, now: datetime) -> StageRecord:
    """The record of a stage as its run begins, or goes on."""
    return replace(
        record, status=StageStatus.RUNNING, attempt=attempt, reason="", started_at=record.started_at or now
    )


def settled(stage: WorkflowStage, record: StageRecord, run: RunRecord, now: datetime) -> StageRecord:
    """The record after a run: completed when the output is what it must be."""
    spent = record.spent.plus(spent_by(run))
    record = replace(record, run_id=run.id, spent=spent)
    if run.status is not RunStatus.COMPLETED or run.report is None:
        return failed(stage, record, run.error or f"its run is {run.status.value}", now)
    handed = handed_of(run)
    found = checks(stage.expect, run, handed)
    record = replace(record, handed=handed, checks=found, verdict=run.report.verdict)
    unmet = "; ".join(f"{check.name}: {check.words}" for check in found if not check.passed)
    if unmet:
        return failed(stage, record, f"its output is not as expected: {unmet}", now)
    return replace(record, status=StageStatus.COMPLETED, finished_at=now)


def failed(
    stage: WorkflowStage, record: StageRecord, reason: str, now: datetime, *, hopeless: bool = False
) -> StageRecord:
    """The record of a failed attempt: pending again while there are retries left, and a chance."""
    again = record.attempt <= stage.on_error.retries and not hopeless
    status = StageStatus.PENDING if again else StageStatus.FAILED
    return replace(record, status=status, reason=reason, finished_at=None if again else now)


def left_of(state: WorkflowState) -> BudgetLimits:
    """What the rest of a workflow may spend."""
    limits, spent = state.limits, state.spent
    return replace(
        limits,
        calls=None if limits.calls is None else max(limits.calls - spent.calls, 0),
        tokens=None if limits.tokens is None else max(limits.tokens - spent.tokens, 0),
        usd=None if limits.usd is None else max(limits.usd - spent.usd, limits.usd * 0),
        seconds=None if limits.seconds is None else max(limits.seconds - spent.seconds, 0.001),
    )


def verdict_of(state: WorkflowState) -> Verdict:
    """Failed when a stage's gates failed; partial when anything that belongs to it was not done or not measured."""
    if any(record.verdict is Verdict.FAILED for record in state.records):
        return Verdict.FAILED
    ran = any(record.status is StageStatus.COMPLETED for record in state.records)
    lacks = any(_lacks(state.stage(record.id), record) for record in state.records)
    return Verdict.PARTIAL if lacks or not ran else Verdict.PASSED


def _lacks(stage: WorkflowStage, record: StageRecord) -> bool:
    if record.status is StageStatus.SKIPPED:
        return record.cause is not SkipCause.CONDITION and not stage.optional
    return record.status is not StageStatus.COMPLETED or record.verdict is Verdict.PARTIAL


def line_of(state: WorkflowState) -> WorkflowLine:
    """The state as one line of a list."""
    over = state.finished_at is not None
    return WorkflowLine(
        id=state.id,
        name=state.workflow.name,
        root=state.root,
        status=state.status,
        started_at=state.started_at,
        done=sum(record.is_over for record in state.records),
        stages=len(state.records),
        verdict=verdict_of(state) if over else None,
    )
