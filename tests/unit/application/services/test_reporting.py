"""The checked report of a run."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from muster.application.services.reporting import Reporter, Standards, comparable
from muster.domain.evidence.report import EvidenceReport, EvidenceStatus, ToolProfile
from muster.domain.evidence.severity import Category, Severity
from muster.domain.orchestration.gates import Gate, GateVerdict
from muster.domain.orchestration.health import CategoryHealth, health_of
from muster.domain.orchestration.plan import ExecutionPlan
from muster.domain.orchestration.run import AgentResult, AgentStatus, RunReport, Verdict
from muster.domain.ports.workspace import Workspace
from muster.domain.workspace.document import DocumentSnapshot
from muster.domain.workspace.files import NotCovered, WorkspaceSnapshot
from muster.infrastructure.evidence.secret_masker import RuleMasker
from tests.fakes.builders import finding, plan, report, snapshot

PROFILES = {
    "ruff": ToolProfile("ruff", "Lint", frozenset({Category.QUALITY}), frozenset({"python"})),
    "docs": ToolProfile("docs", "Docs", frozenset({Category.DOCUMENTATION}), frozenset({"python"})),
    "secrets": ToolProfile("secrets", "Secrets", frozenset({Category.SECURITY})),
}


class FakeDisk(Workspace):
    """Files by path, as they are when the report is written."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    async def scan(self, root: str, since: str | None = None) -> WorkspaceSnapshot:
        """The report never scans."""
        raise AssertionError("a report does not scan")

    async def read(self, root: str, path: str) -> DocumentSnapshot:
        """The report never reads whole files."""
        raise AssertionError("a report reads lines only")

    async def lines(self, root: str, path: str, numbers: frozenset[int]) -> dict[int, str]:
        """The lines that exist."""
        found = self.files.get(path, "").split("\n")
        return {number: found[number - 1] for number in numbers if number <= len(found)}


def agent(*reports: EvidenceReport, status: AgentStatus = AgentStatus.COMPLETED) -> AgentResult:
    """An agent that brought these reports."""
    return AgentResult("code-reviewer", status, "done", evidence=reports)


async def reported(
    *results: AgentResult,
    files: Mapping[str, str] | None = None,
    on: WorkspaceSnapshot | None = None,
    of: ExecutionPlan | None = None,
    standards: Standards | None = None,
) -> RunReport:
    """The report of a run with these results."""
    reporter = Reporter(FakeDisk(files or {}), PROFILES, {"idle": ("secrets", "read-file")}, RuleMasker())
    of = of or plan("code-reviewer", gates=[Gate("critical", 0)])
    return await reporter.report(of, on or snapshot(), results, standards or Standards())


async def test_a_line_that_changed_since_it_was_quoted_is_dropped_and_counted() -> None:
    """What is no longer on the disk is not reported as if it were."""
    true = finding(line=1, quote="x = eval(y)")
    gone = finding(line=2, quote="z = eval(y)")
    result = await reported(agent(report("ruff", true, gone)), files={"a.py": "x = eval(y)\nz = 1"})
    assert [one.location.line for one in result.findings] == [1]
    assert result.stale == 1


async def test_a_masked_quote_is_never_replaced_by_the_secret() -> None:
    """The quote of a secret stays as the tool masked it."""
    secret = finding("token", quote="KEY=ab****", family="secret:token", source="secrets")
    result = await reported(agent(report("secrets", secret)), files={"a.py": "KEY=abcdef"})
    assert result.findings[0].quote == "KEY=ab****"


async def test_no_other_tool_s_quote_tells_the_secret_on_its_line() -> None:
    """An unused variable that holds a password is reported, and its line is shown masked."""
    secret = finding("token", quote="KEY=****", family="secret:token", source="secrets")
    unused = finding("F841", quote="KEY=abcdef")
    result = await reported(
        agent(report("secrets", secret), report("ruff", unused)), files={"a.py": "KEY=abcdef"}
    )
    assert {f.rule: f.quote for f in result.findings} == {"token": "KEY=****", "F841": "KEY=****"}
    assert result.stale == 0


async def test_known_findings_are_counted_and_left_out() -> None:
    """A baseline holds fingerprints; only what is new is listed and counted by gates."""
    first = await reported(agent(report("ruff", finding(severity=Severity.CRITICAL))))
    assert first.verdict is Verdict.FAILED
    again = await reported(
        agent(report("ruff", finding(severity=Severity.CRITICAL))),
        standards=Standards(baseline=frozenset({first.findings[0].fingerprint})),
    )
    assert (again.findings, again.known, again.verdict) == ((), 1, Verdict.PASSED)


async def test_findings_outside_the_diff_or_the_focus_are_left_out_but_still_count_for_health() -> None:
    """The score is the project's, the list is the change's."""
    both = report("ruff", finding(path="a.py"), finding(path="b.py"))
    on = snapshot({"a.py": 500, "b.py": 500}, changed=frozenset({"a.py"}))
    result = await reported(agent(both), on=on)
    assert [one.location.path for one in result.findings] == ["a.py"]
    whole = await reported(agent(both), on=snapshot({"a.py": 500, "b.py": 500}))
    assert result.health == whole.health
    focused = await reported(agent(both), of=plan("code-reviewer", focus=("b.py",)))
    assert [one.location.path for one in focused.findings] == ["b.py"]


