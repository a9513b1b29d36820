"""What every run journal promises."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from muster.application.security.audit_trail import AuditTrail
from muster.application.security.audited_journal import AuditedJournal
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import Fenced, RunBusy, StorageError, UnknownName, UserError
from muster.domain.evidence.severity import Category, Severity
from muster.domain.journal.opened import OpenedRun, RunDump
from muster.domain.journal.record import Record, RecordKind, Signal
from muster.domain.models.usage import Usage
from muster.domain.orchestration.approvals import Approvals, DoubtPolicy, Wait, WaitKind
from muster.domain.orchestration.gates import Direction, Gate, GateResult, GateVerdict
from muster.domain.orchestration.health import CategoryHealth, health_of
from muster.domain.orchestration.run import (
    AgentResult,
    AgentStatus,
    RunRecord,
    RunReport,
    RunStatus,
    RunTerms,
    Verdict,
)
from muster.domain.ports.run_journal import RunJournal
from muster.domain.workspace.files import NotCovered, RepositoryFacts
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal
from muster.infrastructure.security.in_memory_audit import InMemoryAuditLog
from tests.fakes.builders import finding, plan, report
from tests.fakes.clock import START, FakeClock

RESULT = TypeAdapter(AgentResult)
LATER = START + timedelta(seconds=90)
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


TERMS = RunTerms(
    baseline=frozenset({"0123456789abcdef"}),
    fail_on=Severity.HIGH,
    limits=BudgetLimits(calls=9, usd=Decimal("0.5")),
    approvals=Approvals(frozenset({"*"}), frozenset({"one"}), Decimal("0.01")),
    in_doubt=DoubtPolicy.SKIP,
)
WAITS = (
    Wait(WaitKind.APPROVAL, "approve one#1", "agent one wants to write a.py"),
    Wait(WaitKind.TIMER, "pause", "until the evening", LATER),
)


@pytest.fixture(params=["sqlite", "memory", "audited"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunJournal]:
    """Each journal in turn, empty; one on another store is one more parameter."""
    if request.param == "memory":
        yield MemoryRunJournal()
    elif request.param == "audited":
        log = InMemoryAuditLog(FakeClock())
        yield AuditedJournal(MemoryRunJournal(), AuditTrail(lambda: log, "ada"))
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


def record(number: int, epoch: int = 1, key: str = "one#1", kind: RecordKind = RecordKind.RESULT) -> Record:
    """A record that tells its number."""
    payload = json.dumps({"number": number})
    return Record(number, kind, key, START + timedelta(seconds=number), epoch, payload, version=2)


def agent(number: int, what: AgentResult, key: str = "") -> Record:
    """The record of an agent's step."""
    payload = json.dumps({"result": RESULT.dump_python(what, mode="json"), "delegations": {"two": "look"}})
    return Record(number, RecordKind.AGENT, key or f"{what.agent}#1", START, 1, payload)


def signal(name: str = "stop") -> Signal:
    """A word from a person."""
    return Signal(name, '{"why":"enough"}', LATER, sender="ann")


async def ended(journal: RunJournal, *, status: RunStatus, records: int = 0) -> RunRecord:
    """A run of that many records that has come to that end."""
    begun = run()
    epoch = await journal.create(begun)
    if records:
        await journal.append(begun.id, epoch, [record(number) for number in range(1, records + 1)])
    end = replace(begun, status=status, finished_at=LATER, agents=(result("one"), result("two")))
    await journal.finish(end, epoch)
    return end


async def numbers(journal: RunJournal, run_id: str = "run-1", after: int = 0, limit: int = 1000) -> list[int]:
    """The numbers of the records that are kept."""
    return [kept.number for kept in await journal.events(run_id, after, limit)]


async def test_a_run_comes_back_as_it_was_created(journal: RunJournal) -> None:
    """Equal in every part, terms and parent included; its first driver has epoch 1."""
    begun = replace(run(), terms=TERMS, idempotency_key="order 66", parent="run-0")
    assert await journal.create(begun) == 1
    assert await journal.load("run-1") == begun


