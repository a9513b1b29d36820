"""A run whose agents have a language model: what it says is checked, counted and paid for."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest

from muster import RunStatus, Severity, UserError, Verdict
from muster.application.services.citations import CitationDesk
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import BudgetExceeded, ErrorKind, ModelFailure
from muster.domain.models.exchange import TextDelta
from muster.domain.models.usage import Usage
from muster.domain.orchestration.run import AgentStatus
from tests.fakes.builders import finding
from tests.fakes.evidence import FakeEvidence
from tests.fakes.scripted_model import ScriptedModel, model_info, saying
from tests.unit.application.use_cases.test_run_task import opened

EVIDENCE = finding("X1", "app.py", 1, quote="x = eval(y)", severity=Severity.HIGH, source="alpha")
OWN = {
    "path": "app.py", "line": 9, "quote": "z = 1", "message": "z says nothing", "severity": "low",
    "category": "quality", "suggestion": "call it count",
}  # fmt: skip
INVENTED = {**OWN, "quote": "password = 'hunter2'", "message": "a password"}
ELSEWHERE = {**OWN, "path": "../../etc/passwd", "quote": "root"}


@pytest.fixture
def project(tmp_path: Path) -> str:
    """A folder with one file of two lines."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text("x = eval(y)\nz = 1\n")
    return str(folder)


def reporting(*findings: object, usage: Usage | None = None) -> ScriptedModel:
    """A model that answers at once with a report, and calls no tool."""
    return ScriptedModel(saying(json.dumps({"summary": "looked", "findings": findings}), usage))


async def test_what_a_model_quotes_is_looked_up_and_what_is_not_there_is_dropped(project: str) -> None:
    """The true quote is found where it stands, not where it was said to; the inventions are counted."""
    model = reporting(OWN, INVENTED, ELSEWHERE, {"evidence": "0" * 16})
    async with opened(project, [FakeEvidence("alpha")], model=model) as app:
        run = await app.run_task(await app.plan_task("review it", project, agents=["first"]))

    found = [(f.rule, f.location.line, f.quote, f.sources, f.severity) for f in run.findings]
    assert found == [("judgement", 2, "z = 1", ("fake/scripted",), Severity.LOW)]
    assert run.agents[0].dropped == 3
    assert run.findings[0].suggestion == "call it count"


async def test_what_a_model_says_of_a_line_as_a_tool_does_is_one_finding(project: str) -> None:
    """It counts once at the gates, and both are named."""
    same = {**OWN, "line": 1, "quote": "x = eval(y)", "message": "runs it", "severity": "critical"}
    async with opened(project, [FakeEvidence("alpha", EVIDENCE)], model=reporting(same)) as app:
        run = await app.run_task(await app.plan_task("review it", project, agents=["first"]))

    (found,) = run.findings
    assert (found.rule, found.severity, found.sources) == (
        "X1",
        Severity.CRITICAL,
        ("alpha", "fake/scripted"),
    )
    assert run.report is not None
    assert run.report.measures["findings.critical"] == 1


async def test_a_model_that_calls_no_tool_leaves_no_fact_out(project: str) -> None:
    """The agent's evidence tools are asked all the same, and their findings stand beside the model's."""
    async with opened(project, [FakeEvidence("alpha", EVIDENCE)], model=reporting(OWN)) as app:
        run = await app.run_task(await app.plan_task("review it", project, agents=["first"]))

    assert [f.rule for f in run.findings] == ["X1", "judgement"]
    assert run.report is not None
    assert run.report.verdict is Verdict.PASSED


async def test_an_answer_that_cannot_be_read_goes_back_once(project: str) -> None:
    """With what is wrong about it; both calls are paid for."""
    good = json.dumps({"summary": "now as JSON"})
    bad = json.dumps({"summary": "", "findings": []})
    model = ScriptedModel(saying(bad, Usage(100, 50)), saying(good, Usage(200, 20)))
    async with opened(project, [FakeEvidence("alpha")], model=model) as app:
        run = await app.run_task(await app.plan_task("review it", project, agents=["first"]))

    (agent,) = run.agents
    assert (agent.status, agent.summary) == (AgentStatus.COMPLETED, "now as JSON")
    first, second = model.requests
    assert [message.content for message in second.messages][-2] == bad
    assert "summary: String should have at least 1 character" in second.messages[-1].content
    assert (first.tools != (), second.tools) == (True, ())
    assert agent.usage == Usage(300, 70)
    assert [attempt.cost for attempt in agent.attempts] == [Decimal("0.0002"), Decimal("0.00024")]
    assert run.cost == Decimal("0.00044")


async def test_a_second_answer_that_cannot_be_read_is_a_failure(project: str) -> None:
    """Never a guess; there is no third call."""
    model = ScriptedModel(saying("Looks good to me!"))
    async with opened(project, [FakeEvidence("alpha", EVIDENCE)], model=model) as app:
        run = await app.run_task(await app.plan_task("review it", project, agents=["first"]))

    assert len(model.requests) == 2
    assert run.agents[0].status is AgentStatus.FAILED
    assert [f.rule for f in run.findings] == ["X1"]


