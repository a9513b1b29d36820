"""Markdown: what a run waits for, how it went, and what its team came to."""

from __future__ import annotations

import re

from ...domain.orchestration.run import RunRecord
from .course import PLANNED_HEAD, course, planned
from .decisions import DecisionRow, decisions
from .edits import edits
from .markdown_words import code, escape, table
from .waits import waits

TICKS = re.compile("`+")


def waits_lines(record: RunRecord) -> list[str]:
    """Each wait, with the commands that answer it."""
    rows = waits(record)
    if not rows:
        return []
    lines = [f"## Waits for: {len(rows):,}", ""]
    for row in rows:
        answers = " or ".join(code(answer) for answer in row.answers)
        lines.append(f"- **{row.kind}** {escape(row.words)}{f': {answers}' if answers else ''}")
    return [*lines, ""]


def decision_lines(record: RunRecord) -> list[str]:
    """Each decision, with its count and with who saw it otherwise."""
    rows = decisions(record)
    if not rows:
        return []
    lines = ["## Decision" if len(rows) == 1 else f"## Decisions: {len(rows):,}", ""]
    return [*lines, *(line for row in rows for line in _decision(row))]


def _decision(row: DecisionRow) -> list[str]:
    lines = [f"**{escape(row.title)}** {escape(row.words)} ({escape(row.facts)})", ""]
    if row.answer:
        lines += [f"> {escape(row.answer)}", ""]
    if row.tally:
        lines += table(("Choice", "Count"), [(escape(choice), count) for choice, count, _ in row.tally])
    against = [
        f"- against: {code(agent)}{f': {escape(view)}' if view else ''}" for agent, view in row.against
    ]
    return [*lines, *against, *([""] if against else [])]


def edits_lines(record: RunRecord) -> list[str]:
    """What was staged, and whether it was made."""
    told = edits(record)
    if told is None:
        return []
    lines = [f"## {told.title}", ""]
    lines += [escape(told.reason), ""] if told.reason else []
    lines += [f"- {code(path)} {status}" for path, status in told.files]
    fence = "`" * max(3, *(len(run) + 1 for run in TICKS.findall("\n".join(told.diff)) or [""]))
    lines += ["", f"{fence}diff", *told.diff, fence, ""]
    return [*lines, f"Take them back: {code(told.way_back)}", ""] if told.way_back else lines


def course_lines(record: RunRecord) -> list[str]:
    """What the run went through, and what it took against what was planned."""
    lines = [
        f"- {name} {code(words) if name == 'forked from' else escape(words)}"
        for name, words in course(record)
    ]
    if lines:
        lines = ["## Course", "", *lines, ""]
    rows = [[escape(cell) for cell in row.cells] for row in planned(record)]
    return [*lines, "## Planned and taken", "", *table(PLANNED_HEAD, rows)]
