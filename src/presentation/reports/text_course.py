"""For a terminal: what a run waits for, how it went, and what its team came to."""

from __future__ import annotations

from ...domain.orchestration.run import RunRecord
from .course import ABOVE, BELOW, course, planned
from .decisions import DecisionRow, decisions
from .edits import edits
from .paper import Paper
from .waits import waits

TALLY = 20
DIFF_SHOWN = 60
DIFF_STYLES = {"+": "green", "-": "red"}


def write_waits(paper: Paper, record: RunRecord) -> None:
    """Each wait, with the commands that answer it."""
    rows = waits(record)
    if not rows:
        return
    paper.rule(f"Waits for: {len(rows):,}")
    for row in rows:
        paper.line((row.kind, "yellow"), (f"  {row.words}", ""), indent=2)
        for answer in row.answers:
            paper.line((answer, "bold"), indent=4)


def write_decisions(paper: Paper, record: RunRecord) -> None:
    """Each decision, with its count and with who saw it otherwise."""
    rows = decisions(record)
    if not rows:
        return
    paper.rule("Decision" if len(rows) == 1 else f"Decisions: {len(rows):,}")
    for row in rows:
        _decision(paper, row)


def _decision(paper: Paper, row: DecisionRow) -> None:
    paper.line((row.title, "bold"), (f"  {row.facts}", "dim"), indent=2)
    paper.line((row.words, ""), indent=4)
    if row.answer:
        paper.line(("→ ", "green"), (row.answer, ""), indent=4)
    paper.rows(
        [
            ((count, "bold"), ("█" * max(round(share * TALLY), 1 if share else 0), "cyan"), (choice, ""))
            for choice, count, share in row.tally
        ],
        indent=4,
    )
    for agent, view in row.against:
        paper.line(("against: ", "yellow"), (agent, "bold"), (f": {view}" if view else "", ""), indent=4)


def write_edits(paper: Paper, record: RunRecord) -> None:
    """What was staged, and whether it was made."""
    told = edits(record)
    if told is None:
        return
    paper.rule(told.title)
    if told.reason:
        paper.line((told.reason, "" if told.made else "yellow"), indent=2)
    paper.rows([((path, ""), (status, "green" if told.made else "yellow")) for path, status in told.files])
    for line in told.diff[:DIFF_SHOWN]:
        paper.cut(line, DIFF_STYLES.get(line[:1], "dim"), indent=4)
    rest = len(told.diff) - DIFF_SHOWN
    if rest > 0:
        paper.line((f"and {rest:,} more lines: --format markdown shows all", "dim"), indent=4)
    if told.way_back:
        paper.line(("take them back: ", "dim"), (told.way_back, "bold"), indent=2)


def write_course(paper: Paper, record: RunRecord) -> None:
    """What the run went through, and what it took against what was planned."""
    rows = course(record)
    if rows:
        paper.rule("Course")
        paper.rows([((name, "dim"), (words, "")) for name, words in rows])
    paper.rule("Planned and taken", record.plan.estimate.basis)
    paper.rows(
        [
            (
                (row.name, "dim"),
                (row.taken, "bold"),
                (row.stands, "yellow" if row.stands in {ABOVE, BELOW} else "dim"),
                (f"planned: {row.planned}", ""),
            )
            for row in planned(record)
        ]
    )
