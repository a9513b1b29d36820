"""The HTML page: what a run waits for, how it went, and what its team came to."""

from __future__ import annotations

from ...domain.orchestration.run import RunRecord
from .course import ABOVE, BELOW, PLANNED_HEAD, course, planned
from .decisions import DecisionRow, decisions
from .edits import edits
from .page_words import bar, esc
from .waits import waits

DIFF_CLASSES = {"+": "more", "-": "less", "@": "place"}


def waits_card(record: RunRecord) -> str:
    """Each wait, with the commands that answer it."""
    rows = waits(record)
    if not rows:
        return ""
    items = "".join(
        f"<li class='gap'><div><b>{esc(row.kind)}</b></div><p>{esc(row.words)}</p>"
        f"{''.join(f'<p><code>{esc(answer)}</code></p>' for answer in row.answers)}</li>"
        for row in rows
    )
    return (
        f"<section class='card'><h2>Waits for <small>{len(rows):,}</small></h2>"
        f"<ul class='gates waits'>{items}</ul></section>"
    )


def decisions_card(record: RunRecord) -> str:
    """Each decision, with its count and with who saw it otherwise."""
    rows = decisions(record)
    if not rows:
        return ""
    title = "Decision" if len(rows) == 1 else f"Decisions <small>{len(rows):,}</small>"
    return f"<section class='card'><h2>{title}</h2>{''.join(_decision(row) for row in rows)}</section>"


def _decision(row: DecisionRow) -> str:
    tally = "".join(
        f"<div class='choice'><span>{esc(choice)}</span>{bar(share)}<span class='number'>{count}</span></div>"
        for choice, count, share in row.tally
    )
    against = "".join(
        f"<li><code>{esc(agent)}</code>{f': {esc(view)}' if view else ''}</li>" for agent, view in row.against
    )
    answer = f"<blockquote>{esc(row.answer)}</blockquote>" if row.answer else ""
    dissent = f"<p class='soft'>Saw it otherwise</p><ul class='missed'>{against}</ul>" if against else ""
    return (
        f"<div class='decision'><h3>{esc(row.title)} <small>{esc(row.facts)}</small></h3>"
        f"<p>{esc(row.words)}</p>{answer}{tally}{dissent}</div>"
    )


def edits_card(record: RunRecord) -> str:
    """What was staged, and whether it was made."""
    told = edits(record)
    if told is None:
        return ""
    files = "".join(f"<li><code>{esc(path)}</code> {esc(status)}</li>" for path, status in told.files)
    lines = "\n".join(
        f"<span class='{DIFF_CLASSES.get(line[:1], 'same')}'>{esc(line)}</span>" for line in told.diff
    )
    reason = f"<p>{esc(told.reason)}</p>" if told.reason else ""
    back = f"<p class='soft'>Take them back: <code>{esc(told.way_back)}</code></p>" if told.way_back else ""
    return (
        f"<section class='card'><h2>{esc(told.title)}</h2>{reason}<ul class='missed'>{files}</ul>"
        f"<pre class='diff'>{lines}</pre>{back}</section>"
    )


def course_card(record: RunRecord) -> str:
    """What the run went through, and what it took against what was planned."""
    facts = "".join(f"<div><dt>{name}</dt><dd>{esc(words)}</dd></div>" for name, words in course(record))
    head = "".join(f"<th>{name}</th>" for name in PLANNED_HEAD)
    body = "".join(
        f"<tr><td>{row.name}</td><td>{esc(row.planned)}</td><td><strong>{esc(row.taken)}</strong></td>"
        f"<td class='{'fair' if row.stands in {ABOVE, BELOW} else 'soft'}'>{row.stands}</td></tr>"
        for row in planned(record)
    )
    return (
        f"<section class='card'><h2>Planned and taken <small>{esc(record.plan.estimate.basis)}</small></h2>"
        f"<table class='calls'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"{f'<dl class=facts>{facts}</dl>' if facts else ''}</section>"
    )