async def test_fifty_runs_that_share_a_budget_of_ten_calls_make_exactly_ten(project: str) -> None:
    """At once; what was refused is recorded with what it would have cost."""
    model = reporting()
    async with opened(project, [FakeEvidence("alpha")], model=model) as app:
        plan = await app.plan_task("review it", project, agents=["first"])
        with app.open_budget("today", BudgetLimits(calls=10)) as today:
            runs = await asyncio.gather(*(app.run_task(plan, shared=[today]) for _ in range(50)))
            assert today.spent.calls == 10

    assert len(model.requests) == 10
    refused = [run.agents[0] for run in runs if run.agents[0].status is AgentStatus.FAILED]
    assert len(refused) == 40
    assert {agent.attempts[0].error for agent in refused} == {ErrorKind.BUDGET}
    assert all(agent.attempts[0].spared for agent in refused)
    assert "it would have cost up to $" in refused[0].error


async def test_a_budget_that_runs_out_in_the_middle_keeps_what_there_is(project: str) -> None:
    """The first agent's answer and cost stay; the second is refused before it is called; the run is partial."""
    model = reporting(usage=Usage(1000, 4000))
    async with opened(project, [FakeEvidence("alpha", EVIDENCE), FakeEvidence("beta")], model=model) as app:
        plan = await app.plan_task("review it", project, agents=["first", "second"], pattern="sequential")
        run = await app.run_task(plan, budget_usd=0.0130)

    assert len(model.requests) == 1
    first, second = run.agents
    assert (first.status, first.cost) == (AgentStatus.COMPLETED, Decimal("0.009"))
    assert (second.status, second.cost) == (AgentStatus.FAILED, Decimal(0))
    assert second.attempts[0].error is ErrorKind.BUDGET
    assert run.status is RunStatus.COMPLETED
    assert run.report is not None
    assert run.report.verdict is Verdict.PARTIAL
    assert run.cost == Decimal("0.009")


async def test_a_model_without_a_price_needs_leave_to_run_under_a_budget(project: str) -> None:
    """Refused before anything is called; with leave its cost is unknown, never nothing."""
    model = ScriptedModel(saying('{"summary": "x"}'), info=model_info(unpriced=True))
    async with opened(project, [FakeEvidence("alpha")], model=model) as app:
        plan = await app.plan_task("review it", project, agents=["first"])
        with pytest.raises(BudgetExceeded, match="has no known price"):
            await app.run_task(plan, budget_usd=1)
        limits = BudgetLimits(usd=Decimal(1), allow_unpriced=True)
        run = await app.run_task(plan, budget=limits)

    assert len(model.requests) == 1
    assert run.cost is None


async def test_a_call_that_fails_keeps_what_it_has_cost(project: str) -> None:
    """The answer broke off: what was sent and said is counted, as an estimate."""
    lost = ModelFailure("the line broke", kind=ErrorKind.INCOMPLETE)
    model = ScriptedModel([TextDelta("half an ans"), lost])
    async with opened(project, [FakeEvidence("alpha")], model=model) as app:
        run = await app.run_task(await app.plan_task("review it", project, agents=["first"]))

    (attempt,) = run.agents[0].attempts
    assert (attempt.error, attempt.source.value) == (ErrorKind.INCOMPLETE, "estimated")
    assert attempt.usage.output > 0
    assert run.cost == attempt.cost
    assert run.cost is not None
    assert run.cost > 0


async def test_a_call_that_is_cancelled_has_one_price_everywhere(project: str) -> None:
    """Run record, ledger and shared budget agree on what was sent and said until then."""
    model = ScriptedModel([TextDelta("half an ans"), asyncio.Event()])
    async with opened(project, [FakeEvidence("alpha")], model=model) as app:
        plan = await app.plan_task("review it", project, agents=["first"])
        with app.open_budget("today", BudgetLimits(usd=Decimal(1))) as today:
            running = asyncio.create_task(app.run_task(plan, shared=[today]))
            while not model.requests:  # noqa: ASYNC110 - the call is under way
                await asyncio.sleep(0.01)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            spent = today.spent
        run = await app.show_run()
        costs = await app.costs()

    (attempt,) = run.agents[0].attempts
    assert attempt.error is ErrorKind.CANCELLED
    assert attempt.usage.output > 0
    assert run.cost == attempt.cost == spent.usd == costs.total.cost
    assert run.usage == attempt.usage == costs.total.usage


async def test_what_was_paid_is_kept_when_the_check_of_the_answer_breaks(project: str) -> None:
    """A disk that fails after the turn must not make its cost go away."""
    async with opened(project, [FakeEvidence("alpha")], model=reporting(OWN, usage=Usage(1000, 10))) as app:
        plan = await app.plan_task("review it", project, agents=["first"])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(CitationDesk, "check", _breaks)
            run = await app.run_task(plan)

    assert run.agents[0].status is AgentStatus.FAILED
    assert run.cost == Decimal("0.00102")


async def _breaks(*_args: object) -> None:
    raise OSError("disk gone")


async def test_a_plan_for_other_models_than_are_set_is_refused(project: str) -> None:
    """What it says about cost would be about another model."""
    async with opened(project, [FakeEvidence("alpha")]) as app:
        plan = await app.plan_task("review it", project, agents=["first"])
    model = reporting()
    async with opened(project, [FakeEvidence("alpha")], model=model) as app:
        with pytest.raises(
            UserError, match="the plan has first on offline/evidence, and fake/scripted is set"
        ):
            await app.run_task(plan)
    assert model.requests == []
