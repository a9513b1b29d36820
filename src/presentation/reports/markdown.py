"""Markdown, for a pull request or a wiki; whatever comes from the code is escaped or quoted as code."""

from __future__ import annotations

from ...domain.evidence.finding import Finding
from ...domain.orchestration.run import RunRecord, RunReport
from . import history, wording
from .calls import HEAD, calls
from .markdown_course import course_lines, decision_lines, edits_lines, waits_lines
from .markdown_words import cell, code, escape, table

NOT_COVERED_SHOWN = 10


def render(record: RunRecord) -> str:
    """The run, verdict first."""
    lines = [*_head(record), *waits_lines(record)]
    if record.report:
        lines += [*_health(record.report), *_gates(record.report)]
        lines += [*decision_lines(record), *edits_lines(record)]
        lines += _findings(record.report)
    lines += [*_agents(record), *_calls(record), *_not_covered(record), *course_lines(record), *_foot(record)]
    return "\n".join(lines) + "\n"


def _head(record: RunRecord) -> list[str]:
    lines = [f"# Muster: {wording.verdict_word(record)}", "", f"**Task** {escape(record.plan.task)}", ""]
    if record.report is None:
        lines += [f"The run is {record.status} and has no report.", ""]
    else:
        parts = [wording.score_text(record.report), wording.share_text(record.report)]
        lines += [f"**{'; '.join(part for part in parts if part)}**", "", escape(record.report.summary), ""]
    if record.error:
        lines += [f"**Error** {escape(record.error)}", ""]
    return lines


def _health(report: RunReport) -> list[str]:
    scores = {health.category: health for health in report.health.categories}
    missing = wording.unmeasured(report)
    rows = []
    for category in wording.categories(report):
        health = scores.get(category)
        value = wording.UNMEASURED if health is None or health.score is None else f"{health.score:g}"
        basis = missing.get(category, health.basis if health else "")
        rows.append((category.value, wording.weight_text(category), value, escape(basis)))
    return ["## Health", "", *table(("Category", "Weight", "Score", "Why"), rows)] if rows else []


def _gates(report: RunReport) -> list[str]:
    rows = [
        (
            gate.name,
            wording.threshold(gate),
            wording.gate_value(gate),
            gate.verdict.value,
            escape(gate.reason),
        )
        for gate in report.gates
    ]
    return ["## Gates", "", *table(("Gate", "Must be", "Is", "Verdict", "Why"), rows)] if rows else []


def _findings(report: RunReport) -> list[str]:
    lines = [f"## Findings: {wording.tally(report.findings)}", ""]
    if note := wording.baseline_text(report):
        lines += [f"Left out: {note}.", ""]
    if note := history.summary_text(report):
        lines += [f"**{escape(note)}**", ""]
        lines += [f"- {state}: {escape(words)}" for state, words in history.ended_lines(report)] + [""]
    for path, findings in wording.by_file(report.findings).items():
        lines += [f"### {code(path) or wording.path_text(path)}", ""]
        lines += [
            line for finding in findings for line in _finding(finding, history.state_text(report, finding))
        ]
        lines.append("")
    return lines


def _finding(finding: Finding, state: str) -> list[str]:
    where = f" line {wording.place(finding)}" if finding.location.line else ""
    told = f" ({state})" if state else ""
    lines = [f"- **{finding.severity}** {code(finding.rule)}{where}{told}: {escape(finding.message)}"]
    if finding.quote:
        lines.append(f"  {code(finding.quote)}  ")
    if finding.suggestion:
        lines.append(f"  {escape(finding.suggestion)}  ")
    facts = f"confidence {wording.sureness(finding)}, by {escape(wording.said_by(finding))}"
    return [*lines, f"  {facts}, {code(finding.fingerprint)}" if finding.fingerprint else f"  {facts}"]


def _agents(record: RunRecord) -> list[str]:
    rows = [
        (
            cell(agent.agent),
            agent.status.value,
            wording.duration(agent.duration),
            escape(wording.agent_tools(agent)),
            escape(wording.agent_model(agent)),
            escape("; ".join(filter(None, (agent.error or agent.summary, wording.recalled(agent))))),
        )
        for agent in record.agents
    ]
    head = ("Agent", "State", "Time", "Tools", "Judgement", "Result")
    return ["## Agents", "", *table(head, rows)] if rows else []


def _calls(record: RunRecord) -> list[str]:
    rows = [tuple(escape(cell) for cell in row.cells) for row in calls(record)]
    return [f"## Model calls: {len(rows):,}", "", *table(HEAD, rows)] if rows else []


def _not_covered(record: RunRecord) -> list[str]:
    missed = wording.not_covered(record)
    if not missed:
        return []
    lines = [f"- {code(item.path) or wording.path_text('')}: {escape(item.reason)}" for item in missed]
    rest = len(missed) - NOT_COVERED_SHOWN
    more = [f"- and {rest:,} more"] if rest > 0 else []
    return [f"## Not covered: {len(missed):,}", "", *lines[:NOT_COVERED_SHOWN], *more, ""]


def _foot(record: RunRecord) -> list[str]:
    took = wording.duration(record.duration)
    return [f"Run {code(record.id)}: {took}, {wording.spent(record)}; {escape(wording.model_text(record))}."]
