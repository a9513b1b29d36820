"""What every run journal promises."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.errors import StorageError, UnknownName
from muster.domain.evidence.severity import Category, Severity
from muster.domain.models.usage import Usage
from muster.domain.orchestration.gates import Direction, Gate, GateResult, GateVerdict
from muster.domain.orchestration.health import CategoryHealth, health_of
from muster.domain.orchestration.run import (
    AgentResult,
    AgentStatus,
    RunRecord,
    RunReport,
    RunStatus,
    Verdict,
)
from muster.domain.ports.run_journal import RunJournal
from muster.domain.workspace.files import NotCovered, RepositoryFacts
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from tests.fakes.builders import finding, plan, report
from tests.fakes.clock import START

FINDING = finding(
    "S608", quote='execute(f"…")', severity=Severity.HIGH, cwe=89, fingerprint="0123456789abcdef"
)
REPORT = RunReport(
    verdict=Verdict.FAILED,
    findings=(FINDING,),
    gates=(
        GateResult("high", 0, Direction.AT_MOST, 1, GateVerdict.FAILED),
        GateResult("coverage", 80, Direction.AT_LEAST, None, GateVerdict.UNMEASURED, "no coverage data"),
    ),
    health=health_of(
        (CategoryHealth(Category.SECURITY, 60.0, "1 high"), CategoryHealth(Category.QUALITY, 60.0, "")),
        previous=55.5,
    ),
    measures={"findings.high": 1.0},
    unmeasured={Category.COVERAGE: "no coverage data"},
    not_covered=(NotCovered("logo.png", "binary"),),
    facts=RepositoryFacts(2, {"python": 70}, 1, is_git=True, changed=1),
    summary="One thing to look at.",
    model_used=False,
    known=1,
)


@pytest.fixture(params=["sqlite", "memory"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunJournal]:
    """Each journal in turn, empty."""
    if request.param == "memory":
        yield MemoryRunJournal()
    else:
        kept = SqliteRunJournal(tmp_path / "runs.db")
        yield kept
        kept.close()


def run(name: str = "run-1", *agents: str, minutes: int = 0, task: str = "review it") -> RunRecord:
    """A run that has just begun."""
    team = plan(*(agents or ("one", "two")), task=task, gates=[Gate("high", 0)])
    return RunRecord(name, team, RunStatus.RUNNING, START + timedelta(minutes=minutes))


def result(agent: str, summary: str = "done") -> AgentResult:
    """What an agent has done, with every kind of value."""
    return AgentResult(
        agent=agent,
        status=AgentStatus.COMPLETED,
        summary=summary,
        findings=(FINDING,),
        evidence=(
            report("ruff", FINDING, measures={"ruff.files": 2.0}, not_covered=[NotCovered("x", "binary")]),
        ),
        model="fake/judge",
        judged=True,
        usage=Usage(10, 20, 1, 2, 3),
        cost=Decimal("0.000123"),
        duration=1.25,
        tool_calls=3,
        dropped=1,
    )


async def test_a_run_comes_back_as_it_was_opened(journal: RunJournal) -> None:
    """Equal in every part, running, with no agents yet."""
    await journal.create(run())
    assert await journal.load("run-1") == run()


async def test_a_finished_run_comes_back_whole(journal: RunJournal) -> None:
    """Report, gates, health, times and agents, each equal to what was kept."""
    await journal.create(run())
    await journal.record("run-1", result("one"))
    ended = replace(
        run(),
        status=RunStatus.COMPLETED,
        finished_at=START + timedelta(seconds=90),
        agents=(result("one"), result("two")),
        report=REPORT,
        error="nothing much",
    )
    await journal.finish(ended)
    assert await journal.load("run-1") == ended


async def test_agents_come_back_in_plan_order(journal: RunJournal) -> None:
    """Whoever was ready first; a second word of the same agent replaces its first."""
    await journal.create(run("run-1", "one", "two", "three"))
    for agent in ("three", "one", "two"):
        await journal.record("run-1", result(agent))
    await journal.record("run-1", result("three", "again"))
    loaded = await journal.load("run-1")
    assert loaded is not None
    assert loaded.agents == (result("one"), result("two"), result("three", "again"))


async def test_finishing_with_fewer_agents_loses_none(journal: RunJournal) -> None:
    """A run that was cancelled keeps what was recorded before."""
    await journal.create(run())
    await journal.record("run-1", result("two"))
    await journal.finish(replace(run(), status=RunStatus.CANCELLED, finished_at=START))
    loaded = await journal.load("run-1")
    assert loaded is not None
    assert (loaded.status, loaded.agents) == (RunStatus.CANCELLED, (result("two"),))


async def test_an_id_is_taken_once(journal: RunJournal) -> None:
    """The second is refused, and the first is untouched."""
    await journal.create(run())
    with pytest.raises(StorageError, match="run-1"):
        await journal.create(run(task="another"))
    assert await journal.load("run-1") == run()


async def test_a_run_that_was_never_opened_takes_no_results(journal: RunJournal) -> None:
    """Neither a result nor an end."""
    with pytest.raises(StorageError, match="no run 'run-9'"):
        await journal.record("run-9", result("one"))
    with pytest.raises(StorageError, match="no run 'run-9'"):
        await journal.finish(run("run-9"))
    assert await journal.list() == ()


async def test_a_prefix_will_do_when_it_is_unique(journal: RunJournal) -> None:
    """An id that is itself the beginning of another is still found; wildcards are letters."""
    for name in ("run-ab", "run-ac", "run-abc"):
        await journal.create(run(name))
    found = [await journal.load(text) for text in ("run-ac", "run-abc", "run-ab")]
    assert [record and record.id for record in found] == ["run-ac", "run-abc", "run-ab"]
    for nothing in ("", "run-x", "run_ab", "%", "\ud800"):
        assert await journal.load(nothing) is None


async def test_an_ambiguous_prefix_names_the_candidates(journal: RunJournal) -> None:
    """So that the next try can be the right one."""
    for name in ("run-ab", "run-ac", "run-b"):
        await journal.create(run(name))
    with pytest.raises(UnknownName) as caught:
        await journal.load("run-a")
    assert caught.value.hint == "give more of it: run-ab, run-ac"


async def test_the_newest_runs_come_first(journal: RunJournal) -> None:
    """Up to the limit, whichever was written last."""
    for name, minutes in (("run-b", 5), ("run-a", 1), ("run-c", 9)):
        await journal.create(run(name, minutes=minutes))
    assert [line.id for line in await journal.list()] == ["run-c", "run-b", "run-a"]
    assert [line.id for line in await journal.list(limit=2)] == ["run-c", "run-b"]
    assert await journal.list(limit=0) == ()


async def test_the_list_is_filtered_by_status_before_it_is_cut(journal: RunJournal) -> None:
    """The limit counts what is shown."""
    for number in range(4):
        await journal.create(run(f"run-{number}", minutes=number))
    done = replace(run("run-0"), status=RunStatus.COMPLETED, finished_at=START, report=REPORT)
    await journal.finish(done)
    (line,) = await journal.list(limit=1, status=RunStatus.COMPLETED)
    assert (line.id, line.verdict, line.score, line.findings) == ("run-0", Verdict.FAILED, 60.0, 1)
    assert [line.id for line in await journal.list(status=RunStatus.RUNNING)] == ["run-3", "run-2", "run-1"]
    assert await journal.list(status=RunStatus.INTERRUPTED) == ()


async def test_a_run_of_this_process_is_not_interrupted(journal: RunJournal) -> None:
    """It may take as long as it likes."""
    await journal.create(run())
    (line,) = await journal.list()
    assert line.status is RunStatus.RUNNING


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(task=st.text(st.characters(), min_size=1), words=st.text(st.characters()), seconds=st.floats(0, 1e9))
def test_any_text_is_kept(journal: RunJournal, task: str, words: str, seconds: float) -> None:
    """Half characters from a command line or a model included."""

    async def keep() -> None:
        name = f"run-{len(await journal.list(limit=1000))}"
        begun = run(name, task=task)
        said = replace(result("one", words), duration=seconds)
        await journal.create(begun)
        await journal.record(name, said)
        assert await journal.load(name) == replace(begun, agents=(said,))

    asyncio.run(keep())