async def test_a_count_of_findings_is_unmeasured_while_a_tool_has_failed() -> None:
    """Zero critical findings prove nothing when the scanner crashed; one critical finding proves enough."""
    broken = report("secrets", status=EvidenceStatus.FAILED, reason="timed out")
    result = await reported(agent(report("ruff"), broken))
    (gate,) = result.gates
    assert (gate.verdict, gate.value, gate.reason) == (GateVerdict.UNMEASURED, None, "secrets: timed out")
    assert result.verdict is Verdict.PARTIAL
    worse = await reported(agent(report("ruff", finding(severity=Severity.CRITICAL)), broken))
    assert worse.verdict is Verdict.FAILED


async def test_nothing_measured_is_partial_and_never_a_pass() -> None:
    """An empty folder: the gate on findings has nothing to count."""
    nothing = report("ruff", status=EvidenceStatus.NO_INPUT, reason="no python files")
    result = await reported(agent(nothing), on=snapshot({"README.md": 3}))
    assert result.gates[0].verdict is GateVerdict.UNMEASURED
    assert result.verdict is Verdict.PARTIAL
    assert result.health.score is None
    assert result.summary.endswith("Nothing was measured.")


async def test_fail_on_is_one_more_gate_for_each_severity_from_there_up() -> None:
    """high means high and critical, and a medium finding passes."""
    standards = Standards(fail_on=Severity.HIGH)
    passed = await reported(agent(report("ruff", finding(severity=Severity.MEDIUM))), standards=standards)
    assert {gate.name for gate in passed.gates} == {"critical", "high"}
    assert passed.verdict is Verdict.PASSED
    failed = await reported(agent(report("ruff", finding(severity=Severity.HIGH))), standards=standards)
    assert [gate.name for gate in failed.failed_gates] == ["high"]


async def test_one_tool_asked_by_two_agents_is_counted_once() -> None:
    """Two agents brought the same report; its finding is one finding of one tool."""
    shared = report("ruff", finding())
    result = await reported(
        agent(shared), AgentResult("debugger", AgentStatus.COMPLETED, "", evidence=(shared,))
    )
    assert len(result.findings) == 1
    assert result.findings[0].sources == ("ruff",)
    assert "1 of 1 tools measured" in result.summary


async def test_what_two_tools_have_both_said_stays_one_finding_when_an_agent_repeats_it() -> None:
    """The agent stands behind what its tools found: merged once, not merged and then added again."""
    one = finding("S105", quote="KEY=1", cwe=798, source="ruff", line=1)
    other = finding("secret", quote="KEY=1", cwe=798, source="secrets", line=1)
    brought = (report("ruff", one), report("secrets", other))
    own = finding("judgement", line=2, quote="x", source="fake/model")
    result = await reported(
        AgentResult("code-reviewer", AgentStatus.COMPLETED, "", (one, other, own), brought),
        files={"a.py": "KEY=1\nx"},
    )
    assert [found.sources for found in result.findings] == [("ruff", "secrets"), ("fake/model",)]


async def test_an_agent_that_failed_makes_the_run_partial() -> None:
    """Its colleagues' findings are there."""
    result = await reported(agent(report("ruff", finding())), agent(status=AgentStatus.FAILED))
    assert result.verdict is Verdict.PARTIAL
    assert len(result.findings) == 1


async def test_what_was_not_covered_is_listed_once_a_path_with_every_reason() -> None:
    """The scan's and the tools' words about one file stand together."""
    on = snapshot(not_covered=[NotCovered("big.bin", "binary")])
    ruff = report("ruff", not_covered=[NotCovered("bad.py", "ruff: has a syntax error at line 3")])
    docs = report("docs", not_covered=[NotCovered("bad.py", "docs: has a syntax error at line 3")])
    result = await reported(agent(ruff, docs), on=on)
    assert [(item.path, item.reason) for item in result.not_covered] == [
        ("bad.py", "has a syntax error at line 3 (not looked at by ruff, docs)"),
        ("big.bin", "binary"),
    ]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (AgentStatus.COMPLETED, "secrets: idle did not ask for it"),
        (AgentStatus.FAILED, "secrets: idle failed before it answered"),
    ],
)
async def test_a_tool_that_its_agent_never_asked_is_not_a_clean_one(status: AgentStatus, reason: str) -> None:
    """Its category has no number and the run is partial, whoever else measured."""
    idle = AgentResult("idle", status, "")
    result = await reported(agent(report("ruff")), idle)
    assert result.unmeasured[Category.SECURITY] == reason
    assert result.verdict is Verdict.PARTIAL


def test_a_mean_of_other_categories_is_no_trend() -> None:
    """The previous score is compared only when the same categories were measured then."""
    quality = CategoryHealth(Category.QUALITY, 80.0, "")
    security = CategoryHealth(Category.SECURITY, 40.0, "")
    absent = CategoryHealth(Category.SECURITY, None, "no tool")
    assert comparable([quality, security], health_of((quality, security))) == 56.0
    assert comparable([quality, absent], health_of((quality, security))) is None
    assert comparable([quality], None) is None
