"""`muster workflow` with use cases that answer at once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from muster.application.use_cases.plan_workflow import PlannedStage, WorkflowPlan
from muster.application.use_cases.show_workflow import ShownWorkflow
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import UserError
from muster.domain.models.tier import ModelTier
from muster.domain.orchestration.run import Verdict
from muster.domain.workflows.course import line_of
from muster.domain.workflows.state import SkipCause, StageRecord, StageStatus, WorkflowState, WorkflowStatus
from muster.domain.workflows.workflow import OnError, Then, WorkflowInput
from tests.fakes.builders import plan
from tests.fakes.workflows import BEGAN, stage, state_of, workflow

from .conftest import Muster
from .house import House

FLOW = workflow(
    stage("scan", on_error=OnError(1, Then.CONTINUE)),
    stage("fix", when="stages.scan.findings > 0", needs_model=True, tier=ModelTier.PREMIUM),
    inputs=[WorkflowInput("where", "a folder"), WorkflowInput("depth", "how deep", "full")],
)


def over(
    verdict: Verdict | None = Verdict.PASSED, status: WorkflowStatus = WorkflowStatus.COMPLETED
) -> WorkflowState:
    """A workflow at its end."""
    done = StageRecord("scan", StageStatus.COMPLETED, 1, "run-01", verdict=verdict)
    skipped = StageRecord("fix", StageStatus.SKIPPED, reason="no findings", cause=SkipCause.CONDITION)
    state = state_of(FLOW).with_record(done).with_record(skipped)
    return replace(state, status=status, finished_at=BEGAN)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (over(), 0),
        (over(Verdict.FAILED), 1),
        (over(Verdict.PARTIAL), 5),
        (over(status=WorkflowStatus.CANCELLED), 130),
    ],
)
def test_the_end_is_the_exit_code(muster: Muster, house: House, state: WorkflowState, code: int) -> None:
    """Of `run` and of `resume`, with the report on stdout."""
    house.answers("run_workflow", state)
    house.answers("resume_workflow", state)
    for args in (("run", "flow"), ("resume", "flow-01")):
        answer = muster("workflow", *args)
        assert answer.code == code
        assert "A flow" in answer.out


def test_what_is_given_becomes_the_request(muster: Muster, house: House) -> None:
    """Inputs keep every sign after the first =."""
    case = house.answers("run_workflow", over())
    muster(
        "workflow", "run", "flow", "--path", "shop", "--input", "where=a=b", "--input", "depth=", "--since", "main",
        "--run-tests", "--budget", "0.5", "--model", "anthropic", "-q",
    )  # fmt: skip
    (request,) = case.asked
    assert (request.name, request.root, request.inputs) == ("flow", "shop", {"where": "a=b", "depth": ""})
    assert (request.since, request.granted) == ("main", frozenset({"run-tests"}))
    assert request.limits == BudgetLimits(usd=Decimal("0.5"))
    assert house.opened == [("shop", {"model": "anthropic"})]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["where"], "input 'where' has no value"),
        (["=x"], "input '=x' has no value"),
        (["a=1", "a=2"], "input 'a' is given twice"),
    ],
)
def test_inputs_that_are_none_are_refused(muster: Muster, texts: list[str], message: str) -> None:
    """Before anything is opened."""
    answer = muster("workflow", "run", "flow", *(part for text in texts for part in ("--input", text)))
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err


def test_stages_are_told_on_stderr(muster: Muster, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line a change; none when nobody wants them."""
    state = state_of(FLOW)
    changes = [
        StageRecord("scan", StageStatus.RUNNING, 1),
        StageRecord("scan", StageStatus.PENDING, 1, reason="too slow"),
        StageRecord("scan", StageStatus.RUNNING, 2),
        over().records[0],
        over().records[1],
    ]
    case = house.answers("run_workflow", over())
    plain = type(case).execute

    async def tell(self: object, request: object) -> object:
        for change in changes:
            request.watch(state, change)  # type: ignore[attr-defined]
        return await plain(case, request)

    monkeypatch.setattr(type(case), "execute", tell)
    assert muster("workflow", "run", "flow").err.splitlines() == [
        "scan: at work",
        "scan: failed, tried again: too slow",
        "scan: at work, attempt 2",
        "scan: passed",
        "fix: skipped (condition): no findings",
    ]
    assert muster("workflow", "run", "flow", "-q").err == ""


def test_a_dry_run_shows_who_would_do_what(muster: Muster, house: House) -> None:
    """And runs nothing."""
    stages = (
        PlannedStage(FLOW.stages[0], plan("worker")),
        PlannedStage(FLOW.stages[1], None, "needs a model"),
    )
    house.answers("plan_workflow", WorkflowPlan(FLOW, stages))
    answer = muster("workflow", "run", "flow", "--dry-run")
    assert answer.code == 0
    assert "  parallel: worker on fake/model" in answer.out
    assert "  skipped: needs a model" in answer.out
    assert (
        muster("workflow", "run", "flow", "--dry-run", "--json").json["plan"]["stages"][1]["lacks"]
        == "needs a model"
    )


def test_workflows_are_listed_and_shown(muster: Muster, house: House) -> None:
    """With everything that decides about a stage."""
    house.answers("list_workflows", (FLOW,))
    house.answers("show_workflow", ShownWorkflow(FLOW, "name: flow\n"))
    assert "flow      built-in  2       shows how it goes" in muster("workflow").out
    assert muster("workflow", "list", "--json").json["workflows"][0]["name"] == "flow"
    text = muster("workflow", "show", "flow").out
    for words_ in (
        "--input where=… a folder (must be given)",
        "--input depth=… how deep (default: full)",
        "1. scan: Scan",
        "when it fails: tried again once, then continue",
        "when: stages.scan.findings > 0",
        "needs a language model",
        "tier: premium",
    ):
        assert words_ in [line.strip() for line in text.splitlines()]
    assert muster("workflow", "show", "flow", "--yaml").out == "name: flow\n"
    assert muster("workflow", "show", "flow", "--yaml", "--json").code == 2


def test_begun_ones_are_listed_and_cancelled(muster: Muster, house: House) -> None:
    """With how far each has come."""
    house.answers("list_workflow_runs", (line_of(over(Verdict.FAILED)), line_of(state_of(FLOW))))
    rows = [line.split() for line in muster("workflow", "runs").out.splitlines()]
    assert [(row[-4], row[-3], row[-2]) for row in rows[1:]] == [
        ("failed", "2/2", "flow"),
        ("open", "0/2", "flow"),
    ]
    house.answers("list_workflow_runs", ())
    assert muster("workflow", "runs").out == "no workflows were begun\n"
    house.answers("cancel_workflow", over(status=WorkflowStatus.CANCELLED))
    assert muster("workflow", "cancel", "flow-01").out == "workflow run flow-01 is cancelled\n"
    house.answers("cancel_workflow", UserError("it is over", hint="see it"))
    assert muster("workflow", "cancel", "flow-01").code == 2