async def test_an_id_is_taken_once(journal: RunJournal) -> None:
    """The second is refused, and the first is untouched."""
    await journal.create(run())
    with pytest.raises(StorageError, match="run-1") as caught:
        await journal.create(run(task="another"))
    assert (caught.value.code, caught.value.details["run_id"]) == ("storage-taken", "run-1")
    assert await journal.load("run-1") == run()


async def test_an_idempotency_key_begins_one_run(journal: RunJournal) -> None:
    """The second is told which run has it; runs without a key do not hinder each other."""
    await journal.create(replace(run("run-1"), idempotency_key="order"))
    with pytest.raises(StorageError, match="'order'") as caught:
        await journal.create(replace(run("run-2"), idempotency_key="order"))
    assert (caught.value.code, caught.value.details["run_id"]) == ("storage-taken", "run-1")
    await journal.create(run("run-3"))
    await journal.create(run("run-4"))
    assert (await journal.keyed("order"), await journal.keyed("other")) == ("run-1", None)
    assert await journal.keyed("") is None
    assert await journal.load("run-2") is None


async def test_records_come_back_as_they_were_appended(journal: RunJournal) -> None:
    """Of every kind, equal in every part, in order, page by page."""
    await journal.create(run())
    kept = [record(number, kind=kind, key=f"k{number}") for number, kind in enumerate(RecordKind, 1)]
    await journal.append("run-1", 1, kept[:3])
    await journal.append("run-1", 1, [])
    await journal.append("run-1", 1, kept[3:])
    assert await journal.events("run-1") == tuple(kept)
    assert await numbers(journal, after=2, limit=3) == [3, 4, 5]
    assert await numbers(journal, after=7) == []
    assert await numbers(journal, limit=0) == []
    assert await numbers(journal, "run-9") == []


async def test_a_number_is_used_once_and_only_upwards(journal: RunJournal) -> None:
    """All of a call or nothing: a record that does not come after the others takes those beside it along."""
    await journal.create(run())
    await journal.append("run-1", 1, [record(1), record(2)])
    for wrong in ([record(2)], [record(1)], [record(3), record(3)], [record(4), record(3)]):
        with pytest.raises(StorageError, match="does not come after") as caught:
            await journal.append("run-1", 1, wrong)
        assert caught.value.code == "storage-order"
    await journal.append("run-1", 1, [record(5)])  # those between could not be kept
    assert await numbers(journal) == [1, 2, 5]


async def test_a_note_is_kept_before_what_is_appended_after_it(journal: RunJournal) -> None:
    """Nobody waits for it, and it is read with the rest."""
    await journal.create(run())
    journal.note("run-1", 1, [record(1)])
    journal.note("run-1", 1, [record(2), record(3)])
    await journal.append("run-1", 1, [record(4)])
    journal.note("run-1", 1, [record(5)])
    assert await numbers(journal) == [1, 2, 3, 4, 5]


async def test_a_note_that_cannot_be_kept_is_logged(
    journal: RunJournal, caplog: pytest.LogCaptureFixture
) -> None:
    """It hinders nobody."""
    await journal.create(run())
    journal.note("run-1", 7, [record(1)])
    await journal.append("run-1", 1, [record(2)])
    assert await numbers(journal) == [2]
    assert "'run-1' is no longer driven from here" in caplog.text


async def test_a_run_that_was_never_created_takes_nothing(journal: RunJournal) -> None:
    """Neither a record nor an end nor a signal; nobody drives it."""
    with pytest.raises(Fenced):
        await journal.append("run-9", 1, [record(1)])
    with pytest.raises(Fenced):
        await journal.finish(run("run-9"), 1)
    with pytest.raises(UnknownName, match="no run 'run-9'"):
        await journal.signal("run-9", signal())
    with pytest.raises(UnknownName, match="no run 'run-9'"):
        await journal.open("run-9")
    with pytest.raises(UnknownName, match="no run 'run-9'"):
        await journal.compact("run-9")
    assert not await journal.delete("run-9")
    assert await journal.list() == ()


