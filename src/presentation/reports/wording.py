"""The words and numbers that every format shares, so that no two of them tell a run differently."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

from ...domain.evidence.finding import Finding
from ...domain.evidence.severity import Category, Severity
from ...domain.orchestration.assessment import NOBODY_LOOKS
from ...domain.orchestration.gates import KINDS, Direction, GateResult
from ...domain.orchestration.health import WEIGHTS
from ...domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunReport, RunStatus
from ...domain.workspace.files import NotCovered

NO_MODEL = "no language model was used"
NO_ANSWER = "no language model has answered"
UNMEASURED = "not measured"
SIGNS = {Direction.AT_LEAST: "≥", Direction.AT_MOST: "≤"}

_ESCAPE = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|[\\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[ -~])")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile("[\t\r\n\u2028\u2029]+")
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONE = re.compile("[\ud800-\udfff]")


def visible_bytes(text: str, backslash: str = "\\") -> str:
    """`text` that every encoder takes: bytes of a name that were not UTF-8 are shown as `\\xff`."""

    def shown(match: re.Match[str]) -> str:
        point = ord(match.group())
        low = point - 0xDC00
        return f"{backslash}x{low:02x}" if 0x80 <= low <= 0xFF else f"{backslash}u{point:04x}"

    return _LONE.sub(shown, text)


def printable(text: str) -> str:
    """One line that is safe on a terminal: no escapes, no control characters, no hidden turn of direction."""
    bare = _CONTROL.sub("", _ESCAPE.sub("", text))
    shown = _TURNING.sub(lambda match: f"\\u{ord(match.group()):04x}", _SPACES.sub(" ", bare))
    return visible_bytes(shown)


def money(amount: Decimal | None) -> str:
    """US dollars; below ten cents two significant digits, so that a small price is not shown as nothing."""
    if amount is None:
        return "unpriced"
    if 0 < amount < Decimal("0.10"):
        return f"${amount:.{1 - amount.adjusted()}f}"
    return f"${amount:,.2f}"


def duration(seconds: float | None) -> str:
    """Wall time in the unit that people would use."""
    if seconds is None:
        return "–"
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def number(value: float) -> str:
    """Thousands grouped, and at most one digit after the point."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def count(amount: int, singular: str, plural: str = "") -> str:
    """`1 finding`, `2,000 findings`."""
    return f"{amount:,} {singular if amount == 1 else plural or singular + 's'}"


