"""Runs teach plans: what is remembered of runs that end in different ways, and what the next plan makes of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from pydantic import TypeAdapter

from muster import ExecutionPlan, Muster, RunStatus, Verdict, open_muster
from muster.application.services.outcomes import OutcomeMemory
from muster.application.services.reporting import Reporter
from muster.domain.agents.roster import ROSTER
from muster.domain.errors import StorageError
from muster.domain.memory.entry import NOBODY, Origin
from muster.domain.memory.outcome import StepOutcome
from muster.domain.memory.run_outcome import RunOutcome, Taken, project_of
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from tests.fakes.evidence import FakeEvidence
from tests.fakes.scripted_model import ScriptedModel, Step, calling, saying
from tests.unit.application.use_cases.test_run_task import FIRST, SECOND, project, team

__all__ = ["project"]

ANSWER = saying(json.dumps({"summary": "all looked at"}))
NONSENSE = saying("I would rather not say.")
BOTH: list[Sequence[Step]] = [calling(("alpha", "{}")), ANSWER, calling(("beta", "{}")), ANSWER]
TASK = "look for vulnerabilities"
PLAN = TypeAdapter(ExecutionPlan)


@asynccontextmanager
async def opened(
    project: str,
    model: ScriptedModel,
    store: InProcessLongTermStore,
    journal: MemoryRunJournal | None = None,
) -> AsyncIterator[Muster]:
    """Muster with two agents of one tool each, and a memory that the test can look into."""
    looked_up = {"alpha", "beta", "search-workspace", "read-file"}
    others = dict.fromkeys(name for agent in ROSTER for name in agent.tools if name not in looked_up)
    async with open_muster(
        project,
        settings={"data_dir": str(Path(project).parent / "data")},
        language_model=model,
        long_term_store=store,
        run_journal=journal or MemoryRunJournal(),
        evidence_tools=[
            FakeEvidence("alpha", FIRST),
            FakeEvidence("beta", SECOND),
            *map(FakeEvidence, others),
        ],
        agents=team(),
    ) as app:
        yield app


async def planned(app: Muster, project: str) -> ExecutionPlan:
    """Both agents, one after the other."""
    return await app.plan_task("review it", project, agents=["first", "second"], pattern="sequential")


async def remembered(store: InProcessLongTermStore) -> tuple[RunOutcome, ...]:
    """What is kept of runs."""
    return await OutcomeMemory(store).runs.recall()


async def steps(store: InProcessLongTermStore, agent: str) -> tuple[StepOutcome, ...]:
    """What is kept of the agent's steps."""
    return await OutcomeMemory(store).recall(agent, "fake/scripted")


async def test_after_eight_runs_the_ninth_plan_says_what_it_learned(tmp_path: Path) -> None:
    """Real tools, no model: the estimate holds what is taken then; told not to look back, it is the first plan."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text("import os\n\nprint(os.getcwd())\n")
    async with open_muster(str(code), settings={"data_dir": str(tmp_path / "data")}) as app:
        first = await app.plan_task(TASK)
        runs = [await app.run_task(await app.plan_task(TASK)) for _ in range(8)]
        ninth = await app.plan_task(TASK)
        without = await app.plan_task(TASK, use_history=False)
        run = await app.run_task(ninth)
    assert [one.status for one in (*runs, run)] == [RunStatus.COMPLETED] * 9
    assert "8 earlier runs of this agent and model" in ninth.estimate.basis
    said = {reason.conclusion: reason.evidence for reason in ninth.reasons}["earlier estimates"]
    assert said.startswith("estimates of like runs were right in ")
    assert said.endswith(f"of 8 cases (the last one: {runs[-1].id})")
    estimate = ninth.estimate
    assert estimate.tokens.low <= run.usage.total <= estimate.tokens.high
    assert estimate.tokens.high < first.estimate.tokens.high, "what was seen is narrower than a template"
    assert estimate.cost is not None
    assert run.cost is not None
    assert estimate.cost[0] <= run.cost <= estimate.cost[2]
    assert PLAN.dump_json(without) == PLAN.dump_json(first)


async def test_what_is_remembered_of_a_run(project: str) -> None:
    """Features, team, gates, verdict, what was expected and what was taken; neither the task's words nor the folder."""
    store = InProcessLongTermStore()
    async with opened(project, ScriptedModel(*BOTH), store) as app:
        plan = await planned(app, project)
        run = await app.run_task(plan)
    (kept,) = await remembered(store)
    assert run.report is not None
    assert (kept.run, kept.project, kept.pattern) == (run.id, project_of(run.plan.root), "sequential")
    assert (kept.domain, kept.capabilities) == (
        plan.requirements.domain,
        frozenset(plan.requirements.capabilities),
    )
    assert [(one.agent, one.model, one.tries, one.failures) for one in kept.team] == [
        ("first", "fake/scripted", 1, 0),
        ("second", "fake/scripted", 1, 0),
    ]
    assert kept.gates == {gate.name: gate.verdict for gate in run.report.gates}
    assert (kept.verdict, kept.planned) == (run.report.verdict, plan.estimate)
    assert kept.taken == Taken(60, run.duration or -1, run.cost)
    assert [one.taken and one.taken.tokens for one in kept.team] == [30, 30]
    everything = json.dumps([await store.retrieve(key) for key in await store.list_keys()])
    assert "review it" not in everything
    assert str(Path(project).parent) not in everything


