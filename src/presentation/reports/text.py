"""A run for a terminal: the verdict first, then what it rests on, then what nobody looked at."""

from __future__ import annotations

from ...domain.evidence.finding import Finding
from ...domain.evidence.finding_book import FindingState
from ...domain.evidence.severity import Severity
from ...domain.orchestration.gates import GateVerdict
from ...domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunReport
from . import Look, history, wording
from .calls import calls
from .paper import Paper
from .text_course import write_course, write_decisions, write_edits, write_waits

NOT_COVERED_SHOWN = 10
FINGERPRINT_SHOWN = 8
BAR = 20
VERDICT_STYLES = {"passed": "bold green", "failed": "bold red", "partial": "bold yellow"}
SEVERITY_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
GATE_MARKS = {
    GateVerdict.PASSED: ("✓", "green"),
    GateVerdict.FAILED: ("✗", "red"),
    GateVerdict.UNMEASURED: ("–", "yellow"),
}
AGENT_MARKS = {
    AgentStatus.COMPLETED: ("✓", "green"),
    AgentStatus.FAILED: ("✗", "red"),
    AgentStatus.CANCELLED: ("■", "yellow"),
    AgentStatus.SKIPPED: ("–", "dim"),
}


def render(record: RunRecord, look: Look) -> str:
    """The run in lines of at most `look.width` columns."""
    paper = Paper(look)
    _head(paper, record)
    write_waits(paper, record)
    if record.report:
        _health(paper, record.report)
        _gates(paper, record.report)
    write_decisions(paper, record)
    write_edits(paper, record)
    _findings(paper, record)
    _agents(paper, record)
    _calls(paper, record)
    _not_covered(paper, record)
    write_course(paper, record)
    _foot(paper, record)
    return paper.finish()


def _head(paper: Paper, record: RunRecord) -> None:
    word = wording.verdict_word(record)
    style = VERDICT_STYLES.get(word, "bold yellow")
    report = record.report
    if report is None:
        paper.line((word.upper(), style), ("  the run has no report", ""))
    else:
        paper.line((word.upper(), style), ("  ", ""), (wording.score_text(report), "bold"))
        if note := wording.share_text(report):
            paper.line((note, "yellow"), indent=2)
    paper.line(("task: ", "dim"), (record.plan.task, ""), indent=2)
    paper.line(("folder: ", "dim"), (record.plan.root, ""), indent=2)
    for gap in record.plan.uncovered:
        paper.line(("not done: ", "yellow"), (f"{gap.capability.words}: {gap.reason}", ""), indent=2)
    if report and report.summary:
        paper.line((report.summary, ""), indent=2)
    if record.error:
        paper.line(("error: ", "red"), (record.error, ""), indent=2)


def _health(paper: Paper, report: RunReport) -> None:
    scores = {health.category: health for health in report.health.categories}
    missing = wording.unmeasured(report)
    rows = []
    for category in wording.categories(report):
        health = scores.get(category)
        score = None if health is None else health.score
        shown = (wording.UNMEASURED, "yellow") if score is None else (f"{score:g}", _score_style(score))
        basis = missing.get(category, health.basis if health else "")
        share = (wording.weight_text(category), "dim")
        rows.append(((category.value, ""), share, (_bar(score), shown[1]), shown, (basis, "dim")))
    if rows:
        paper.rule("Health")
        narrow = [(*row[:2], *row[3:]) for row in rows]
        paper.rows(rows if paper.width >= 90 else narrow)


def _bar(score: float | None) -> str:
    if score is None:
        return "╌" * BAR
    full = round(min(max(score, 0), 100) / 100 * BAR)
    return "█" * full + "░" * (BAR - full)


def _score_style(score: float) -> str:
    return "green" if score >= 80 else "yellow" if score >= 60 else "red"


def _gates(paper: Paper, report: RunReport) -> None:
    if not report.gates:
        return
    paper.rule("Gates")
    rows = []
    for gate in report.gates:
        mark, style = GATE_MARKS[gate.verdict]
        why = f"{gate.verdict}: {gate.reason}" if gate.reason else gate.verdict.value
        value = (wording.gate_value(gate), style)
        rows.append(((mark, style), (gate.name, ""), (wording.threshold(gate), "dim"), value, (why, "dim")))
    paper.rows(rows)


def _findings(paper: Paper, record: RunRecord) -> None:
    every = record.findings
    if not every and record.report is None and not record.agents:
        return  # nobody has looked at anything yet
    paper.rule(f"Findings: {len(every):,}", wording.tally(every) if every else "")
    if record.report:
        _beside(paper, record.report)
    if not every:
        paper.line(("Nothing was found in what was looked at.", ""), indent=2)
    told = {one.fingerprint: history.state_of(record.report, one) for one in every}
    known = tuple(one for one in every if told[one.fingerprint] is FindingState.KNOWN)
    others = tuple(one for one in every if told[one.fingerprint] is not FindingState.KNOWN)
    _listed(paper, record, others)
    if known and others:
        paper.blank()
    if known:
        paper.line(("known from earlier runs; one of them in full: muster explain ID", "dim"), indent=2)
        _listed(paper, record, known)


