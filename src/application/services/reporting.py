"""From what the agents brought to the checked report of a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...domain.evidence.finding import Finding, sort_key
from ...domain.evidence.finding_book import NO_BOOK, FindingBook, FindingHistory
from ...domain.evidence.merge import merge
from ...domain.evidence.report import EvidenceReport, EvidenceStatus, ToolProfile
from ...domain.evidence.severity import Category, Severity
from ...domain.orchestration.assessment import NOBODY_LOOKS, categories, merged_measures
from ...domain.orchestration.gates import KINDS, Gate, GateResult, GateVerdict, check, severity_measures
from ...domain.orchestration.health import CategoryHealth, Health, health_of
from ...domain.orchestration.plan import ExecutionPlan
from ...domain.orchestration.run import AgentResult, AgentStatus, RunReport, Verdict
from ...domain.ports.secret_masker import SecretMasker
from ...domain.ports.workspace import Workspace
from ...domain.workspace.files import NotCovered, WorkspaceSnapshot
from .finding_check import FindingCheck, Looked
from .quoting import still_says


@dataclass(frozen=True, slots=True)
class Standards:
    """What a run is held against besides its plan's gates; `book` is what earlier runs than `run` have found."""

    baseline: frozenset[str] = frozenset()
    fail_on: Severity | None = None
    previous: Health | None = None
    book: FindingBook = NO_BOOK
    run: str = ""


NEEDED = frozenset({Category.SECURITY, Category.QUALITY})
"""Categories that must have been measured, if anybody looked at them, before a low count of findings is a pass."""