async def test_an_agent_that_gave_no_report_is_remembered_as_failed(project: str) -> None:
    """The run ends all the same; nothing is said of what a failed step takes."""
    store = InProcessLongTermStore()
    model = ScriptedModel(calling(("alpha", "{}")), NONSENSE, NONSENSE)
    async with opened(project, model, store) as app:
        await app.run_task(await planned(app, project))
    (kept,) = await remembered(store)
    (first,) = kept.team
    assert (first.agent, first.failed, first.failures, first.taken) == ("first", True, 1, None)


async def test_a_cancelled_run_teaches_nothing_of_time_and_its_resumption_takes_its_place(
    project: str,
) -> None:
    """One run, one outcome; what the first drive finished is learned, what it only began is not."""
    hold, store, journal = asyncio.Event(), InProcessLongTermStore(), MemoryRunJournal()
    model = ScriptedModel(*BOTH[:3], [hold, *ANSWER], ANSWER)
    async with opened(project, model, store, journal) as app:
        running = asyncio.create_task(app.run_task(await planned(app, project)))
        with anyio.fail_after(10):
            while len(model.requests) < 4:  # noqa: ASYNC110 - the model is a fake that tells nobody
                await anyio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        (stopped,) = await remembered(store)
        assert (stopped.status, stopped.taken, stopped.verdict) == (RunStatus.CANCELLED, None, None)
        assert await steps(store, "first") == ()
        run = await app.resume_run(stopped.run)
    (kept,) = await remembered(store)
    assert (kept.run, kept.status, kept.taken) == (run.id, RunStatus.COMPLETED, None)
    assert kept.verdict is not None
    assert [one.agent for one in kept.team] == ["first"], (
        "the second one's step was begun by an earlier drive"
    )
    assert len(await steps(store, "first")) == 1
    assert await steps(store, "second") == ()


async def test_what_a_fork_took_over_is_not_learned_twice(project: str) -> None:
    """The first agent's step stays one case, and the fork does not count for its pattern."""
    store, journal = InProcessLongTermStore(), MemoryRunJournal()
    async with opened(project, ScriptedModel(*BOTH, *BOTH[2:]), store, journal) as app:
        run = await app.run_task(await planned(app, project))
        fork = await app.fork_run(run.id, "second#1")
    origin, kept = await remembered(store)
    assert (origin.run, kept.run) == (run.id, fork.id)
    assert (origin.shared, kept.shared, kept.taken) == (False, True, None)
    assert [one.agent for one in kept.team] == ["second"]
    assert (len(await steps(store, "first")), len(await steps(store, "second"))) == (1, 2)


async def test_a_run_that_broke_down_counts_as_not_passed_and_teaches_no_time(
    project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect behind the agents' work: they have not failed, the run has."""

    async def breaks(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(Reporter, "report", breaks)
    store = InProcessLongTermStore()
    async with opened(project, ScriptedModel(*BOTH), store) as app:
        with pytest.raises(RuntimeError, match="a defect"):
            await app.run_task(await planned(app, project))
    (kept,) = await remembered(store)
    assert (kept.status, kept.passed, kept.taken) == (RunStatus.FAILED, False, None)
    assert [(one.agent, one.failed, one.taken) for one in kept.team] == [
        ("first", False, None),
        ("second", False, None),
    ]
    assert await steps(store, "first") == ()


class FullStore(InProcessLongTermStore):
    """A memory that can be neither read nor written."""

    async def store(
        self,
        key: str,
        data: object,
        classification: str = "INTERNAL",
        *,
        origin: Origin = NOBODY,
        text: str | None = None,
    ) -> bool:
        """Fail."""
        raise StorageError("the disk is gone")

    async def retrieve(self, key: str) -> object | None:
        """Fail."""
        raise StorageError("the disk is gone")

    async def list_keys(self, classification: str | None = None, *, prefix: str = "") -> tuple[str, ...]:
        """Fail."""
        raise StorageError("the disk is gone")


async def test_a_memory_that_fails_costs_neither_plan_nor_run(project: str) -> None:
    """Only the advice is missing, and that the next run will not know of this one's findings is told."""
    async with opened(project, ScriptedModel(*BOTH), FullStore()) as app:
        run = await app.run_task(await planned(app, project))
    assert run.status is RunStatus.COMPLETED
    assert run.error == "its findings are not remembered: the disk is gone"
    assert run.report is not None
    assert run.report.verdict in set(Verdict)
