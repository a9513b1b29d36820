"""A run, from its plan to its record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from muster import AgentTemplate, Muster, RunStatus, Severity, UserError, Verdict, open_muster
from muster.domain.agents.capability import Capability
from muster.domain.errors import BudgetExceeded, ErrorKind, StorageError, UnknownName
from muster.domain.events.events import Envelope, RunFinished, RunStarted
from muster.domain.evidence.severity import Category
from muster.domain.journal.record import Record
from muster.domain.messaging.message import Role
from muster.domain.models.attempt import UsageSource
from muster.domain.models.exchange import Finished, FinishReason, TextDelta, UsageReported
from muster.domain.models.usage import Usage
from muster.domain.orchestration.run import AgentStatus, RunRecord
from muster.domain.ports.evidence_tool import EvidenceTool
from muster.domain.ports.language_model import LanguageModel
from muster.domain.ports.run_journal import RunJournal
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from tests.fakes.builders import finding, template
from tests.fakes.evidence import FakeEvidence
from tests.fakes.scripted_model import ScriptedModel, Step, calling, saying

FIRST = finding("X1", "app.py", 1, quote="x = eval(y)", severity=Severity.HIGH, source="alpha")
SECOND = finding("X2", "app.py", 2, quote="z = 1", severity=Severity.LOW, source="beta")
ANSWER = json.dumps({"summary": "all looked at"})


def team() -> list[AgentTemplate]:
    """Two agents with a tool each."""
    return [
        template("first", Capability.CODE_REVIEW, tools=("alpha",)),
        template("second", Capability.DOCUMENTATION, tools=("beta",)),
    ]


@pytest.fixture
def project(tmp_path: Path) -> str:
    """A folder with one file of two lines."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text("x = eval(y)\nz = 1\n")
    return str(folder)


@asynccontextmanager
async def opened(
    project: str,
    tools: Iterable[EvidenceTool],
    *,
    model: LanguageModel | None = None,
    journal: RunJournal | None = None,
    data: str = "",
    agents: Iterable[AgentTemplate] = (),
) -> AsyncIterator[Muster]:
    """Muster with these evidence tools beside stand-ins for the roster's own."""
    mine = list(tools)
    named = {tool.profile.name for tool in mine}
    from muster.domain.agents.roster import ROSTER

    others = dict.fromkeys(
        name
        for agent in ROSTER
        for name in agent.tools
        if name not in {*named, "search-workspace", "read-file"}
    )
    async with open_muster(
        project,
        settings={"data_dir": data or str(Path(project).parent / "data")},
        language_model=model,
        run_journal=journal,
        evidence_tools=[*mine, *(FakeEvidence(name) for name in others)],
        agents=tuple(agents) or team(),
    ) as app:
        yield app


async def ran(app: Muster, project: str, **wishes: object) -> RunRecord:
    """Both agents at work."""
    plan = await app.plan_task("review it", project, agents=["first", "second"])
    return await app.run_task(plan, **wishes)  # type: ignore[arg-type]


async def test_a_run_merges_what_its_agents_found_and_is_there_afterwards(project: str) -> None:
    """Findings of both, worst first; the journal gives back the very same record."""
    async with opened(project, [FakeEvidence("alpha", FIRST), FakeEvidence("beta", SECOND)]) as app:
        run = await ran(app, project)
        assert [f.rule for f in run.findings] == ["X1", "X2"]
        assert [agent.status for agent in run.agents] == ["completed", "completed"]
        assert run.status is RunStatus.COMPLETED
        assert run.cost == 0
        assert await app.show_run(run.id) == run
        assert await app.show_run(run.id[:-2]) == run
        assert (await app.runs())[0].findings == 2


async def test_a_tool_that_breaks_its_promise_and_raises_is_a_failed_tool(project: str) -> None:
    """The other agent's finding is reported, the run is partial, the reason is in the report."""
    crash = FakeEvidence("alpha", crash=RuntimeError("defect"))
    async with opened(project, [crash, FakeEvidence("beta", SECOND)]) as app:
        run = await ran(app, project)
    assert [f.rule for f in run.findings] == ["X2"]
    assert run.report is not None
    assert run.report.verdict is Verdict.PARTIAL
    assert run.agents[0].evidence[0].reason == "raised RuntimeError: defect"


async def test_a_plan_that_was_edited_into_nonsense_is_refused_before_anything_is_written(
    project: str,
) -> None:
    """Unknown agent, agent twice, unknown pattern: no run in the journal."""
    async with opened(project, [FakeEvidence("alpha"), FakeEvidence("beta")]) as app:
        plan = await app.plan_task("review it", project, agents=["first", "second"])
        ghost = replace(plan.agents[0], agent="ghost")
        with pytest.raises(UnknownName, match="unknown agent 'ghost'"):
            await app.run_task(replace(plan, agents=(ghost,)))
        with pytest.raises(UserError, match="stands twice"):
            await app.run_task(replace(plan, agents=(plan.agents[0], plan.agents[0])))
        with pytest.raises(UnknownName, match="unknown pattern 'ring'"):
            await app.run_task(replace(plan, pattern="ring"))
        with pytest.raises(UserError, match="takes 2 to 10 agents, not 1"):
            await app.run_task(replace(plan, pattern="hierarchical", agents=plan.agents[:1]))
        assert await app.runs() == ()