async def test_a_finished_run_comes_back_whole(journal: RunJournal) -> None:
    """Report, gates, health, times, agents and counts, each equal to what was kept."""
    await journal.create(run())
    end = replace(
        run(),
        status=RunStatus.COMPLETED,
        finished_at=LATER,
        agents=(result("one"), result("two")),
        report=REPORT,
        error="nothing much",
        repeated=2,
    )
    await journal.finish(end, 1)
    assert await journal.load("run-1") == end


async def test_a_run_that_waits_says_for_what(journal: RunJournal) -> None:
    """It is waiting, not running and not interrupted, and anybody may take it up."""
    await journal.create(run())
    parked = replace(run(), status=RunStatus.WAITING, waits=WAITS)
    await journal.finish(parked, 1)
    assert await journal.load("run-1") == parked
    assert [line.id for line in await journal.list(status=RunStatus.WAITING)] == ["run-1"]
    opened = await journal.open("run-1")
    assert (opened.run.status, opened.run.waits) == (RunStatus.RUNNING, ())


async def test_agents_are_known_as_soon_as_they_are_recorded(journal: RunJournal) -> None:
    """In plan order, whoever was ready first; a second word about the same step replaces the first."""
    await journal.create(run("run-1", "one", "two", "three"))
    for number, name in enumerate(("three", "one", "two"), 1):
        await journal.append("run-1", 1, [agent(number, result(name))])
    await journal.append("run-1", 1, [agent(4, result("three", "again"))])
    loaded = await journal.load("run-1")
    assert loaded is not None
    assert loaded.agents == (result("one"), result("two"), result("three", "again"))


async def test_several_steps_of_an_agent_are_one_result(journal: RunJournal) -> None:
    """Its last word, with what all of them took: 2 x 10 tokens, 2 x $0.000123, 2 x 1.25 s."""
    await journal.create(run())
    first, second = agent(1, result("one", "a plan"), "one#1"), agent(2, result("one", "a report"), "one#2")
    await journal.append("run-1", 1, [first, second])
    loaded = await journal.load("run-1")
    assert loaded is not None
    (one,) = loaded.agents
    assert (one.summary, one.usage.input, one.cost) == ("a report", 20, Decimal("0.000246"))
    assert (one.duration, one.tool_calls, one.dropped) == (2.5, 6, 2)


async def test_finishing_with_fewer_agents_loses_none(journal: RunJournal) -> None:
    """A run that was cancelled keeps what was recorded before."""
    await journal.create(run())
    await journal.append("run-1", 1, [agent(1, result("two"))])
    await journal.finish(replace(run(), status=RunStatus.CANCELLED, finished_at=START), 1)
    loaded = await journal.load("run-1")
    assert loaded is not None
    assert (loaded.status, loaded.agents) == (RunStatus.CANCELLED, (result("two"),))


async def test_agents_whose_turn_is_still_to_come_are_not_told_of_a_run_that_goes_on(
    journal: RunJournal,
) -> None:
    """A cancelled run says that two was skipped; once the run is taken up, two has not had its turn."""
    await journal.create(run())
    await journal.append("run-1", 1, [agent(1, result("one"))])
    skipped = replace(result("two"), status=AgentStatus.SKIPPED)
    end = replace(run(), status=RunStatus.CANCELLED, agents=(result("one"), skipped))
    await journal.finish(end, 1)
    assert await journal.load("run-1") == end
    opened = await journal.open("run-1")
    assert opened.run.agents == (result("one"),)
    assert await journal.load("run-1") == opened.run


