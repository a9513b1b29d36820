"""The findings of the HTML page, with what filters them."""

from __future__ import annotations

from ...domain.evidence.finding import Finding
from ...domain.orchestration.run import RunRecord, RunReport
from . import history, wording
from .page_words import esc

Owners = dict[tuple[str, str, int], list[str]]
OPEN_FILES = 20
"""Files whose findings are open from the start; the rest opens at a click: a long page stays quick."""


def findings(record: RunRecord, report: RunReport) -> str:
    """The section, grouped by file."""
    found = report.findings
    note = wording.baseline_text(report)
    left_out = f"<p class='soft'>Left out: {esc(note)}.</p>" if note else ""
    left_out += _since(report)
    title = f"<h2>Findings <small>{len(found):,}{': ' if found else ''}{_counts(found)}</small></h2>"
    if not found:
        body = "<p>Nothing was found in what was looked at.</p>"
    else:
        owners = _owners(record)
        groups = enumerate(wording.by_file(found).items())
        stands = {one.fingerprint: history.state_text(report, one) for one in found}
        files = [
            _file(path, listed, (owners, stands), position < OPEN_FILES)
            for position, (path, listed) in groups
        ]
        body = _filters(found, owners) + "".join(files)
    return f"<section class='card' id='findings'>{title}{left_out}{body}</section>"


def _counts(found: tuple[Finding, ...]) -> str:
    return esc(wording.tally(found)) if found else ""


def _place_key(finding: Finding) -> tuple[str, str, int]:
    return (finding.rule, finding.location.path, finding.location.line)


def _owners(record: RunRecord) -> Owners:
    """The agents that stand behind a finding, by its rule and place."""
    owners: Owners = {}
    for agent in record.agents:
        for key in dict.fromkeys(_place_key(finding) for finding in agent.findings):
            owners.setdefault(key, []).append(agent.agent)
    return owners


def _filters(found: tuple[Finding, ...], owners: Owners) -> str:
    boxes = "".join(
        f"<label class='{severity.value}'><input type='checkbox' value='{severity.value}' checked>"
        f"{severity.value} {amount:,}</label>"
        for severity, amount in wording.by_severity(found).items()
    )
    names = sorted({name for finding in found for name in owners.get(_place_key(finding), [])})
    options = "".join(f"<option value='{esc(name)}'>{esc(name)}</option>" for name in names)
    return (
        f"<form class='filters' hidden>{boxes}"
        f"<label>agent <select name='agent'><option value=''>all</option>{options}</select></label>"
        "<label>file <input type='search' name='words' placeholder='part of a path'></label>"
        "<output></output></form>"
    )


def _file(path: str, found: list[Finding], facts: tuple[Owners, dict[str, str]], is_open: bool) -> str:
    name = esc(wording.path_text(path))
    owners, stands = facts
    cards = "".join(
        _finding(finding, owners.get(_place_key(finding), []), stands[finding.fingerprint])
        for finding in found
    )
    return (
        f"<details class='file' data-file='{name}'{' open' if is_open else ''}><summary><code>{name}</code> "
        f"<span class='soft'>{len(found):,}</span></summary>{cards}</details>"
    )


def _finding(finding: Finding, agents: list[str], stand: str) -> str:
    level = finding.severity.value
    where = f"line {wording.place(finding)}" if finding.location.line else "file"
    quote = f"<pre>{esc(finding.quote)}</pre>" if finding.quote else ""
    suggestion = f"<p>{esc(finding.suggestion)}</p>" if finding.suggestion else ""
    return (
        f"<article class='finding {level}' data-severity='{level}'>"
        f"<div class='meta'><span class='severity {level}'>{level}</span><span class='place'>{where}</span>"
        f"<code>{esc(finding.rule)}</code><span>{wording.sureness(finding)} sure</span>"
        f"{_cwe(finding)}{_stand(stand)}</div>"
        f"<p class='says'>{esc(finding.message)}</p>{quote}{suggestion}{_origin(finding, agents)}</article>"
    )


def _stand(words: str) -> str:
    return f"<span class='state'>{esc(words)}</span>" if words else ""


def _since(report: RunReport) -> str:
    """What has changed since the last run, and what is not in the list any more."""
    note = history.summary_text(report)
    items = "".join(f"<li>{state}: {esc(words)}</li>" for state, words in history.ended_lines(report))
    listed = f"<ul class='soft'>{items}</ul>" if items else ""
    return f"<p><b>{esc(note)}</b></p>{listed}" if note else ""


def _cwe(finding: Finding) -> str:
    if finding.cwe is None:
        return ""
    link = f"https://cwe.mitre.org/data/definitions/{finding.cwe}.html"
    return f"<a href='{link}' rel='noreferrer'>CWE-{finding.cwe}</a>"


def _origin(finding: Finding, agents: list[str]) -> str:
    names = "".join(f"<span data-agent='{esc(name)}'>{esc(name)}</span>" for name in agents)
    tools = ", ".join(esc(source) for source in finding.sources)
    return f"<div class='meta'>{names}<span>by {tools}</span><code>{esc(finding.fingerprint)}</code></div>"