async def test_a_cancelled_run_keeps_what_was_found_and_says_cancelled(project: str) -> None:
    """One agent had finished, one was at work: within a second the record holds the first one's finding."""
    slow = FakeEvidence("beta", SECOND, seconds=60)
    async with opened(project, [FakeEvidence("alpha", FIRST), slow]) as app:
        running = asyncio.create_task(ran(app, project))
        await slow.started.wait()
        await anyio.sleep(0.1)
        with anyio.fail_after(1):
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        kept = await app.show_run()
        assert kept.status is RunStatus.CANCELLED
        assert [agent.status for agent in kept.agents] == ["completed", "cancelled"]
        assert [f.rule for f in kept.findings] == ["X1"]
        assert slow.cancelled == 1


async def test_what_a_manager_had_spent_is_not_lost_when_its_second_step_is_cancelled(project: str) -> None:
    """The split was paid; cancelling the synthesis keeps its usage."""
    split = json.dumps({"summary": "split", "delegations": {"second": "look"}})
    waiting = asyncio.Event()
    model = ScriptedModel(saying(split), saying(ANSWER), [waiting])
    async with opened(project, [FakeEvidence("alpha"), FakeEvidence("beta")], model=model) as app:
        plan = await app.plan_task("review it", agents=["first", "second"], pattern="hierarchical")
        running = asyncio.create_task(app.run_task(plan))
        with anyio.fail_after(5):
            while len(model.requests) < 3:  # noqa: ASYNC110 – the third call is the synthesis
                await anyio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        kept = await app.show_run()
    assert kept.agents[0].status is AgentStatus.CANCELLED
    paid, open_call = kept.agents[0].attempts
    assert paid.usage == Usage(10, 5)
    assert (open_call.error, open_call.source) == (ErrorKind.CANCELLED, UsageSource.ESTIMATED)
    assert kept.agents[0].usage == paid.usage + open_call.usage


async def test_an_old_record_that_cannot_be_read_does_not_stop_a_new_run(project: str) -> None:
    """It costs the trend, and nothing else."""

    class Torn(MemoryRunJournal):
        async def load(self, run_id: str) -> RunRecord | None:
            raise StorageError("torn", hint="none")

    async with opened(project, [FakeEvidence("alpha", FIRST)], journal=Torn()) as app:
        plan = await app.plan_task("review it", agents=["first"])
        await app.run_task(plan)
        again = await app.run_task(plan)
    assert again.status is RunStatus.COMPLETED
    assert again.report is not None
    assert again.report.health.previous is None


@pytest.mark.parametrize("reason", [FinishReason.REFUSED, FinishReason.LENGTH])
async def test_a_refusal_or_a_cut_answer_is_a_failure(project: str, reason: FinishReason) -> None:
    """It is never taken for a summary, however well it reads."""
    refusal: list[Step] = [
        TextDelta(ANSWER),
        UsageReported(Usage(input=1)),
        Finished(reason, "fake/scripted"),
    ]
    async with opened(project, [FakeEvidence("alpha")], model=ScriptedModel(refusal)) as app:
        run = await app.run_task(await app.plan_task("review it", agents=["first"]))
    assert run.agents[0].status is AgentStatus.FAILED
    assert "fake/scripted" in run.agents[0].error


async def test_a_plan_for_no_agent_at_a_time_is_refused(project: str) -> None:
    """It would wait for ever."""
    async with opened(project, [FakeEvidence("alpha")]) as app:
        plan = await app.plan_task("review it", agents=["first"])
        with pytest.raises(UserError, match="max_concurrency is 0"):
            await app.run_task(replace(plan, max_concurrency=0))


class FullJournal(MemoryRunJournal):
    """A journal whose disk is full after the run has begun."""

    async def append(self, run_id: str, epoch: int, records: Sequence[Record]) -> None:
        """Nothing fits any more."""
        raise StorageError("no room for the run", hint="free some space")


async def test_a_journal_that_fails_half_way_does_not_take_the_result_along(project: str) -> None:
    """The report is there, and the record says that it could not be kept."""
    async with opened(
        project, [FakeEvidence("alpha", FIRST), FakeEvidence("beta")], journal=FullJournal()
    ) as app:
        run = await ran(app, project)
    assert [f.rule for f in run.findings] == ["X1"]
    assert run.error == "no room for the run (free some space)"


async def test_events_tell_the_whole_story_in_order_without_gaps(project: str) -> None:
    """From the run's start to its end; both agents start and finish in between."""
    async with opened(project, [FakeEvidence("alpha", FIRST), FakeEvidence("beta")]) as app:
        heard: list[Envelope] = []

        async def listen() -> None:
            async for envelope in app.events():
                heard.append(envelope)
                if isinstance(envelope.event, RunFinished):
                    return

        async with asyncio.TaskGroup() as group:
            group.create_task(listen())
            await anyio.lowlevel.checkpoint()
            run = await ran(app, project)
    assert [envelope.sequence for envelope in heard] == list(range(1, len(heard) + 1))
    assert isinstance(heard[0].event, RunStarted)
    assert all(envelope.event.run_id == run.id for envelope in heard)
    names = [type(envelope.event).__name__ for envelope in heard]
    assert names.count("AgentStarted") == names.count("AgentFinished") == 2
    assert names.count("ToolFinished") == 2
    assert names[-1] == "RunFinished"