class Reporter:
    """Merges, re-reads, measures and judges; what was not looked at never becomes a number."""

    def __init__(
        self,
        workspace: Workspace,
        profiles: Mapping[str, ToolProfile],
        tools_of: Mapping[str, Sequence[str]],
        masker: SecretMasker,
    ) -> None:
        """`tools_of` names the tools that each agent holds."""
        self._workspace = workspace
        self._profiles = profiles
        self._tools_of = tools_of
        self._masker = masker
        self._check = FindingCheck(workspace, profiles)

    async def report(
        self,
        plan: ExecutionPlan,
        snapshot: WorkspaceSnapshot,
        results: Sequence[AgentResult],
        standards: Standards,
    ) -> RunReport:
        """The report of a run whose agents have ended, whichever way each of them did."""
        looked = Looked(plan, snapshot, self._reports(results))
        reports = looked.reports
        told = await self._told(looked, results, standards)
        everything = merge(finding for one in reports for finding in one.findings)
        judged = categories(reports, self._profiles, _without(everything, standards.book.dismissed), snapshot)
        health = health_of(judged, comparable(judged, standards.previous))
        measures = _measures(reports, told.findings, health)
        gates = _gates(plan, measures, _doubts(reports, judged), standards.fail_on)
        return RunReport(
            verdict=_verdict(plan, gates, results, reports, judged),
            findings=told.findings,
            gates=gates,
            health=health,
            measures=measures,
            unmeasured={one.category: one.basis for one in judged if one.score is None},
            not_covered=not_covered(snapshot, reports),
            facts=snapshot.facts,
            summary=_summary(told.findings, reports, results),
            model_used=any(result.judged for result in results),
            known=told.known,
            stale=told.stale,
            history=told.history,
        )

    async def _told(self, looked: Looked, results: Sequence[AgentResult], standards: Standards) -> _Told:
        """The findings that count, read again, and how they stand beside those of earlier runs."""
        book, run = standards.book, standards.run
        listed = _listed(_said(looked.reports, results), looked.plan, looked.snapshot)
        found = {finding.fingerprint for finding in listed}
        standing = await self._check.look(looked, book.open(run), found)
        counted = _without((*listed, *standing.still), book.dismissed)
        current, stale = await self._reread(looked.plan.root, counted)
        fresh = _without(sorted(hide_secrets(current), key=sort_key), standards.baseline)
        seen = {*found, *(finding.fingerprint for finding in standing.still)}
        history = book.history(run, fresh, seen, standing.gone)
        return _Told(fresh, len(current) - len(fresh), stale, history)

    def _reports(self, results: Sequence[AgentResult]) -> list[EvidenceReport]:
        """Each tool's report once, and a failed one for each evidence tool that an agent held but never asked."""
        reports = dict[str, EvidenceReport]()
        for report in (each for result in results for each in result.evidence):
            if report.measured or report.tool not in reports:
                reports[report.tool] = report
        for result in results:
            for name in self._tools_of.get(result.agent, ()):
                if name in self._profiles and name not in reports:
                    reports[name] = EvidenceReport(name, "", EvidenceStatus.FAILED, reason=_unasked(result))
        return list(reports.values())

    async def _reread(self, root: str, findings: Sequence[Finding]) -> tuple[list[Finding], int]:
        """Quote each line as it is on disk now; a finding whose line has changed meanwhile is dropped and counted."""
        wanted: dict[str, set[int]] = {}
        for finding in findings:
            if finding.quote and not finding.masked:
                wanted.setdefault(finding.location.path, set()).add(finding.location.line)
        lines = {path: await self._workspace.lines(root, path, frozenset(ns)) for path, ns in wanted.items()}
        kept = [f for f in findings if _still_says(f, lines.get(f.location.path), self._masker)]
        return kept, len(findings) - len(kept)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a report lists, what it leaves out (known to the baseline, or changed since), and the story of it."""

    findings: tuple[Finding, ...]
    known: int
    stale: int
    history: FindingHistory | None


def _without(findings: Iterable[Finding], fingerprints: Collection[str]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.fingerprint not in fingerprints)


def _said(reports: Sequence[EvidenceReport], results: Sequence[AgentResult]) -> tuple[Finding, ...]:
    """What tools have measured and what agents say, merged once: what is merged already would not merge again."""
    measured = (finding for one in reports for finding in one.findings)
    return merge((*measured, *(finding for result in results for finding in result.findings)))


def _listed(findings: Sequence[Finding], plan: ExecutionPlan, snapshot: WorkspaceSnapshot) -> list[Finding]:
    """Those in changed files, when there is a diff, and in the places that the task names."""
    return [f for f in findings if snapshot.in_scope(f.location.path) and plan.in_focus(f.location.path)]


def _still_says(finding: Finding, lines: Mapping[int, str] | None, masker: SecretMasker) -> bool:
    if not finding.quote or finding.masked or lines is None:
        return True
    place = finding.location
    return still_says(lines.get(place.line, ""), finding.quote, masker, place.path)


def hide_secrets(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """On a line that holds a secret, what any other tool quotes is the masked quote too."""
    masked = {(f.location.path, f.location.line): f for f in findings if f.masked}
    if not masked:
        return tuple(findings)
    hidden = (masked.get((f.location.path, f.location.line), f) for f in findings)
    return tuple(replace(f, quote=twin.quote) for f, twin in zip(findings, hidden, strict=True))


def comparable(now: Sequence[CategoryHealth], previous: Health | None) -> float | None:
    """The previous score, unless other categories were measured then: a mean of other things is no trend."""
    if previous is None:
        return None
    then = {one.category for one in previous.categories if one.score is not None}
    same = then == {one.category for one in now if one.score is not None}
    return previous.score if same else None


def _unasked(result: AgentResult) -> str:
    if result.status is AgentStatus.COMPLETED:
        return f"{result.agent} did not ask for it"
    return f"{result.agent} {result.status.value} before it answered"


def _measures(
    reports: Sequence[EvidenceReport], findings: Sequence[Finding], health: Health
) -> dict[str, float]:
    measures = merged_measures(reports)
    if any(report.measured for report in reports):
        measures |= severity_measures(findings)
    if health.score is not None:
        measures["health.score"] = health.score
    for one in health.categories:
        if one.score is not None:
            measures[f"health.{one.category.value}"] = one.score
    if "health.quality" in measures:
        measures["health.quality"] = round(measures["health.quality"] / 10, 2)
    return measures


def _gates(
    plan: ExecutionPlan,
    measures: Mapping[str, float],
    doubts: Sequence[str],
    fail_on: Severity | None,
) -> tuple[GateResult, ...]:
    gates = {gate.name: gate for gate in plan.gates}
    for severity in Severity:
        if fail_on is not None and severity.at_least(fail_on):
            gates[severity.value] = Gate(severity.value, 0)
    return tuple(_held(gate, measures, doubts) for gate in gates.values())


def _doubts(reports: Sequence[EvidenceReport], judged: Sequence[CategoryHealth]) -> list[str]:
    """Why a low count of findings would prove nothing: tools that failed, or code that nobody could read."""
    failed = [f"{r.tool}: {r.reason}" for r in reports if r.status is EvidenceStatus.FAILED]
    blind = [one for one in judged if one.score is None and one.basis != NOBODY_LOOKS]
    needed = [one for one in blind if one.category in NEEDED]
    if all(one.score is None for one in judged):
        needed = needed or blind
    return failed or [f"{one.category.value}: {one.basis}" for one in needed]


def _held(gate: Gate, measures: Mapping[str, float], doubts: Sequence[str]) -> GateResult:
    """A count of findings that is low enough proves nothing while there are doubts that all was looked at."""
    result = check(gate, measures)
    counts = KINDS[gate.name].measure.startswith("findings.")
    if counts and doubts and result.verdict is GateVerdict.PASSED:
        return replace(result, value=None, verdict=GateVerdict.UNMEASURED, reason="; ".join(doubts))
    return result


def _verdict(
    plan: ExecutionPlan,
    gates: Sequence[GateResult],
    results: Sequence[AgentResult],
    reports: Sequence[EvidenceReport],
    judged: Sequence[CategoryHealth],
) -> Verdict:
    if any(gate.verdict is GateVerdict.FAILED for gate in gates):
        return Verdict.FAILED
    lacking = (
        any(gate.verdict is GateVerdict.UNMEASURED for gate in gates)
        or any(result.status is not AgentStatus.COMPLETED for result in results)
        or any(report.status is EvidenceStatus.FAILED for report in reports)
        or bool(plan.uncovered)
        or (bool(reports) and all(one.score is None for one in judged))
    )
    return Verdict.PARTIAL if lacking else Verdict.PASSED


def not_covered(snapshot: WorkspaceSnapshot, reports: Sequence[EvidenceReport]) -> tuple[NotCovered, ...]:
    """What nobody looked at, a path once; a reason that several tools give is told once, with their names."""
    reasons: dict[str, dict[str, list[str]]] = {}
    for item in snapshot.not_covered:
        reasons.setdefault(item.path, {})[item.reason] = []
    for report in reports:
        for item in report.not_covered:
            reason = item.reason.removeprefix(f"{report.tool}: ")
            reasons.setdefault(item.path, {}).setdefault(reason, []).append(report.tool)
    return tuple(
        NotCovered(path, "; ".join(_told(reason, tools) for reason, tools in said.items()))
        for path, said in sorted(reasons.items())
    )


def _told(reason: str, tools: Sequence[str]) -> str:
    if not tools:
        return reason
    more = f" and {len(tools) - 3} more" if len(tools) > 3 else ""
    return f"{reason} (not looked at by {', '.join(tools[:3])}{more})"


def _summary(
    findings: Sequence[Finding], reports: Sequence[EvidenceReport], results: Sequence[AgentResult]
) -> str:
    measured = [report for report in reports if report.measured]
    done = sum(1 for result in results if result.status is AgentStatus.COMPLETED)
    said = f"{done} of {len(results)} agents finished; {len(measured)} of {len(reports)} tools measured."
    if not findings:
        return f"{said} No findings." if measured else f"{said} Nothing was measured."
    counts = {severity: sum(1 for f in findings if f.severity is severity) for severity in Severity}
    listed = ", ".join(f"{count} {severity.value}" for severity, count in counts.items() if count)
    noun = "finding" if len(findings) == 1 else "findings"
    return f"{said} {len(findings)} {noun}: {listed}."
