"""Runs and plans built by hand, with content that attacks each format."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from muster.domain.agents.capability import Capability
from muster.domain.evidence.finding import Finding, Location, identify, sort_key
from muster.domain.evidence.report import EvidenceReport, EvidenceStatus
from muster.domain.evidence.severity import Category, Severity
from muster.domain.models.usage import Usage
from muster.domain.orchestration.gates import Direction, Gate, GateResult, GateVerdict
from muster.domain.orchestration.health import CategoryHealth, health_of
from muster.domain.orchestration.plan import Estimate, ExecutionPlan, PlannedAgent, Range, Uncovered
from muster.domain.orchestration.requirements import Complexity, Reason, TaskDomain, TaskRequirements
from muster.domain.orchestration.run import AgentResult, AgentStatus, RunRecord, RunReport, RunStatus, Verdict
from muster.domain.workspace.files import NotCovered, RepositoryFacts

START = datetime(2025, 3, 1, 9, 30, 0, 250000, tzinfo=UTC)
HOSTILE_QUOTE = "x = '<script>alert(1)</script>' ]]> \x1b[31mred\x1b[0m\x00 | `tick` 🎉 \u202eשלום"
HOSTILE_PATH = "src/we ird/<img src=x onerror=alert(1)>&\udcff 100%#?.py"
ROOT = "/home/somebody/secret-client"

ZERO = (Decimal(0), Decimal(0), Decimal(0))
FREE = Estimate(Range(0, 0, 0), Range(1.0, 2.5, 6.0), ZERO, "typical times for 1,200 lines of code")


def finding(rule: str = "S608", path: str = "src/db.py", line: int = 12, **changes: Any) -> Finding:
    """A high security finding, changed as asked."""
    base = Finding(
        rule=rule,
        message="SQL is built from strings",
        severity=Severity.HIGH,
        confidence=0.9,
        category=Category.SECURITY,
        location=Location(path, line, 5, line, 40, "load"),
        sources=("ruff",),
        family="sql-injection",
        quote='query = f"SELECT * FROM t WHERE id = {key}"',
        suggestion="Pass values as parameters.",
        cwe=89,
    )
    return replace(base, **changes)


def findings() -> tuple[Finding, ...]:
    """Eight findings of every severity, one in a hostile file, one about no file at all."""
    quality: dict[str, Any] = {"category": Category.QUALITY, "cwe": None, "family": ""}
    performance: dict[str, Any] = {"category": Category.PERFORMANCE, "cwe": None, "family": ""}
    hebrew, project = Location("src/נתונים.py"), Location("")
    secret: dict[str, Any] = {
        "severity": Severity.CRITICAL,
        "family": "secret",
        "cwe": 798,
        "confidence": 0.95,
    }
    evil: dict[str, Any] = {
        "message": "<b>bold</b> & \x1b]0;title\x07evil",
        "quote": HOSTILE_QUOTE,
        "cwe": 502,
    }
    shared: dict[str, Any] = {"severity": Severity.MEDIUM, "message": "A mutable default is shared"}
    listed = [
        finding(sources=("ruff", "secrets")),
        finding("S105", "src/settings.py", 3, **secret),
        finding("S301", HOSTILE_PATH, 7, **evil),
        finding("B006", "src/db.py", 40, **shared, **quality),
        finding("C901", "src/db.py", 55, severity=Severity.LOW, confidence=0.6, **quality),
        finding("F401", severity=Severity.INFO, location=hebrew, **quality),
        finding("DEP002", severity=Severity.LOW, location=project, suggestion="", quote="", **quality),
        finding("PERF401", "src/db.py", 70, severity=Severity.LOW, **performance),
    ]
    return tuple(sorted(identify(listed), key=sort_key))


def plan(**changes: Any) -> ExecutionPlan:
    """Two agents in parallel, nothing to pay, one capability that nobody has."""
    task = TaskRequirements(
        "Review <b>src</b> for security & quality",
        Complexity.MODERATE,
        TaskDomain.SECURITY,
        (Capability.SECURITY_AUDIT, Capability.CODE_REVIEW, Capability.TEST_GENERATION),
        parallelisable=True,
        gates=(Gate("high", 0),),
        context={"scope": "src"},
        reasons=(Reason("asks for a security audit", "the word 'security'"),),
    )
    team = (
        PlannedAgent(
            "security_auditor",
            "Look for weaknesses.",
            "offline/evidence",
            (Capability.SECURITY_AUDIT,),
            "the task names security",
            FREE,
        ),
        PlannedAgent(
            "code_reviewer",
            "Review the code.",
            "offline/evidence",
            (Capability.CODE_REVIEW,),
            "the task names a review",
            FREE,
        ),
    )
    base = ExecutionPlan(
        task,
        ROOT,
        "parallel",
        team,
        (Gate("high", 0), Gate("coverage", 80)),
        FREE,
        (Uncovered(Capability.TEST_GENERATION, "needs a language model"),),
        (Reason("parallel", "the parts do not wait for each other"),),
        granted=frozenset({"run-tests"}),
    )
    return replace(base, **changes)


def report(found: tuple[Finding, ...] | None = None, **changes: Any) -> RunReport:
    """A failed run: three categories measured, coverage and documentation not."""
    listed = findings() if found is None else found
    health = health_of(
        (
            CategoryHealth(Category.SECURITY, 41.5, "2 high and 1 critical finding in 1,200 lines"),
            CategoryHealth(Category.COVERAGE, None, "no coverage file, and the tests were not run"),
            CategoryHealth(Category.QUALITY, 82.0, "1 medium, 2 low findings in 1,200 lines"),
            CategoryHealth(Category.PERFORMANCE, 97.0, "1 low finding in 1,200 lines"),
            CategoryHealth(Category.DOCUMENTATION, None, "interrogation of docstrings timed out"),
        ),
        previous=70.2,
    )
    base = RunReport(
        verdict=Verdict.FAILED,
        findings=listed,
        gates=(
            GateResult("high", 0, Direction.AT_MOST, 2.0, GateVerdict.FAILED),
            GateResult("medium", 5, Direction.AT_MOST, 1.0, GateVerdict.PASSED),
            GateResult("coverage", 80, Direction.AT_LEAST, None, GateVerdict.UNMEASURED, "no coverage file"),
        ),
        health=health,
        measures={"findings.high": 2.0, "complexity.max": 31.0},
        unmeasured={Category.COVERAGE: "no coverage file", Category.DOCUMENTATION: "the tool timed out"},
        not_covered=tuple(NotCovered(f"data/{n:02d}.bin", "binary file") for n in range(13)),
        facts=RepositoryFacts(40, {"python": 1200}, 6, is_git=True),
        summary="One secret and two injections need work before anything else.",
        model_used=False,
        known=2,
        stale=1,
    )
    return replace(base, **changes)


def agents() -> tuple[AgentResult, ...]:
    """One that finished, one whose tool crashed, one that failed, one that never began."""
    found = findings()
    measured = EvidenceReport("ruff", "1.2.3", EvidenceStatus.MEASURED, found[:2], {"ruff.count": 2.0})
    ruff = replace(measured, looked_at=40, from_cache=38, duration=0.8)
    crashed = EvidenceReport("secrets", "1.0", EvidenceStatus.FAILED, reason="crashed")
    auditor = AgentResult(
        "security_auditor", AgentStatus.COMPLETED, "Three weaknesses.", found[:3], (ruff, crashed)
    )
    reviewer = AgentResult("code_reviewer", AgentStatus.COMPLETED, "Four smaller things.", found[3:], (ruff,))
    analyst = AgentResult("test_analyst", AgentStatus.FAILED, "", error="the tool <crashed>")
    offline: dict[str, Any] = {"model": "offline/evidence", "cost": Decimal(0)}
    return (
        replace(auditor, duration=4.2, tool_calls=2, dropped=1, **offline),
        replace(reviewer, duration=1.1, tool_calls=1, **offline),
        replace(analyst, duration=0.05, **offline),
        AgentResult("synthesizer", AgentStatus.SKIPPED, ""),
    )


def run(**changes: Any) -> RunRecord:
    """A finished run that failed its gates."""
    end = START + timedelta(seconds=12.34)
    base = RunRecord("01HRUN0001", plan(), RunStatus.COMPLETED, START, end, agents(), report())
    return replace(base, **changes)


def clean_run() -> RunRecord:
    """Everything was measured, nothing was found."""
    categories = tuple(CategoryHealth(category, 100.0, "nothing found") for category in Category)
    clean = report(
        (),
        verdict=Verdict.PASSED,
        gates=(GateResult("high", 0, Direction.AT_MOST, 0.0, GateVerdict.PASSED),),
        health=health_of(categories),
        unmeasured={},
        not_covered=(),
        summary="Nothing was found.",
        known=0,
        stale=0,
    )
    return run(report=clean, agents=agents()[1:2])


def cancelled_run() -> RunRecord:
    """Stopped by Ctrl-C after the first agent."""
    return run(status=RunStatus.CANCELLED, report=None, agents=agents()[:1], error="stopped by the user")


def paid_run() -> RunRecord:
    """A run in which a language model formed the words, for money."""
    paid = replace(
        agents()[0], model="acme/large-1", judged=True, usage=Usage(12_000, 3_400), cost=Decimal("0.0421")
    )
    return run(agents=(paid,), report=report(model_used=True))


def large_run(amount: int = 5000) -> RunRecord:
    """Thousands of findings in a hundred files."""
    many = [
        finding("B006", f"src/m{n % 100:03d}.py", n // 100 + 1, quote=f"value = {n}") for n in range(amount)
    ]
    return run(report=report(tuple(sorted(identify(many), key=sort_key))))
