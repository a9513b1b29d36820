"""A workflow that was run, written down."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from muster.domain.errors import UnknownName
from muster.domain.evidence.severity import Severity
from muster.domain.orchestration.run import Verdict
from muster.domain.workflows.course import settled
from muster.domain.workflows.state import SkipCause, StageRecord, StageStatus, WorkflowStatus
from muster.presentation.reports import Look
from muster.presentation.reports.workflow import render_workflow
from tests.fakes.workflows import BEGAN, run_of, stage, state_of, workflow

FLOW = workflow(stage("scan"), stage("fix"), stage("late"))
SCANNED = settled(
    FLOW.stages[0],
    StageRecord("scan", StageStatus.RUNNING, 2),
    run_of(verdict=Verdict.FAILED, severities=[Severity.HIGH, Severity.LOW]),
    BEGAN,
)
FIX = StageRecord("fix", StageStatus.FAILED, 1, reason="out of | `paper`\x1b[2J")
LATE = StageRecord(
    "late", StageStatus.SKIPPED, reason="stage 'fix' failed before it", cause=SkipCause.STOPPED
)
STATE = replace(
    state_of(FLOW, {"where": "src"}).with_record(SCANNED).with_record(FIX).with_record(LATE),
    status=WorkflowStatus.COMPLETED,
    finished_at=BEGAN,
    granted=frozenset({"run-tests"}),
)


def test_the_text_says_what_became_of_each_stage() -> None:
    """Verdict first; failed gates and a stage that was not done are told apart; nothing moves the cursor."""
    text = render_workflow(STATE, "text", Look(width=120))
    lines = text.splitlines()
    assert lines[0] == "FAILED  A flow"
    assert "\x1b" not in text
    (scan,) = (line for line in lines if line.startswith("  ✗  scan"))
    assert scan.split("  ")[-1] == "2 findings: 1 high, 1 low; attempt 2"
    assert [line.split()[1:4] for line in lines if line.startswith("  ✗  fix")] == [["fix", "not", "done"]]
    assert any("skipped (stopped)" in line and "stage 'fix' failed before it" in line for line in lines)
    assert "  scan  run-01" in lines
    assert lines[-1] == "2.0 s, $0.010, 15 tokens"


def test_an_open_one_says_how_to_go_on() -> None:
    """There is no verdict yet."""
    text = render_workflow(replace(STATE, finished_at=None, status=WorkflowStatus.OPEN), "text", Look())
    assert text.startswith("OPEN")
    assert text.endswith("go on: muster workflow resume flow-01\n")


def test_markdown_is_escaped() -> None:
    """What a stage said cannot end a cell or begin a span."""
    text = render_workflow(STATE, "markdown", Look())
    row = next(line for line in text.splitlines() if line.startswith("| `fix`"))
    assert "out of \\| \\`paper\\`" in row
    assert text.startswith("# Muster: A flow: failed\n")


def test_json_holds_everything_that_is_known() -> None:
    """And what the other formats work out from it."""
    document = json.loads(render_workflow(STATE, "json", Look()))
    assert document["summary"] == {
        "verdict": "failed",
        "status": "completed",
        "result": "failed",
        "seconds": 2.0,
        "tokens": 15,
        "cost_usd": "0.01",
        "skipped": {"late": "stage 'fix' failed before it"},
    }
    run = document["workflow_run"]
    assert (run["granted"], run["inputs"], len(run["records"])) == (["run-tests"], {"where": "src"}, 3)
    assert run["records"][0]["handed"]["findings"]["high"] == 1


def test_other_formats_are_refused() -> None:
    """With those that there are."""
    with pytest.raises(UnknownName, match="format for workflows 'html'"):
        render_workflow(STATE, "html", Look())
