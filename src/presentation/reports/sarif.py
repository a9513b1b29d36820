"""SARIF 2.1.0, as code scanning reads it: relative places, one rule per rule id, stable fingerprints."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from ... import __version__
from ...domain.evidence.finding import Finding, Location
from ...domain.evidence.finding_book import FindingState
from ...domain.evidence.severity import Category, Severity
from ...domain.orchestration.run import AgentStatus, RunRecord, RunStatus
from . import history, wording
from .waits import waits

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT = "%SRCROOT%"
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# Code scanning reads these on the scale of CVSS: above 9 critical, from 7 high, from 4 medium.
SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.0",
}
BASELINE = {FindingState.NEW: "new", FindingState.KNOWN: "unchanged"}
PRECISIONS = ((0.9, "very-high"), (0.7, "high"), (0.4, "medium"), (0.0, "low"))


def render(record: RunRecord) -> str:
    """The run as one SARIF log; no path in it is absolute."""
    rules = _rules(record.findings)
    index = {rule["id"]: position for position, rule in enumerate(rules)}
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "Muster", "semanticVersion": __version__, "rules": rules}},
        "automationDetails": {"id": f"muster/{record.id}"},
        "invocations": [_invocation(record)],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder that was worked on."}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, index[finding.rule]) | _baseline(record, finding) for finding in record.findings
        ],
        "properties": _outcome(record),
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    text = json.dumps(log, indent=2, ensure_ascii=False)
    return wording.visible_bytes(text, backslash="\\\\") + "\n"


def _rules(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.rule, []).append(finding)
    return [_rule(rule, grouped[rule]) for rule in sorted(grouped)]


def _rule(rule: str, findings: list[Finding]) -> dict[str, Any]:
    first = findings[0]
    worst = max((finding.severity for finding in findings), key=lambda severity: severity.rank)
    title = first.family.replace("-", " ") if first.family not in {"", rule} else first.message
    content: dict[str, Any] = {
        "id": rule,
        "shortDescription": {"text": title or rule},
        "fullDescription": {"text": first.message or title or rule},
        "help": {"text": _help(first)},
        "defaultConfiguration": {"level": LEVELS[worst]},
        "properties": _rule_properties(findings, worst),
    }
    cwe = next((finding.cwe for finding in findings if finding.cwe is not None), None)
    if cwe is not None:
        content["helpUri"] = f"https://cwe.mitre.org/data/definitions/{cwe}.html"
    return content


def _help(finding: Finding) -> str:
    parts = [
        finding.message or finding.rule,
        finding.suggestion,
        f"Reported by {', '.join(finding.sources)}.",
    ]
    return "\n\n".join(part for part in parts if part)


def _rule_properties(findings: list[Finding], worst: Severity) -> dict[str, Any]:
    tags = {finding.category.value for finding in findings}
    tags |= {f"external/cwe/cwe-{finding.cwe:03d}" for finding in findings if finding.cwe is not None}
    least = min(finding.confidence for finding in findings)
    precision = next(name for floor, name in PRECISIONS if least >= floor or floor == 0)
    properties: dict[str, Any] = {"tags": sorted(tags), "precision": precision}
    if any(finding.category is Category.SECURITY for finding in findings):
        properties["security-severity"] = SECURITY_SEVERITY[worst]
    return properties


def _result(finding: Finding, rule_index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": LEVELS[finding.severity],
        "message": {"text": finding.message or finding.rule},
        "partialFingerprints": {"musterFingerprint/v1": finding.fingerprint},
        "properties": {
            "severity": finding.severity.value,
            "confidence": finding.confidence,
            "category": finding.category.value,
            "sources": list(finding.sources),
            "quote": finding.quote,
            "suggestion": finding.suggestion,
        },
    }
    if finding.location.path:
        result["locations"] = [_location(finding.location)]
    return result


def _baseline(record: RunRecord, finding: Finding) -> dict[str, Any]:
    """How it stands beside earlier runs, in SARIF's words (3.27.24); nothing where there is nothing to compare."""
    state = history.state_of(record.report, finding)
    return {"baselineState": BASELINE[state]} if state in BASELINE else {}


def _location(place: Location) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(place.path)}
    if place.line:
        physical["region"] = _region(place)
    location: dict[str, Any] = {"physicalLocation": physical}
    if place.function:
        location["logicalLocations"] = [{"fullyQualifiedName": place.function, "kind": "function"}]
    return location


def _region(place: Location) -> dict[str, int]:
    """Only what is known, and no end before its start."""
    region = {"startLine": place.line}
    end = max(place.end_line, place.line)
    if place.end_line > place.line:
        region["endLine"] = place.end_line
    if place.column:
        region["startColumn"] = place.column
        if place.end_column and (end, place.end_column) >= (place.line, place.column):
            region["endColumn"] = place.end_column
    return region


def _artifact(path: str) -> dict[str, str]:
    """The path's own bytes, percent-encoded, whatever encoding they are in."""
    return {"uri": quote(path.encode("utf-8", "surrogateescape"), safe="/"), "uriBaseId": ROOT}


def _invocation(record: RunRecord) -> dict[str, Any]:
    invocation: dict[str, Any] = {
        "executionSuccessful": record.status is RunStatus.COMPLETED,
        "startTimeUtc": _moment(record.started_at),
        "toolExecutionNotifications": _notifications(record),
    }
    if record.finished_at:
        invocation["endTimeUtc"] = _moment(record.finished_at)
    return invocation


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _notifications(record: RunRecord) -> list[dict[str, Any]]:
    notes = []
    if record.status is not RunStatus.COMPLETED:
        waiting = "; ".join(f"{row.kind}: {row.words}" for row in waits(record))
        why = record.error or (f"for {waiting}" if waiting else "no report was made")
        notes.append(_note("run", "error", f"the run is {record.status}: {why}"))
    failed = (agent for agent in record.agents if agent.status is AgentStatus.FAILED)
    notes += [
        _note("agent-failed", "error", f"{agent.agent} failed: {agent.error or agent.summary}")
        for agent in failed
    ]
    if record.report:
        for category, reason in wording.unmeasured(record.report).items():
            notes.append(_note("not-measured", "warning", f"{category}: not measured: {reason}"))
    for missed in wording.not_covered(record):
        note = _note("not-covered", "note", f"not covered: {missed.reason}")
        if missed.path:
            note["locations"] = [{"physicalLocation": {"artifactLocation": _artifact(missed.path)}}]
        notes.append(note)
    return notes


def _note(kind: str, level: str, text: str) -> dict[str, Any]:
    return {"descriptor": {"id": kind}, "level": level, "message": {"text": text}}


def _outcome(record: RunRecord) -> dict[str, Any]:
    outcome: dict[str, Any] = {"status": record.status.value, "languageModel": wording.model_text(record)}
    if record.report:
        outcome |= {"verdict": record.report.verdict.value, "grade": record.report.health.grade}
        if record.report.health.score is not None:
            outcome["score"] = record.report.health.score
    return outcome