@pytest.mark.parametrize("status", [RunStatus.WAITING, RunStatus.CANCELLED, RunStatus.FAILED])
async def test_an_open_run_is_taken_up_with_all_that_is_known(journal: RunJournal, status: RunStatus) -> None:
    """The next epoch, its records and signals; it runs again, and counts how often it was taken up."""
    await journal.create(run())
    await journal.append("run-1", 1, [record(1), record(2)])
    await journal.signal("run-1", signal())
    await journal.finish(replace(run(), status=status, finished_at=LATER, error="why", report=REPORT), 1)
    again = replace(run(), resumed=1)
    expected = OpenedRun(again, 2, (record(1), record(2)), (replace(signal(), number=1),))
    assert await journal.open("run-1") == expected
    assert await journal.load("run-1") == again
    await journal.append("run-1", 2, [record(3, epoch=2)])
    assert await numbers(journal) == [1, 2, 3]


async def test_a_run_has_one_driver(journal: RunJournal) -> None:
    """Whoever comes second is told the process, even when it is the same one."""
    await journal.create(run())
    with pytest.raises(RunBusy, match=r"process \d+ on '.+' is at work on run 'run-1'"):
        await journal.open("run-1")
    with pytest.raises(RunBusy):
        await journal.delete("run-1")
    await journal.append("run-1", 1, [record(1)])
    assert (await numbers(journal), (await journal.list())[0].status) == ([1], RunStatus.RUNNING)


async def test_a_completed_run_is_not_opened(journal: RunJournal) -> None:
    """There is nothing to go on with; the hint is to fork it."""
    end = await ended(journal, status=RunStatus.COMPLETED)
    with pytest.raises(UserError, match="is completed") as caught:
        await journal.open("run-1")
    assert "fork" in caught.value.hint
    assert await journal.load("run-1") == end


async def test_a_driver_that_lost_its_run_writes_nothing_more(journal: RunJournal) -> None:
    """Neither a record nor a note nor an end: the run belongs to the next one."""
    await journal.create(run())
    await journal.append("run-1", 1, [record(1)])
    await journal.finish(replace(run(), status=RunStatus.WAITING), 1)
    opened = await journal.open("run-1")
    with pytest.raises(Fenced, match="'run-1'"):
        await journal.append("run-1", 1, [record(2)])
    journal.note("run-1", 1, [record(2)])
    with pytest.raises(Fenced):
        await journal.finish(replace(run(), status=RunStatus.COMPLETED), 1)
    assert await numbers(journal) == [1]
    assert await journal.load("run-1") == opened.run


async def test_a_driver_that_let_go_of_its_run_writes_nothing_more(journal: RunJournal) -> None:
    """Its epoch has ended with it, though nobody has come after it."""
    end = await ended(journal, status=RunStatus.FAILED, records=1)
    with pytest.raises(Fenced):
        await journal.append("run-1", 1, [record(2)])
    with pytest.raises(Fenced):
        await journal.finish(replace(end, status=RunStatus.COMPLETED), 1)
    assert (await numbers(journal), await journal.load("run-1")) == ([1], end)


async def test_signals_are_numbered_as_they_come(journal: RunJournal) -> None:
    """For each run of its own, whatever its state, whatever number the sender thought of."""
    await journal.create(run("run-1"))
    await journal.create(run("run-2"))
    for name in ("a", "b"):
        await journal.signal("run-1", replace(signal(name), number=77))
    await journal.signal("run-2", signal("x"))
    await journal.finish(replace(run("run-1"), status=RunStatus.COMPLETED), 1)
    await journal.signal("run-1", signal("c"))
    kept = await journal.signals("run-1")
    assert kept == tuple(replace(signal(name), number=number) for number, name in enumerate("abc", 1))
    assert await journal.signals("run-1", after=1) == kept[1:]
    assert await journal.signals("run-2") == (replace(signal("x"), number=1),)
    assert await journal.signals("run-9") == ()


async def test_many_signals_at_once_have_a_number_each(journal: RunJournal) -> None:
    """From 1 to 50, none twice."""
    await journal.create(run())
    await asyncio.gather(*(journal.signal("run-1", signal(f"s{number}")) for number in range(50)))
    kept = await journal.signals("run-1")
    assert [one.number for one in kept] == list(range(1, 51))
    assert {one.name for one in kept} == {f"s{number}" for number in range(50)}