def _listed(paper: Paper, record: RunRecord, findings: tuple[Finding, ...]) -> None:
    """By file; what an earlier run has told in full takes one line."""
    for position, (path, found) in enumerate(wording.by_file(findings).items()):
        if position:
            paper.blank()
        paper.line((wording.path_text(path), "bold underline"), indent=2)
        for finding in found:
            state = history.state_text(record.report, finding)
            known = history.state_of(record.report, finding) is FindingState.KNOWN
            (_known if known else _finding)(paper, finding, state)


def _beside(paper: Paper, report: RunReport) -> None:
    """What the list leaves out, and how it stands beside that of the last run."""
    if note := wording.baseline_text(report):
        paper.line((f"left out: {note}", "dim"), indent=2)
    if note := history.summary_text(report):
        paper.line((note, "bold"), indent=2)
    for state, words in history.ended_lines(report):
        paper.line((f"{state}: ", "green" if state == "fixed" else "dim"), (words, "dim"), indent=2)


def _known(paper: Paper, finding: Finding, state: str) -> None:
    """One that an earlier run has told in full: one line."""
    where = f"line {wording.place(finding)}" if finding.location.line else "file"
    facts = f"{where}  {finding.rule}  {finding.fingerprint[:FINGERPRINT_SHOWN]}  {state}: {finding.message}"
    paper.cut(f"{finding.severity:<8}  {facts}", "dim", indent=4)


def _finding(paper: Paper, finding: Finding, state: str) -> None:
    severity = f"{finding.severity:<8}"
    style = SEVERITY_STYLES[finding.severity]
    where = f"line {wording.place(finding)}" if finding.location.line else "file"
    facts = (("  ", ""), (where, "bold"), (f"  {finding.rule}  ", "dim"))
    sure = (f"{wording.sureness(finding)} sure", "dim")
    paper.line((severity, style), *facts, sure, (f"  {state}" if state else "", "bold green"), indent=4)
    paper.line((finding.message, ""), indent=6)
    if finding.quote:
        paper.cut(f"│ {finding.quote}", "dim", indent=6)
    if finding.suggestion:
        paper.line(("→ ", "green"), (finding.suggestion, ""), indent=6)
    name = finding.fingerprint[:FINGERPRINT_SHOWN]
    paper.line((f"{name}  " if name else "", "dim"), (f"by {wording.said_by(finding)}", "dim"), indent=6)


def _agents(paper: Paper, record: RunRecord) -> None:
    if not record.agents:
        return
    paper.rule("Agents", f"pattern {record.plan.pattern}")
    for agent in record.agents:
        _agent(paper, agent)


def _agent(paper: Paper, agent: AgentResult) -> None:
    mark, style = AGENT_MARKS[agent.status]
    if agent.status is AgentStatus.SKIPPED:
        paper.line((mark, style), (" ", ""), (agent.agent, "bold"), ("  skipped", style), indent=2)
    else:
        state = "" if agent.status is AgentStatus.COMPLETED else f"  {agent.status}"
        time = f"  {wording.duration(agent.duration)}"
        paper.line((mark, style), (" ", ""), (agent.agent, "bold"), (time, "dim"), (state, style), indent=2)
    if words := agent.error or agent.summary:
        paper.line((words, ""), indent=4)
    if agent.status is not AgentStatus.SKIPPED:
        paper.line((f"tools: {wording.agent_tools(agent)}; {wording.agent_model(agent)}", "dim"), indent=4)
    if words := wording.recalled(agent):
        paper.line((words, "dim"), indent=4)
    for lesson in agent.lessons:
        paper.line(("learned: ", "dim"), (lesson, "dim"), indent=4)
    if agent.dropped:
        paper.line((wording.dropped(agent), "yellow"), indent=4)


def _calls(paper: Paper, record: RunRecord) -> None:
    rows = calls(record)
    if not rows:
        return
    paper.rule(f"Model calls: {len(rows):,}")
    agent = ""
    for row in rows:
        if row.agent != agent:
            agent = row.agent
            paper.line((agent, "bold"), indent=2)
        mark, style = ("✓", "green") if row.ok else ("✗", "yellow")
        parts = (f"  {row.model}", ""), (f"  {row.result}", style), (f"  {row.time}", "dim")
        paper.line((mark, style), *parts, (f"  {row.tokens}  {row.cost}", "dim"), indent=4)


def _not_covered(paper: Paper, record: RunRecord) -> None:
    missed = wording.not_covered(record)
    if not missed:
        return
    paper.rule(f"Not covered: {len(missed):,}")
    shown = missed[:NOT_COVERED_SHOWN]
    for item in shown:
        paper.line((wording.path_text(item.path), ""), (f": {item.reason}", "dim"), indent=2)
    if rest := len(missed) - len(shown):
        paper.line((f"and {rest:,} more", "dim"), indent=2)


def _foot(paper: Paper, record: RunRecord) -> None:
    paper.blank()
    took = wording.duration(record.duration) if record.finished_at else "not finished"
    parts = (f"run {record.id}", took, wording.spent(record), wording.model_text(record))
    paper.line((" · ".join(parts), "dim"))
