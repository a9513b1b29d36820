"""A workflow that was run: every stage with what became of it, and what the whole comes to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import TypeAdapter

from ... import __version__
from ...domain.errors import UnknownName
from ...domain.orchestration.run import Verdict
from ...domain.workflows.course import verdict_of
from ...domain.workflows.state import Spent, StageRecord, StageStatus, WorkflowState, WorkflowStatus
from . import Look, wording
from .markdown_words import code, escape, table
from .paper import Paper

SCHEMA_VERSION = 1
STYLES = {"passed": "bold green", "failed": "bold red", "partial": "bold yellow"}
MARKS = {
    StageStatus.COMPLETED: ("✓", "green"),
    StageStatus.FAILED: ("✗", "red"),
    StageStatus.SKIPPED: ("–", "dim"),
    StageStatus.RUNNING: ("…", "cyan"),
    StageStatus.WAITING: ("…", "yellow"),
    StageStatus.PENDING: ("·", "dim"),
}


def render_workflow(state: WorkflowState, format: str, look: Look) -> str:  # noqa: A002
    """Write `state` down; raises UnknownName when there is no such format."""
    writers: Mapping[str, Callable[[], str]] = {
        "text": lambda: _text(state, look),
        "markdown": lambda: _markdown(state),
        "json": lambda: _json(state),
    }
    if format not in writers:
        raise UnknownName.of("format for workflows", format, writers)
    return writers[format]()


def word_of(state: WorkflowState) -> str:
    """The verdict of a workflow that is over, else where it is in its life."""
    if state.finished_at is None:
        return "open"
    return verdict_of(state).value if state.status is WorkflowStatus.COMPLETED else state.status.value


def outcome(record: StageRecord) -> str:
    """What became of a stage, in a word or two; `failed` is what its gates say, `not done` a stage without output."""
    if record.status is StageStatus.COMPLETED and record.verdict:
        return record.verdict.value
    if record.status is StageStatus.FAILED:
        return "not done"
    return f"{record.status.value} ({record.cause.value})" if record.cause else record.status.value


def details(record: StageRecord) -> str:
    """What a stage found, or why it did not come to it."""
    parts = []
    if record.handed is not None:
        parts.append(_found(record.handed.findings))
    if record.reason:
        parts.append(record.reason)
    if record.attempt > 1:
        parts.append(f"attempt {record.attempt}")
    return "; ".join(parts)


def _found(counts: Mapping[str, int]) -> str:
    listed = [f"{count} {name}" for name, count in counts.items() if count and name != "all"]
    return f"{wording.count(counts.get('all', 0), 'finding')}" + (f": {', '.join(listed)}" if listed else "")


def spent_text(spent: Spent) -> str:
    """Time, dollars and tokens."""
    cost = "unpriced" if spent.unpriced else wording.money(spent.usd)
    return f"{wording.duration(spent.seconds)}, {cost}, {wording.count(spent.tokens, 'token')}"


def _text(state: WorkflowState, look: Look) -> str:
    paper = Paper(look)
    word = word_of(state)
    paper.line((word.upper(), STYLES.get(word, "bold yellow")), (f"  {state.workflow.title}", "bold"))
    paper.line(("workflow run: ", "dim"), (state.id, ""), indent=2)
    paper.line(("folder: ", "dim"), (state.root, ""), indent=2)
    for name, value in state.inputs.items():
        paper.line((f"{name}: ", "dim"), (value, ""), indent=2)
    paper.rule("Stages")
    rows = []
    for record in state.records:
        mark, style = MARKS[record.status]
        if record.verdict is Verdict.FAILED:
            mark, style = "✗", "red"
        about = details(record)
        took = wording.duration(record.spent.seconds) if record.attempt else ""
        rows.append(((mark, style), (record.id, ""), (outcome(record), style), (took, "dim"), (about, "dim")))
    paper.rows(rows)
    _foot(paper, state)
    return paper.finish()


def _foot(paper: Paper, state: WorkflowState) -> None:
    runs = [record for record in state.records if record.run_id]
    if runs:
        paper.rule("Runs", "muster show ID")
        paper.rows([((record.id, ""), (record.run_id, "dim")) for record in runs])
    paper.blank()
    paper.line((spent_text(state.spent), "dim"))
    if state.finished_at is None:
        paper.line((f"go on: muster workflow resume {state.id}", "yellow"))


def _markdown(state: WorkflowState) -> str:
    lines = [f"# Muster: {escape(state.workflow.title)}: {word_of(state)}", ""]
    lines += [f"**Workflow** {code(state.workflow.name)}, run {code(state.id)}", ""]
    lines += [f"**Folder** {code(state.root)}", ""]
    rows = [
        (
            code(record.id),
            escape(outcome(record)),
            escape(details(record)),
            code(record.run_id).replace("|", "\\|"),
            escape(spent_text(record.spent)) if record.attempt else "",
        )
        for record in state.records
    ]
    lines += table(("Stage", "Result", "Details", "Run", "Took"), rows)
    lines += [f"In all {escape(spent_text(state.spent))}.", ""]
    return "\n".join(lines)


def _json(state: WorkflowState) -> str:
    content: dict[str, Any] = TypeAdapter(WorkflowState).dump_python(state, mode="python")
    content["granted"] = sorted(state.granted)
    return _document(
        summary={
            "verdict": verdict_of(state) if state.finished_at else None,
            "status": state.status,
            "result": word_of(state),
            "seconds": state.spent.seconds,
            "tokens": state.spent.tokens,
            "cost_usd": None if state.spent.unpriced else state.spent.usd,
            "skipped": {r.id: r.reason for r in state.records if r.status is StageStatus.SKIPPED},
        },
        workflow_run=content,
    )


def _document(**content: Any) -> str:
    head: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "muster": __version__}
    text = json.dumps(head | content, indent=2, ensure_ascii=False, default=_plain, allow_nan=False)
    return wording.visible_bytes(text, backslash="\\\\") + "\n"


def _plain(value: object) -> object:
    """What JSON has no word for: decimals as text, moments in ISO 8601."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