async def test_an_adopted_run_is_the_one_that_was_dumped(journal: RunJournal) -> None:
    """Run, records and signals; it can be taken up where it stands, above every epoch that wrote in it."""
    was = replace(
        run(), status=RunStatus.FAILED, finished_at=LATER, agents=(result("one"),), error="no", terms=TERMS,
        parent="run-0", resumed=3, repeated=1,
    )  # fmt: skip
    dump = RunDump(was, (record(1), record(4, epoch=3)), (replace(signal(), number=2),))
    await journal.adopt(dump)
    found = await journal.load("run-1")
    assert found is not None
    assert RunDump(found, await journal.events("run-1"), await journal.signals("run-1")) == dump
    opened = await journal.open("run-1")
    assert (opened.epoch, opened.records, opened.run.resumed) == (4, dump.records, 4)


async def test_nobody_drives_a_run_that_was_adopted(journal: RunJournal) -> None:
    """One that ran when it was dumped is interrupted, and can be taken up at once."""
    await journal.adopt(RunDump(run(), (record(1),)))
    (line,) = await journal.list(status=RunStatus.INTERRUPTED)
    assert line.id == "run-1"
    with pytest.raises(Fenced):
        await journal.append("run-1", 1, [record(2)])
    assert (await journal.open("run-1")).epoch == 2


async def test_a_run_that_is_there_is_not_overwritten_by_an_adopted_one(journal: RunJournal) -> None:
    """Neither by its id nor by its key; nothing of the other is left behind."""
    await journal.create(replace(run(), idempotency_key="order"))
    for clash in (run(task="another"), replace(run("run-2"), idempotency_key="order")):
        with pytest.raises(StorageError, match="already") as caught:
            await journal.adopt(RunDump(clash, (record(1),), (replace(signal(), number=1),)))
        assert caught.value.code == "storage-taken"
        assert (await numbers(journal, clash.id), await journal.signals(clash.id)) == ([], ())
    assert await journal.load("run-1") == replace(run(), idempotency_key="order")


async def test_a_compacted_run_says_what_it_said(journal: RunJournal) -> None:
    """Five records go; what only they told of an agent stays."""
    await journal.create(run())
    steps = [record(1), record(2), agent(3, result("one")), agent(4, result("two")), record(5)]
    await journal.append("run-1", 1, steps)
    await journal.finish(
        replace(run(), status=RunStatus.COMPLETED, report=REPORT, agents=(result("one", "newer"),)), 1
    )
    before = await journal.load("run-1")
    assert before is not None
    assert before.agents == (result("one", "newer"), result("two"))
    assert await journal.compact("run-1") == 5
    assert await journal.load("run-1") == before
    assert await numbers(journal) == []
    assert await journal.compact("run-1") == 0


@pytest.mark.parametrize("status", sorted(set(RunStatus) - {RunStatus.COMPLETED, RunStatus.INTERRUPTED}))
async def test_a_run_that_may_go_on_is_not_compacted(journal: RunJournal, status: RunStatus) -> None:
    """It needs its steps."""
    await journal.create(run())
    await journal.append("run-1", 1, [record(1)])
    if status is not RunStatus.RUNNING:
        await journal.finish(replace(run(), status=status), 1)
    with pytest.raises(UserError, match=f"is {status}"):
        await journal.compact("run-1")
    assert await numbers(journal) == [1]


async def test_a_deleted_run_is_forgotten(journal: RunJournal) -> None:
    """With records, signals and key; its id can be used again, and others stay."""
    await journal.create(run("run-2"))
    await journal.append("run-2", 1, [record(1)])
    await ended(journal, status=RunStatus.FAILED, records=2)
    await journal.signal("run-1", signal())
    assert await journal.delete("run-1")
    assert not await journal.delete("run-1")
    assert (await journal.load("run-1"), await numbers(journal)) == (None, [])
    assert await journal.signals("run-1") == ()
    await journal.create(run("run-1"))
    assert await journal.load("run-1") == run("run-1")
    assert await numbers(journal, "run-2") == [1]


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
    await journal.finish(done, 1)
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
        await journal.append(name, 1, [agent(1, said)])
        assert await journal.load(name) == replace(begun, agents=(said,))

    asyncio.run(keep())


