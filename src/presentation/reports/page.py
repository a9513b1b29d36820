"""One self-contained HTML page: it loads nothing, and reads the same without its script."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import PurePath

from ... import __version__
from ...domain.evidence.severity import Category
from ...domain.orchestration.gates import GateResult, GateVerdict
from ...domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunReport
from . import wording
from .calls import HEAD, calls
from .page_assets import SCRIPT, STYLE
from .page_course import course_card, decisions_card, edits_card, waits_card
from .page_findings import findings
from .page_words import bar, esc

DIAL_RADIUS = 50
DIAL_ROUND = 314.159
TONES = {"passed": "good", "failed": "bad", "partial": "fair"}
NOT_COVERED_SHOWN = 10
GATE_TONES = {
    GateVerdict.PASSED: ("good", "✓"),
    GateVerdict.FAILED: ("bad", "✗"),
    GateVerdict.UNMEASURED: ("gap", "–"),
}


def render(record: RunRecord) -> str:
    """The run as one page."""
    report = record.report
    parts = [_hero(record), waits_card(record)]
    if report:
        parts += [_health(report), _gates(report), decisions_card(record), edits_card(record)]
        parts += [findings(record, report)]
    parts += [_agents(record), _calls(record), _not_covered(record), course_card(record)]
    title = esc(f"Muster: {wording.verdict_word(record)}")
    return (
        "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
        f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">\n'
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        "<meta name='referrer' content='no-referrer'>\n<link rel='icon' href='data:,'>\n"
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in parts if part)
        + f"\n</main>\n{_foot(record)}\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def _policy() -> str:
    """Nothing may be loaded, and no style or script may run but the two of this page."""
    style, script = (b64encode(sha256(text.encode()).digest()).decode() for text in (STYLE, SCRIPT))
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hero(record: RunRecord) -> str:
    word = wording.verdict_word(record)
    report = record.report
    lines = [f"<span class='pill {TONES.get(word, 'fair')}'>{esc(word)}</span>"]
    if report is None:
        lines.append("<span>The run has no report.</span>")
    else:
        lines.append(f"<span>{esc(wording.score_text(report))}</span>")
        lines += [f"<p class='fair'>{esc(note)}</p>" for note in [wording.share_text(report)] if note]
        lines.append(f"<p>{esc(report.summary)}</p>")
    gaps = [f"not done: {gap.capability.words}: {gap.reason}" for gap in record.plan.uncovered]
    lines += [f"<p class='fair'>{esc(gap)}</p>" for gap in gaps]
    if record.error:
        lines.append(f"<p class='bad'>{esc(record.error)}</p>")
    dial = _dial(report) if report else ""
    return (
        f"<header class='card hero'><div><div class='brand'>Muster</div><h1>{esc(record.plan.task)}</h1>"
        f"{''.join(lines)}{_facts(record)}</div>{dial}</header>"
    )


def _facts(record: RunRecord) -> str:
    facts = [("project", PurePath(record.plan.root).name or record.plan.root)]
    facts.append(("started", record.started_at.strftime("%d %b %Y, %H:%M %Z").strip()))
    facts.append(("took", wording.duration(record.duration) if record.finished_at else "not finished"))
    if record.report:
        facts.append(("files", f"{record.report.facts.files:,}"))
        facts.append(("lines of code", f"{record.report.facts.code_lines:,}"))
    facts.append(("cost", wording.price(record)))
    rows = "".join(f"<div><dt>{name}</dt><dd>{esc(value)}</dd></div>" for name, value in facts)
    return f"<dl class='facts'>{rows}</dl>"


def _tone(score: float) -> str:
    return "good" if score >= 80 else "fair" if score >= 60 else "bad"


def _dial(report: RunReport) -> str:
    score = report.health.score
    circle = f"cx='60' cy='60' r='{DIAL_RADIUS}'"
    if score is None:
        inside = f"<circle class='none' {circle}/><text class='under' x='60' y='64'>not measured</text>"
        return f"<svg class='dial' viewBox='0 0 120 120' role='img' aria-label='not measured'>{inside}</svg>"
    length = DIAL_ROUND * min(max(score, 0), 100) / 100
    dash = f"stroke-dasharray='{length:.1f} 400' transform='rotate(-90 60 60)'"
    arc = f"<circle class='value' {circle} {dash}/>" if score > 0 else ""
    grade = f"<text class='under' x='60' y='84'>grade {report.health.grade}</text>"
    label = esc(wording.score_text(report))
    return (
        f"<svg class='dial {_tone(score)}' viewBox='0 0 120 120' role='img' aria-label='{label}'>"
        f"<circle class='track' {circle}/>{arc}<text x='60' y='66'>{score:g}</text>{grade}</svg>"
    )


def _health(report: RunReport) -> str:
    missing = wording.unmeasured(report)
    scores = {health.category: health for health in report.health.categories}
    rows = []
    for category in wording.categories(report):
        health = scores.get(category)
        score = None if health is None else health.score
        why = missing.get(category, health.basis if health else "")
        rows.append(_category(category, score, why))
    return f"<section class='card'><h2>Health</h2>{''.join(rows)}</section>" if rows else ""


def _category(category: Category, score: float | None, why: str) -> str:
    if score is None:
        band = "<div class='bar hatched'></div>"
        value = f"<span class='number soft'>{wording.UNMEASURED}</span>"
    else:
        band = bar(score / 100, _tone(score))
        value = f"<span class='number'>{score:g}</span>"
    return (
        f"<div class='grid'><span class='name'>{category.value}</span>"
        f"<span class='soft'>{wording.weight_text(category)}</span>{band}{value}"
        f"<span class='why'>{esc(why)}</span></div>"
    )


def _gates(report: RunReport) -> str:
    if not report.gates:
        return ""
    items = "".join(_gate(gate) for gate in report.gates)
    return f"<section class='card'><h2>Gates</h2><ul class='gates'>{items}</ul></section>"


def _gate(gate: GateResult) -> str:
    tone, mark = GATE_TONES[gate.verdict]
    reason = f": {gate.reason}" if gate.reason else ""
    return (
        f"<li class='{tone}'><div><span><span class='{tone}'>{mark}</span> {esc(gate.name)} "
        f"{wording.threshold(gate)}</span><b>{wording.gate_value(gate)}</b></div>"
        f"<p>{esc(gate.verdict + reason)}</p></li>"
    )


def _agents(record: RunRecord) -> str:
    if not record.agents:
        return ""
    longest = max(agent.duration for agent in record.agents) or 1.0
    rows = "".join(_agent(agent, longest) for agent in record.agents)
    pattern = esc(record.plan.pattern)
    return f"<section class='card'><h2>Agents <small>pattern {pattern}</small></h2>{rows}</section>"


def _agent(agent: AgentResult, longest: float) -> str:
    words = agent.error or agent.summary
    if agent.status is AgentStatus.SKIPPED:
        band, time, facts = "<div class='bar hatched'></div>", "skipped", ""
    else:
        band, time = bar(agent.duration / longest), wording.duration(agent.duration)
        facts = f"tools: {wording.agent_tools(agent)}; {wording.agent_model(agent)}"
    state = "" if agent.status in {AgentStatus.COMPLETED, AgentStatus.SKIPPED} else agent.status.value
    notes = [f"<p class='soft'>{esc(facts)}</p>" if facts else ""]
    notes += [
        f"<p class='soft'>{esc(words)}</p>" for words in (wording.recalled(agent), *agent.lessons) if words
    ]
    notes.append(f"<p class='fair'>{wording.dropped(agent)}</p>" if agent.dropped else "")
    says = f"<div class='says'><p>{esc(words)}</p>{''.join(notes)}</div>"
    return (
        f"<div class='agent'><span><code>{esc(agent.agent)}</code> <span class='bad'>{state}</span></span>"
        f"{band}<span class='number'>{time}</span>{says}</div>"
    )


def _calls(record: RunRecord) -> str:
    rows = calls(record)
    if not rows:
        return ""
    head = "".join(f"<th>{name}</th>" for name in HEAD)
    body = "".join(
        f"<tr class='{'good' if row.ok else 'fair'}'>{''.join(f'<td>{esc(cell)}</td>' for cell in row.cells)}</tr>"
        for row in rows
    )
    table = f"<table class='calls'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<section class='card'><h2>Model calls <small>{len(rows):,}</small></h2>{table}</section>"


def _not_covered(record: RunRecord) -> str:
    missed = wording.not_covered(record)
    if not missed:
        return ""
    items = [
        f"<li><code>{esc(wording.path_text(item.path))}</code>: {esc(item.reason)}</li>" for item in missed
    ]
    body = f"<ul class='missed'>{''.join(items[:NOT_COVERED_SHOWN])}</ul>"
    if rest := items[NOT_COVERED_SHOWN:]:
        more = (
            f"<summary class='soft'>and {len(rest):,} more</summary><ul class='missed'>{''.join(rest)}</ul>"
        )
        body += f"<details>{more}</details>"
    return f"<section class='card'><h2>Not covered <small>{len(missed):,}</small></h2>{body}</section>"


def _foot(record: RunRecord) -> str:
    model = wording.model_text(record)
    words = f"{model[:1].upper()}{model[1:]}; {wording.spent(record)}; run {record.id}"
    return f"<footer><p>{esc(words)}; written by Muster {__version__}.</p></footer>"
