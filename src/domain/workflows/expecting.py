"""What a stage's run hands on, and whether it is what was expected."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal

from ..evidence.finding import Finding
from ..evidence.severity import Severity
from ..orchestration.run import AgentStatus, RunRecord
from .state import ALL, Check, Handed, Spent
from .workflow import Expectation

MOST_SUMMARY = 8_000
MOST_LISTED = 40
"""Findings that are told one by one; all of them are counted."""
LONGEST = 200


def handed_of(run: RunRecord) -> Handed:
    """Summary, findings and measures of a run, within bounds."""
    said = [f"{agent.agent}: {agent.summary.strip()}" for agent in run.agents if agent.summary.strip()]
    overall = run.report.summary if run.report else ""
    measures = run.report.measures if run.report else {}
    findings = run.findings
    more = f"\nand {len(findings) - MOST_LISTED} more" if len(findings) > MOST_LISTED else ""
    return Handed(
        summary="\n".join([*([overall] if overall else []), *said])[:MOST_SUMMARY],
        findings=_counted(findings),
        measures={name: value for name, value in measures.items() if math.isfinite(value)},
        listed="\n".join(_line(finding) for finding in findings[:MOST_LISTED]) + more,
    )


def spent_by(run: RunRecord) -> Spent:
    """What a run took."""
    costs = [agent.cost for agent in run.agents if agent.status is not AgentStatus.SKIPPED]
    return Spent(
        usd=sum((cost for cost in costs if cost is not None), Decimal(0)),
        tokens=run.usage.total,
        calls=sum(len(agent.attempts) for agent in run.agents),
        seconds=run.duration or 0.0,
        unpriced=any(cost is None for cost in costs),
    )


def checks(expect: Expectation, run: RunRecord, handed: Handed) -> tuple[Check, ...]:
    """Each thing that was expected, with what there was."""
    return tuple(_checks(expect, run, handed))


def _checks(expect: Expectation, run: RunRecord, handed: Handed) -> Iterator[Check]:
    if expect.agents_finished:
        lost = [agent.agent for agent in run.agents if agent.status is not AgentStatus.COMPLETED]
        yield Check(
            "agents_finished", not lost, f"not finished: {', '.join(lost)}" if lost else "all finished"
        )
    if expect.summary:
        there = any(agent.summary.strip() for agent in run.agents)
        yield Check("summary", there, "there is one" if there else "no agent summed up")
    for name in expect.measures:
        value = handed.measures.get(name)
        yield Check(f"measure {name}", value is not None, "unmeasured" if value is None else f"{value:g}")
    measured = {report.tool: report.measured for agent in run.agents for report in agent.evidence}
    for tool in expect.tools:
        words = (
            "measured" if measured.get(tool) else "measured nothing" if tool in measured else "was not used"
        )
        yield Check(f"tool {tool}", bool(measured.get(tool)), words)
    yield from _numbers(expect, handed.findings)
    if expect.verdicts:
        verdict = run.report.verdict if run.report else None
        yield Check("verdict", verdict in expect.verdicts, verdict.value if verdict else "there is none")


def _numbers(expect: Expectation, counts: Mapping[str, int]) -> Iterator[Check]:
    for name, most in expect.at_most.items():
        yield Check(f"at most {most} {_noun(name)}", counts[name] <= most, f"{counts[name]} found")
    for name, least in expect.at_least.items():
        yield Check(f"at least {least} {_noun(name)}", counts[name] >= least, f"{counts[name]} found")


def _noun(name: str) -> str:
    return "findings" if name == ALL else f"{name} findings"


def _counted(findings: tuple[Finding, ...]) -> dict[str, int]:
    counts = {severity.value: sum(1 for f in findings if f.severity is severity) for severity in Severity}
    return {**counts, ALL: len(findings)}


def _line(finding: Finding) -> str:
    place = finding.location
    where = f"{place.path}:{place.line}" if place.line else place.path
    return f"{finding.severity} {where} {finding.rule}: {' '.join(finding.message.split())}"[:LONGEST]