MOVES = st.lists(
    st.tuples(st.sampled_from(["append", "note", "take over"]), st.sampled_from([0, 1])), max_size=30
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_only_the_driver_of_the_day_writes(journal: RunJournal, moves: list[tuple[str, int]]) -> None:
    """Law: however two drivers take turns and write, the epochs in the records never fall, each number is there
    once, without a gap, and whoever was fenced off finds nothing of its later records.
    """

    async def play() -> None:
        name = f"run-{len(await journal.list(limit=1000))}"
        epochs, newest, kept = [await journal.create(run(name)), 0], 1, 0
        for move, who in moves:
            if move == "take over":
                await journal.finish(replace(run(name), status=RunStatus.WAITING), newest)
                epochs[who] = newest = (await journal.open(name)).epoch
                continue
            new = [record(kept + 1, epochs[who])]
            fits = epochs[who] == newest
            if move == "note":
                journal.note(name, epochs[who], new)
            elif fits:
                await journal.append(name, epochs[who], new)
            else:
                with pytest.raises(Fenced):
                    await journal.append(name, epochs[who], new)
            kept += fits
        found = await journal.events(name)
        assert [one.number for one in found] == list(range(1, kept + 1))
        assert [one.epoch for one in found] == sorted(one.epoch for one in found)

    asyncio.run(play())


RECORDS = st.lists(
    st.builds(
        Record,
        number=st.integers(1, 9),
        kind=st.sampled_from([kind for kind in RecordKind if kind is not RecordKind.AGENT]),
        key=st.text(st.characters(exclude_categories=["Cs"])),
        at=st.integers(-(10**9), 10**9).map(lambda seconds: START + timedelta(seconds=seconds / 7)),
        epoch=st.integers(0, 5),
        payload=st.text(st.characters(exclude_categories=["Cs"])),
        version=st.integers(1, 9),
    ),
    max_size=6,
    unique_by=lambda one: one.number,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=RECORDS,
    status=st.sampled_from([status for status in RunStatus if status is not RunStatus.RUNNING]),
    error=st.text(st.characters(exclude_categories=["Cs"])),
    signals=st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
)
def test_what_is_adopted_is_what_was_dumped(
    journal: RunJournal, records: list[Record], status: RunStatus, error: str, signals: list[str]
) -> None:
    """Law: adopt(dump(x)) == x, for every run that nobody drives."""

    async def carry() -> None:
        name = f"run-{len(await journal.list(limit=1000))}"
        was = replace(run(name), status=status, error=error, terms=TERMS, agents=(result("one"),))
        ordered = tuple(sorted(records, key=lambda one: one.number))
        words = tuple(replace(signal(text), number=number) for number, text in enumerate(signals, 1))
        await journal.adopt(RunDump(was, ordered, words))
        found = await journal.load(name)
        assert found == was
        assert await journal.events(name) == ordered
        assert await journal.signals(name) == words

    asyncio.run(carry())


async def test_a_run_is_taken_by_force_and_its_driver_is_fenced(journal: RunJournal) -> None:
    """For a process that nothing certain is known of; from then on it writes nothing more."""
    await journal.create(run())
    with pytest.raises(RunBusy):
        await journal.open("run-1")
    opened = await journal.open("run-1", force=True)
    assert (opened.epoch, opened.run.resumed) == (2, 1)
    with pytest.raises(Fenced):
        await journal.append("run-1", 1, [record(1)])
    await journal.append("run-1", 2, [record(1, epoch=2)])
    assert [one.epoch for one in await journal.events("run-1")] == [2]
