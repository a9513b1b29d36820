"""Two runs side by side: what is new, what is gone, and what has another value."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal

from ... import __version__
from ...domain.errors import UnknownName
from ...domain.evidence.finding import Finding
from ...domain.orchestration.run_diff import Change, RunDiff
from . import Look, wording
from .json_ import SCHEMA_VERSION
from .markdown_words import code, escape, table
from .paper import Paper

Value = str | float | Decimal | None
NOTHING = "Nothing differs."


def render_diff(diff: RunDiff, format: str, *, color: bool = False, width: int = 100) -> str:  # noqa: A002
    """Write `diff` down; raises UnknownName for a format that it cannot be written in."""
    writers: Mapping[str, Callable[[], str]] = {
        "text": lambda: _text(diff, Look(color, width)),
        "markdown": lambda: _markdown(diff),
        "json": lambda: _json(diff),
    }
    if format not in writers:
        raise UnknownName.of("format for differences", format, writers)
    return writers[format]()


def _text(diff: RunDiff, look: Look) -> str:
    paper = Paper(look)
    paper.line(("before ", "dim"), (diff.before, "bold"), ("  after ", "dim"), (diff.after, "bold"))
    if diff.is_empty:
        paper.line((NOTHING, ""), indent=2)
    for title, mark, style, findings in (
        ("New", "+", "red", diff.new),
        ("Gone", "−", "green", diff.gone),
    ):
        if findings:
            paper.rule(f"{title}: {len(findings):,}", wording.tally(findings))
            paper.rows([((mark, style), *((cell, "") for cell in _cells(one))) for one in findings])
    for title, changes in (("Values", diff.changes), ("Agents", diff.agents)):
        if changes:
            paper.rule(title)
            paper.rows([tuple((cell, "") for cell in _row(change)) for change in changes])
    paper.blank()
    paper.line((f"{wording.count(diff.same, 'finding')} in both", "dim"))
    return paper.finish()


def _markdown(diff: RunDiff) -> str:
    lines = [f"# Muster: {code(diff.before)} and {code(diff.after)}", ""]
    if diff.is_empty:
        lines += [NOTHING, ""]
    for title, findings in (("New", diff.new), ("Gone", diff.gone)):
        if findings:
            rows = [[escape(cell) for cell in _cells(one)] for one in findings]
            lines += [f"## {title}: {wording.tally(findings)}", ""]
            lines += table(("Severity", "Where", "Rule", "Finding"), rows)
    for title, changes in (("Values", diff.changes), ("Agents", diff.agents)):
        if changes:
            rows = [[escape(cell) for cell in _sides(change)] for change in changes]
            lines += [f"## {title}", "", *table(("What", "Before", "After"), rows)]
    return "\n".join([*lines, f"{wording.count(diff.same, 'finding')} in both."]) + "\n"


def _json(diff: RunDiff) -> str:
    content = {"schema_version": SCHEMA_VERSION, "muster": __version__, "diff": asdict(diff)}
    text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
    return wording.visible_bytes(text, backslash="\\\\") + "\n"


def _cells(finding: Finding) -> tuple[str, str, str, str]:
    path = wording.path_text(finding.location.path)
    where = f"{path}:{finding.location.line}" if finding.location.line else path
    return finding.severity.value, where, finding.rule, finding.message


def _row(change: Change) -> tuple[str, str]:
    name, before, after = _sides(change)
    return name, f"{before} → {after}"


def _sides(change: Change) -> Sequence[str]:
    return change.name, _value(change.name, change.before), _value(change.name, change.after)


def _value(name: str, value: Value) -> str:
    if value is None:
        return wording.money(None) if name == "cost" else "–"
    if isinstance(value, Decimal):
        return wording.money(value)
    return value if isinstance(value, str) else wording.number(value)
