"""JUnit XML, as build servers read it: what was not measured is skipped, never passed.

Suites: `gates` (a case a gate), one suite a category (a case a finding, or one that passes when it was
measured and nothing was found), `agents` (a case an agent) and `run` for a run that came to no report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ...domain.evidence.finding import Finding
from ...domain.evidence.severity import Category
from ...domain.orchestration.gates import GateResult, GateVerdict
from ...domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunReport
from . import wording
from .waits import waits

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """One test case; `kind` is "", "failure", "error" or "skipped"."""

    name: str
    group: str
    kind: str = ""
    message: str = ""
    label: str = ""
    body: str = ""
    seconds: float = 0.0


def render(record: RunRecord) -> str:
    """The run as one XML document."""
    suites = _suites(record)
    cases = [case for _, content in suites for case in content]
    root = Element("testsuites", _attributes("muster", cases, record.duration or 0.0))
    for name, content in suites:
        suite = SubElement(
            root, "testsuite", _attributes(name, content, sum(case.seconds for case in content))
        )
        suite.set("timestamp", record.started_at.strftime("%Y-%m-%dT%H:%M:%S"))
        for case in content:
            _write(suite, case)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suites(record: RunRecord) -> list[tuple[str, list[Case]]]:
    suites = []
    if record.report is None:
        suites.append(("run", [_ending(record)]))
    else:
        suites.append(("gates", [_gate(gate) for gate in record.report.gates]))
        suites += [(category.value, _category(record.report, category)) for category in Category]
    suites.append(("agents", [_agent(agent) for agent in record.agents]))
    return [(name, content) for name, content in suites if content]


def _attributes(name: str, cases: list[Case], seconds: float) -> dict[str, str]:
    totals = {kind: sum(case.kind == kind for case in cases) for kind in ("failure", "error", "skipped")}
    return {
        "name": name,
        "tests": str(len(cases)),
        "failures": str(totals["failure"]),
        "errors": str(totals["error"]),
        "skipped": str(totals["skipped"]),
        "time": f"{seconds:.3f}",
    }


def _write(suite: Element, case: Case) -> None:
    attributes = {"name": _legal(case.name), "classname": _legal(case.group), "time": f"{case.seconds:.3f}"}
    element = SubElement(suite, "testcase", attributes)
    if case.kind:
        outcome = SubElement(element, case.kind, {"message": _legal(case.message)})
        if case.label:
            outcome.set("type", case.label)
        outcome.text = _legal(case.body) or None


def _legal(text: str) -> str:
    """`text` without what XML 1.0 has no way to write."""
    return _ILLEGAL.sub("", wording.visible_bytes(text))


def _gate(gate: GateResult) -> Case:
    name = f"{gate.name} {wording.threshold(gate)}"
    match gate.verdict:
        case GateVerdict.PASSED:
            return Case(name, "muster.gates")
        case GateVerdict.FAILED:
            message = f"{gate.name} is {wording.gate_value(gate)}, and must be {wording.threshold(gate)}"
            return Case(name, "muster.gates", "failure", message, "gate")
        case GateVerdict.UNMEASURED:
            return Case(name, "muster.gates", "skipped", f"{wording.UNMEASURED}: {gate.reason}")


def _category(report: RunReport, category: Category) -> list[Case]:
    group = f"muster.{category.value}"
    cases = [_finding(finding) for finding in report.findings if finding.category is category]
    reason = wording.unmeasured(report).get(category)
    if reason is not None:
        cases.append(Case(category.value, group, "skipped", f"{wording.UNMEASURED}: {reason}"))
    elif not cases and any(health.category is category for health in report.health.categories):
        cases.append(Case("nothing found", group))
    return cases


def _finding(finding: Finding) -> Case:
    path = finding.location.path or wording.path_text("")
    where = f"{path}:{wording.place(finding)}" if finding.location.line else path
    lines = [
        where,
        finding.quote,
        finding.suggestion,
        f"severity {finding.severity}, confidence {wording.sureness(finding)}, by {wording.said_by(finding)}",
        f"fingerprint {finding.fingerprint}",
    ]
    body = "\n".join(line for line in lines if line)
    return Case(f"{finding.rule} {where}", path, "failure", finding.message, finding.severity.value, body)


def _agent(agent: AgentResult) -> Case:
    kind = {AgentStatus.COMPLETED: "", AgentStatus.FAILED: "error"}.get(agent.status, "skipped")
    message = agent.error or agent.summary or agent.status.value
    return Case(agent.agent, "muster.agents", kind, message, agent.status.value, seconds=agent.duration)


def _ending(record: RunRecord) -> Case:
    waiting = "; ".join(f"{row.kind}: {row.words}" for row in waits(record))
    message = f"the run is {record.status}: {record.error or waiting or 'no report was made'}"
    return Case("report", "muster.run", "error", message, record.status.value)
