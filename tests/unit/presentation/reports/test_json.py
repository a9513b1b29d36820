"""What programs read."""

import json
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from muster import __version__
from muster.domain.evidence.finding import Finding
from muster.domain.orchestration.plan import ExecutionPlan
from muster.domain.orchestration.run import RunRecord
from muster.presentation.reports import render_plan, render_run
from tests.unit.presentation.reports import samples


def without_lone_bytes(record: RunRecord) -> RunRecord:
    """The run with `\\xff` written out in paths: what is not UTF-8 cannot be said in JSON."""

    def clean(finding: Finding) -> Finding:
        path = finding.location.path.replace("\udcff", "\\xff")
        return replace(finding, location=replace(finding.location, path=path))

    agents = tuple(
        replace(
            agent,
            findings=tuple(map(clean, agent.findings)),
            evidence=tuple(
                replace(item, findings=tuple(map(clean, item.findings))) for item in agent.evidence
            ),
        )
        for agent in record.agents
    )
    report = record.report and replace(record.report, findings=tuple(map(clean, record.report.findings)))
    return replace(record, agents=agents, report=report)


@pytest.mark.parametrize("build", [samples.run, samples.clean_run, samples.cancelled_run, samples.paid_run])
def test_the_run_reads_back_as_the_same_record(build: object) -> None:
    assert callable(build)
    part = json.dumps(json.loads(render_run(build(), "json"))["run"])
    assert TypeAdapter(RunRecord).validate_json(part) == without_lone_bytes(build())


def test_the_plan_reads_back_as_the_same_plan() -> None:
    document = json.loads(render_plan(samples.plan(), "json"))
    assert list(document) == ["schema_version", "muster", "plan"]
    assert TypeAdapter(ExecutionPlan).validate_json(json.dumps(document["plan"])) == samples.plan()


def test_the_top_level_is_stable() -> None:
    document = json.loads(render_run(samples.run(), "json"))
    assert list(document) == ["schema_version", "muster", "summary", "run"]
    assert document["schema_version"] == 1
    assert document["muster"] == __version__
    assert document["summary"] == {
        "verdict": "failed",
        "status": "completed",
        "score": 66.8,
        "grade": "D",
        "unmeasured": {"coverage": "no coverage file", "documentation": "the tool timed out"},
        "findings": {"critical": 1, "high": 2, "medium": 1, "low": 3, "info": 1},
        "failed_gates": ["high"],
        "not_covered": 13,
        "seconds": 12.34,
        "tokens": 0,
        "cost_usd": "0",
        "language_model": "no language model was used",
        "waits": [],
        "planned": {
            "time": {"planned": "1.0 s – 6.0 s (expected 2.5 s)", "taken": "12.3 s", "stands": "more"},
            "tokens": {"planned": "0", "taken": "0", "stands": "as planned"},
            "cost": {"planned": "$0.00", "taken": "$0.00", "stands": "as planned"},
        },
    }


def test_a_run_without_a_report_has_no_verdict_and_no_score() -> None:
    summary = json.loads(render_run(samples.cancelled_run(), "json"))["summary"]
    assert (summary["verdict"], summary["score"], summary["unmeasured"]) == (None, None, None)
    assert summary["status"] == "cancelled"


def test_permissions_stand_in_one_order() -> None:
    plan = samples.plan(granted=frozenset({"zebra", "alpha", "mike", "kilo"}))
    assert json.loads(render_plan(plan, "json"))["plan"]["granted"] == ["alpha", "kilo", "mike", "zebra"]
