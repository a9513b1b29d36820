"""Short ways to domain objects that tests are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from muster.domain.agents.capability import Capability
from muster.domain.agents.template import AgentTemplate
from muster.domain.evidence.finding import Finding, Location
from muster.domain.evidence.report import EvidenceReport, EvidenceStatus
from muster.domain.evidence.severity import Category, Severity
from muster.domain.models.info import FREE, ModelInfo, ModelPrices
from muster.domain.models.tier import ModelTier
from muster.domain.orchestration.gates import Gate
from muster.domain.orchestration.plan import Estimate, ExecutionPlan, PlannedAgent, Range
from muster.domain.orchestration.requirements import Complexity, TaskDomain, TaskRequirements
from muster.domain.workspace.files import NotCovered, RepositoryFacts, SourceFile, WorkspaceSnapshot
from muster.domain.workspace.languages import is_test_path, language_of

JUDGE = ModelInfo(
    "judge",
    "fake",
    ModelTier.CAPABLE,
    100_000,
    4096,
    ModelPrices(Decimal(1), Decimal(4), Decimal(0), Decimal(0)),
)
ARRANGER = ModelInfo("arranger", "fake", ModelTier.CHEAP, 100_000, 4096, FREE, judges=False)
ESTIMATE = Estimate(Range(1, 2, 3), Range(1, 2, 3), (Decimal(0), Decimal(0), Decimal(0)), "a test")


def finding(
    rule: str = "B006",
    path: str = "a.py",
    line: int = 1,
    *,
    severity: Severity = Severity.MEDIUM,
    confidence: float = 0.9,
    category: Category = Category.QUALITY,
    function: str = "",
    quote: str = "",
    source: str = "ruff",
    family: str = "",
    cwe: int | None = None,
    fingerprint: str = "",
) -> Finding:
    """A finding of one tool."""
    return Finding(
        rule=rule,
        message=f"{rule} is here",
        severity=severity,
        confidence=confidence,
        category=category,
        location=Location(path, line, function=function),
        sources=(source,),
        family=family,
        quote=quote,
        cwe=cwe,
        fingerprint=fingerprint,
    )


def report(
    tool: str = "ruff",
    *findings: Finding,
    status: EvidenceStatus = EvidenceStatus.MEASURED,
    measures: Mapping[str, float] | None = None,
    reason: str = "",
    not_covered: Sequence[NotCovered] = (),
) -> EvidenceReport:
    """A tool's report."""
    return EvidenceReport(
        tool, "1", status, findings, measures or {}, tuple(not_covered), reason, looked_at=1
    )


def snapshot(
    lines: Mapping[str, int] | None = None,
    *,
    root: str = "/project",
    changed: frozenset[str] | None = None,
    not_covered: Sequence[NotCovered] = (),
) -> WorkspaceSnapshot:
    """A workspace by path and number of lines."""
    files = tuple(
        SourceFile(path, count * 20, count, f"digest-of-{path}", language_of(path), is_test_path(path))
        for path, count in (lines or {"a.py": 1000}).items()
    )
    by_language: dict[str, int] = {}
    for file in files:
        by_language[file.language] = by_language.get(file.language, 0) + file.lines
    facts = RepositoryFacts(
        files=len(files),
        lines=by_language,
        test_files=sum(file.is_test for file in files),
        is_git=False,
        changed=None if changed is None else len(changed),
    )
    return WorkspaceSnapshot(root, files, tuple(not_covered), facts, changed)


def template(
    agent: str, *capabilities: Capability, tools: tuple[str, ...] = (), needs_judgement: bool = False
) -> AgentTemplate:
    """An agent by what it can do."""
    return AgentTemplate(
        agent,
        agent.title(),
        f"does {agent}",
        frozenset(capabilities),
        ModelTier.CAPABLE,
        tools,
        "Work.",
        needs_judgement,
    )


def planned(agent: str) -> PlannedAgent:
    """A place in a team."""
    return PlannedAgent(agent, f"The part of {agent}.", "fake/model", (), "a test", ESTIMATE)


def plan(
    *agents: str,
    pattern: str = "parallel",
    task: str = "review it",
    root: str = "/project",
    gates: Sequence[Gate] = (),
    focus: tuple[str, ...] = (),
    limit: int = 4,
) -> ExecutionPlan:
    """A plan for a team."""
    requirements = TaskRequirements(
        task, Complexity.MODERATE, TaskDomain.CODE_QUALITY, (Capability.CODE_REVIEW,), parallelisable=True
    )
    return ExecutionPlan(
        requirements,
        root,
        pattern,
        tuple(planned(agent) for agent in agents),
        tuple(gates),
        ESTIMATE,
        focus=focus,
        max_concurrency=limit,
    )