async def test_a_model_of_one_s_own_is_called_with_the_agent_s_tools_and_its_citations_are_checked(
    project: str,
) -> None:
    """It receives role, task and evidence; a fingerprint that it made up is dropped and counted."""
    invented = json.dumps({"summary": "bad code", "findings": [{"evidence": "feedfeedfeedfeed"}]})
    model = ScriptedModel(calling(("alpha", "{}")), saying(invented))
    async with opened(project, [FakeEvidence("alpha", FIRST)], model=model) as app:
        run = await app.run_task(await app.plan_task("review it", project, agents=["first"]))
    first, second = model.requests
    assert [tool.name for tool in first.tools] == ["alpha"]
    assert first.messages[0].role is Role.SYSTEM
    assert "first" in first.messages[0].content.lower()
    assert "# Task\nreview it" in first.messages[1].content
    assert json.loads(second.messages[-1].content)["findings"][0]["quote"] == "x = eval(y)"
    (agent,) = run.agents
    assert (agent.summary, agent.dropped, agent.judged) == ("bad code", 1, True)
    assert [f.rule for f in run.findings] == ["X1"], "a model cannot make a fact go away"
    assert run.usage.input == 20
    assert run.cost is not None
    assert run.cost > 0
    assert run.report is not None
    assert run.report.model_used is True


async def test_an_answer_that_is_no_report_is_a_failure_and_never_a_guess(project: str) -> None:
    """The agent failed, its evidence stays, the run is partial."""
    model = ScriptedModel(calling(("alpha", "{}")), saying("Looks good to me!"))
    async with opened(project, [FakeEvidence("alpha", FIRST)], model=model) as app:
        run = await app.run_task(await app.plan_task("review it", project, agents=["first"]))
    assert run.agents[0].status is AgentStatus.FAILED
    assert "did not answer with the report that was asked for" in run.agents[0].error
    assert [f.rule for f in run.findings] == ["X1"]


async def test_a_budget_below_the_least_estimate_is_refused_before_the_model_is_called(project: str) -> None:
    """What it would have cost is said."""
    model = ScriptedModel(saying(ANSWER))
    async with opened(project, [FakeEvidence("alpha")], model=model) as app:
        plan = await app.plan_task("review it", project, agents=["first"])
        with pytest.raises(
            BudgetExceeded, match=r"costs \$0\.\d{4} at least, more than the budget of \$0\.0001"
        ):
            await app.run_task(plan, budget_usd=0.0001)
        assert model.requests == []
        assert (await app.run_task(plan, budget_usd=1)).status is RunStatus.COMPLETED


async def test_the_next_plan_knows_what_this_run_took(project: str) -> None:
    """The estimate's basis changes from a template to one earlier run, unless told not to."""
    async with opened(project, [FakeEvidence("alpha", FIRST)]) as app:
        before = await app.plan_task("review it", project, agents=["first"])
        await app.run_task(before)
        after = await app.plan_task("review it", project, agents=["first"])
        without = await app.plan_task("review it", project, agents=["first"], use_history=False)
    assert "no earlier run" in before.estimate.basis
    assert after.estimate.basis == "1 earlier run of this agent and model"
    assert without.estimate == before.estimate


async def test_the_trend_is_told_against_the_previous_run_of_the_same_task(project: str) -> None:
    """Quality fell between two runs of one folder: the difference in points is negative."""
    found: list[EvidenceTool] = [FakeEvidence("alpha")]
    async with opened(project, found) as app:
        first = await app.run_task(await app.plan_task("review it", project, agents=["first"]))
    worse: list[EvidenceTool] = [FakeEvidence("alpha", FIRST)]
    async with opened(project, worse) as app:
        second = await app.run_task(await app.plan_task("review it", project, agents=["first"]))
    assert first.report is not None
    assert second.report is not None
    assert first.report.health.trend is None
    assert first.report.health.score == 100.0
    assert second.report.health.trend is not None
    assert second.report.health.trend < 0
    assert second.report.health.previous == 100.0


async def test_fail_on_makes_a_finding_of_that_severity_fail_the_run(project: str) -> None:
    """high fails on the high finding; critical does not."""
    async with opened(project, [FakeEvidence("alpha", FIRST), FakeEvidence("beta")]) as app:
        strict = await ran(app, project, fail_on=Severity.HIGH)
        lenient = await ran(app, project, fail_on=Severity.CRITICAL)
    assert strict.report is not None
    assert strict.report.verdict is Verdict.FAILED
    assert lenient.report is not None
    assert lenient.report.verdict is Verdict.PASSED
    assert all(f.category is Category.QUALITY for f in strict.findings)
