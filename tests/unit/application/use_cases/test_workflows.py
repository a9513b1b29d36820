"""Workflows from name to end: begun, resumed, cancelled, listed, planned."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from muster.application.orchestrators.workflow import StageOrder, WorkflowRunner
from muster.application.use_cases.cancel_workflow import CancelWorkflow, CancelWorkflowRequest
from muster.application.use_cases.list_workflow_runs import ListWorkflowRuns, ListWorkflowRunsRequest
from muster.application.use_cases.list_workflows import ListWorkflows, ListWorkflowsRequest
from muster.application.use_cases.plan_workflow import PlanWorkflow
from muster.application.use_cases.resume_workflow import ResumeWorkflow, ResumeWorkflowRequest
from muster.application.use_cases.run_workflow import RunWorkflow, RunWorkflowRequest
from muster.application.use_cases.show_workflow import ShowWorkflow, ShowWorkflowRequest
from muster.domain.errors import UnknownName, UserError
from muster.domain.orchestration.run import RunRecord
from muster.domain.ports.workflow_catalog import WorkflowCatalog
from muster.domain.workflows.broken import BrokenWorkflow
from muster.domain.workflows.state import StageStatus, WorkflowStatus
from muster.domain.workflows.workflow import Workflow, WorkflowInput
from muster.infrastructure.workflows.memory_store import MemoryWorkflowStore
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.workflows import Crash, Engine, PlainPlans, stage, workflow
from tests.fakes.workspace import FakeWorkspace

FLOW = workflow(
    stage("a"),
    stage("b", needs_model=True),
    stage("end", always=True),
    inputs=[WorkflowInput("where", "", "src")],
)


class Shelf(WorkflowCatalog):
    """One workflow, which may be changed."""

    def __init__(self, flow: Workflow = FLOW) -> None:
        self.flow = flow

    def workflows(self) -> tuple[Workflow, ...]:
        """The one."""
        return (self.flow,)

    def broken(self) -> tuple[BrokenWorkflow, ...]:
        """None."""
        return ()

    def sound(self) -> tuple[Workflow, ...]:
        """The one."""
        return (self.flow,)

    def source(self, name: str) -> str:
        """Its name."""
        return f"name: {name}\n"

    def schema(self) -> Mapping[str, object]:
        """Anything."""
        return {}


class House:
    """The use cases, with an engine between them."""

    def __init__(self, engine: Engine | None = None) -> None:
        self.engine = engine or Engine()
        self.shelf = Shelf()
        self.store = MemoryWorkflowStore()
        self.workspace = FakeWorkspace({"a.py": "x = 1\n"})
        self.drive = WorkflowRunner(self.store, PlainPlans(), self.run, FakeClock())
        self.crash = ""

    async def run(self, order: StageOrder) -> RunRecord:
        """The engine, in which the process may die."""
        found = await self.engine(order)
        if self.crash and f"/{self.crash}/" in order.key:
            self.crash = ""
            raise Crash
        return found

    def begin(self) -> RunWorkflow:
        """The use case that begins."""
        return RunWorkflow(self.shelf, self.workspace, self.store, self.drive, FakeClock(), FakeIds())


async def test_a_workflow_runs_to_its_end() -> None:
    """Inputs have their defaults, the folder is named, and it is listed."""
    house = House()
    state = await house.begin().execute(RunWorkflowRequest("FLOW", "/project"))
    assert (state.id, state.root, state.inputs) == ("flow-000001", "/project", {"where": "src"})
    assert (state.status, house.engine.stages) == (WorkflowStatus.COMPLETED, ["a", "end"])
    lines = await ListWorkflowRuns(house.store).execute(ListWorkflowRunsRequest())
    assert [(line.id, line.done, line.stages) for line in lines] == [("flow-000001", 3, 3)]


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (RunWorkflowRequest("flaw", "/project"), "unknown workflow 'flaw'"),
        (RunWorkflowRequest("flow", "/project", {"were": "x"}), "unknown input 'were'"),
        (RunWorkflowRequest("flow", "/nowhere"), "/nowhere"),
    ],
)
async def test_what_cannot_be_run_is_refused_before_anything_is_kept(
    request_: RunWorkflowRequest, reason: str
) -> None:
    """An unknown name, a wrong input, a folder that is not there."""
    house = House()
    with pytest.raises(UserError, match=reason):
        await house.begin().execute(request_)
    assert await house.store.list() == ()


async def test_a_resumed_workflow_keeps_to_the_definition_that_it_began_with() -> None:
    """Also when the file is another one by now; a completed stage is not run again."""
    house = House()
    house.crash = "a"
    with pytest.raises(Crash):
        await house.begin().execute(RunWorkflowRequest("flow", "/project"))
    house.shelf.flow = workflow(stage("other"))
    resume = ResumeWorkflow(house.store, house.drive)
    state = await resume.execute(ResumeWorkflowRequest("flow-0"))
    assert (state.workflow, house.engine.made) == (FLOW, {"a": 1, "end": 1})
    assert await resume.execute(ResumeWorkflowRequest("flow-000001")) == state
    assert house.engine.made == {"a": 1, "end": 1}


async def test_a_cancelled_workflow_cleans_up_and_keeps_what_it_has() -> None:
    """And cannot be cancelled twice."""
    house = House()
    house.crash = "a"
    with pytest.raises(Crash):
        await house.begin().execute(RunWorkflowRequest("flow", "/project"))
    cancel = CancelWorkflow(house.store, house.drive)
    state = await cancel.execute(CancelWorkflowRequest("flow-000001"))
    assert state.status is WorkflowStatus.CANCELLED
    assert [record.status for record in state.records] == [
        StageStatus.SKIPPED, StageStatus.SKIPPED, StageStatus.COMPLETED
    ]  # fmt: skip
    with pytest.raises(UserError, match="cancelled already"):
        await cancel.execute(CancelWorkflowRequest("flow-000001"))


async def test_an_unknown_run_is_answered_with_those_that_are_there() -> None:
    """Or with where to look."""
    house = House()
    for case in (ResumeWorkflow(house.store, house.drive), CancelWorkflow(house.store, house.drive)):
        with pytest.raises(UnknownName) as caught:
            await case.execute(ResumeWorkflowRequest("flow-9"))  # type: ignore[arg-type]
        assert caught.value.hint == "see what was begun: muster workflow runs"


async def test_workflows_are_listed_and_shown() -> None:
    """By any case of the name, with the text to begin one's own with."""
    house = House()
    assert await ListWorkflows(house.shelf).execute(ListWorkflowsRequest()) == (FLOW,)
    shown = await ShowWorkflow(house.shelf).execute(ShowWorkflowRequest(" Flow "))
    assert (shown.workflow, shown.source) == (FLOW, "name: flow\n")


async def test_a_plan_of_a_workflow_runs_and_keeps_nothing() -> None:
    """It says which stage lacks a model."""
    house = House()
    plan = await PlanWorkflow(house.shelf, PlainPlans(), FakeClock()).execute(
        RunWorkflowRequest("flow", "/project")
    )
    assert [(each.stage.id, each.plan is None, each.lacks) for each in plan.stages] == [
        ("a", False, ""),
        ("b", True, "needs a language model, and fake/arranger is none"),
        ("end", False, ""),
    ]
    assert (house.engine.orders, await house.store.list()) == ([], ())