def by_severity(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many findings there are of each severity that occurs, worst first."""
    counts = Counter(finding.severity for finding in findings)
    return {severity: counts[severity] for severity in Severity if counts[severity]}


def tally(findings: Iterable[Finding]) -> str:
    """`1 critical, 3 low`, or `none`."""
    return ", ".join(f"{amount:,} {severity}" for severity, amount in by_severity(findings).items()) or "none"


def by_file(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings by path; the file with the worst finding first, and the worst finding first in each."""
    files: dict[str, list[Finding]] = {}
    for finding in findings:
        files.setdefault(finding.location.path, []).append(finding)
    return files


def path_text(path: str) -> str:
    """The path as shown; a finding about everything has none."""
    return printable(path) or "(whole project)"


def place(finding: Finding) -> str:
    """`12:5`, `12`, or nothing, as far as it is known."""
    where = finding.location
    if not where.line:
        return ""
    return f"{where.line}:{where.column}" if where.column else str(where.line)


def sureness(finding: Finding) -> str:
    """The confidence in percent."""
    return f"{finding.confidence:.0%}"


def said_by(finding: Finding) -> str:
    """What found it, and the number of the weakness if it has one."""
    names = ", ".join(printable(source) for source in finding.sources)
    return f"{names} · CWE-{finding.cwe}" if finding.cwe is not None else names


def verdict_word(record: RunRecord) -> str:
    """The verdict of a run that came to its end, else where it is in its life."""
    if record.report is None or record.status is not RunStatus.COMPLETED:
        return str(record.status)
    return str(record.report.verdict)


def score_text(report: RunReport) -> str:
    """The score and its grade, and how far it moved."""
    health = report.health
    if health.score is None:
        return "health not measured"
    trend = "" if health.trend is None else f" ({health.trend:+g} since the last run)".replace("-", "−")
    return f"health {health.score:g}/100, grade {health.grade}{trend}"


def weight_text(category: Category) -> str:
    """The category's share of a complete score."""
    return f"{WEIGHTS[category]:.0%}"


def measured_share(report: RunReport) -> float:
    """The share (0–1) of the weights that the score rests on."""
    return sum(WEIGHTS[c.category] for c in report.health.categories if c.score is not None)


def unmeasured(report: RunReport) -> Mapping[Category, str]:
    """Why each category without a number has none."""
    missing = {c.category: c.basis for c in report.health.categories if c.score is None}
    return {**missing, **report.unmeasured}


def categories(report: RunReport) -> list[Category]:
    """The categories to list: all where there is a health score, else those that some agent looked at."""
    missing = unmeasured(report)
    known = {health.category for health in report.health.categories} | missing.keys()
    all_of_them = report.health.score is not None
    return [c for c in Category if c in known and (all_of_them or missing.get(c) != NOBODY_LOOKS)]


def share_text(report: RunReport) -> str:
    """What the score leaves out, or nothing when it is complete."""
    missing = ", ".join(category.value for category in Category if category in unmeasured(report))
    if not missing:
        return ""
    if report.health.score is None:
        return f"no health score: {measured_share(report):.0%} of its weights were measured"
    return f"{missing}: {UNMEASURED}; the score rests on {measured_share(report):.0%} of the weights"


def unit(name: str) -> str:
    """What stands behind a gate's numbers."""
    found = KINDS[name].unit if name in KINDS else ""
    return f" {found}" if found == "%" else found


def threshold(gate: GateResult) -> str:
    """`≥ 80 %`."""
    return f"{SIGNS[gate.direction]} {number(gate.threshold)}{unit(gate.name)}"


def gate_value(gate: GateResult) -> str:
    """The measured value, or that there is none."""
    return UNMEASURED if gate.value is None else f"{number(gate.value)}{unit(gate.name)}"


def model_text(record: RunRecord) -> str:
    """Which models formed words in this run, or that none did."""
    asked = {agent.model for agent in record.agents if agent.judged and agent.model}
    if record.recorded:
        asked.update(record.recorded.models)
    names = sorted(asked)
    if names:
        return f"language model: {', '.join(printable(name) for name in names)}"
    used = record.report.model_used if record.report else any(agent.judged for agent in record.agents)
    return "a language model was used" if used else NO_MODEL


def agent_model(agent: AgentResult) -> str:
    """The model whose words an agent's result is."""
    if agent.judged:
        return printable(agent.model) or "an unnamed language model"
    return NO_ANSWER if agent.status is AgentStatus.CANCELLED else NO_MODEL


def dropped(agent: AgentResult) -> str:
    """How much an agent said that nothing bears out."""
    left = "citation or quote" if agent.dropped == 1 else "citations or quotes"
    return f"{agent.dropped:,} {left} that nothing bears out left out"


def agent_tools(agent: AgentResult) -> str:
    """The tools that an agent used, and which of them gave nothing."""
    names = [
        printable(report.tool) + ("" if report.measured else f" ({report.status})")
        for report in agent.evidence
    ]
    return ", ".join(names) or "none"


def spent(record: RunRecord) -> str:
    """What the run cost, and for how many tokens."""
    usage, lost = record.usage, broken_off(record)
    if not usage.total:
        return lost or f"{money(record.cost)} for no tokens"
    known = f"{money(record.cost)} for {count(usage.total, 'token')}"
    words = f"{known} ({usage.input:,} in, {usage.output:,} out)"
    return f"{words}; {lost}" if lost else words


def recalled(agent: AgentResult) -> str:
    """What an agent was reminded of, and what that took; or nothing."""
    if not agent.recalled:
        return ""
    tokens = sum(one.tokens for one in agent.recalled)
    names = ", ".join(printable(one.key.removeprefix("pattern/")) for one in agent.recalled)
    return f"recalled: {names} ({count(tokens, 'token')} in front of its prompt)"


def broken_off(record: RunRecord) -> str:
    """Which calls have no known cost, since nothing tells how they ended; or nothing."""
    calls = Counter(record.recorded.broken_off if record.recorded else ())
    return "; ".join(
        f"{printable(model)}: {count(amount, 'call')} {'was' if amount == 1 else 'were'} broken off, "
        f"{'its' if amount == 1 else 'their'} cost is not known"
        for model, amount in sorted(calls.items())
    )


def price(record: RunRecord) -> str:
    """What the run cost, as far as anything tells."""
    if not broken_off(record):
        return money(record.cost)
    return f"at least {money(record.cost)}" if record.cost else "not known"


def tokens(record: RunRecord) -> str:
    """What the run took in tokens, as far as anything tells."""
    total = record.usage.total
    if not broken_off(record):
        return f"{total:,}"
    return f"at least {total:,}" if total else "not known"


def not_covered(record: RunRecord) -> tuple[NotCovered, ...]:
    """What nobody looked at; nothing is known about that until there is a report."""
    return record.report.not_covered if record.report else ()


def baseline_text(report: RunReport) -> str:
    """What the list of findings leaves out, or nothing."""
    parts = []
    if report.known:
        parts.append(f"{count(report.known, 'known finding')} in the baseline")
    if report.stale:
        parts.append(f"{report.stale:,} whose line has left the disk since")
    return "; ".join(parts)
