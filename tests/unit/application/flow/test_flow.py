"""Steps that are made once, whatever becomes of their process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.flow.attended import Attendant, Stopped
from muster.application.flow.book import FlowBook
from muster.application.flow.codec import Codec
from muster.application.flow.flow import Flow, Repeat, StepSkipped
from muster.domain.errors import Fenced, StorageError
from muster.domain.journal.opened import OpenedRun, RunDump
from muster.domain.journal.record import Record, RecordKind, Signal
from muster.domain.orchestration.approvals import DoubtPolicy, WaitKind
from muster.domain.orchestration.run import RunRecord, RunStatus, RunTerms
from muster.infrastructure.journal.memory_journal import MemoryRunJournal
from tests.fakes.builders import plan
from tests.fakes.clock import START, FakeClock

NUMBER: Codec[int] = Codec(int)


class Desk:
    """A journal with one run, and flows over what it holds."""

    def __init__(self, doubts: DoubtPolicy = DoubtPolicy.ASK) -> None:
        self.journal = MemoryRunJournal()
        self.clock = FakeClock()
        self.run = RunRecord("run-1", plan("one"), RunStatus.RUNNING, START, terms=RunTerms(in_doubt=doubts))
        self.done: list[str] = []

    async def begin(self) -> Flow:
        """The flow of the run's first driver."""
        epoch = await self.journal.create(self.run)
        return Flow(FlowBook(self.journal, OpenedRun(self.run, epoch), self.clock), self.clock)

    async def again(self, until: int | None = None) -> Flow:
        """The flow of another process, that finds the first `until` records."""
        records = (await self.journal.events("run-1"))[:until]
        self.journal = MemoryRunJournal()
        await self.journal.adopt(RunDump(replace(self.run, status=RunStatus.INTERRUPTED), records))
        opened = await self.journal.open("run-1")
        return Flow(FlowBook(self.journal, opened, self.clock), self.clock)

    async def make(self, flow: Flow, key: str, repeat: Repeat = Repeat.FREELY) -> int:
        """A step that tells that it was made."""

        async def do() -> int:
            self.done.append(key)
            return len(self.done)

        return await flow.step(key, do, NUMBER, repeat)


async def test_a_step_that_was_made_is_not_made_again() -> None:
    """Neither by the same process nor by the next one; both get the first one's value."""
    desk = Desk()
    flow = await desk.begin()
    assert [await desk.make(flow, "a"), await desk.make(flow, "b"), await desk.make(flow, "a")] == [1, 2, 1]
    later = await desk.again()
    assert [await desk.make(later, "b"), await desk.make(later, "a")] == [2, 1]
    assert desk.done == ["a", "b"]


@given(
    order=st.permutations(["x/1", "x/2", "y/1", "y/2"]), cut=st.integers(0, 4), then=st.permutations(range(4))
)
def test_keys_name_what_is_done_and_not_when(order: list[str], cut: int, then: list[int]) -> None:
    """Law: in whatever order steps were made, and are asked for again, each is made exactly once."""

    async def course() -> None:
        desk = Desk()
        flow = await desk.begin()
        first = {key: await desk.make(flow, key) for key in order[:cut]}
        later = await desk.again()
        second = {order[place]: await desk.make(later, order[place]) for place in then}
        assert sorted(desk.done) == sorted(order)
        assert {key: second[key] for key in first} == first

    asyncio.run(course())


async def test_a_step_is_recorded_before_its_value_is_used() -> None:
    """Whoever has the value finds it in the journal."""
    desk = Desk()
    flow = await desk.begin()
    await desk.make(flow.branch("agent#1"), "model/1")
    (record,) = await desk.journal.events("run-1")
    assert (record.number, record.kind, record.key, record.payload, record.epoch) == (
        1, RecordKind.RESULT, "agent#1/model/1", "1", 1,
    )  # fmt: skip


async def test_what_must_not_be_repeated_is_announced_first() -> None:
    """When it begins, its intent is in the journal."""
    desk = Desk()
    flow = await desk.begin()
    seen: list[tuple[RecordKind, str]] = []

    async def do() -> int:
        seen.extend((one.kind, one.key) for one in await desk.journal.events("run-1"))
        return 7

    assert await flow.step("write", do, NUMBER, Repeat.NEVER) == 7
    assert seen == [(RecordKind.INTENT, "write")]


async def begun(desk: Desk, repeat: Repeat) -> Flow:
    """A second process, after the first was killed within the step "act"."""
    flow = await desk.begin()
    started = asyncio.Event()

    async def act() -> int:
        started.set()
        await asyncio.Event().wait()
        return 0

    first = asyncio.create_task(flow.step("act", act, NUMBER, repeat))
    await started.wait()
    later = await desk.again()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    return later


async def test_a_paid_call_that_a_crash_took_is_made_again_and_counted() -> None:
    """Once, and the book says so."""
    desk = Desk()
    later = await begun(desk, Repeat.COUNTED)
    assert await desk.make(later, "act", Repeat.COUNTED) == 1
    assert (desk.done, later.book.repeated) == (["act"], 1)


async def test_calls_that_two_crashes_took_are_two() -> None:
    """The second process was killed within the same call: the third one knows of both."""
    desk = Desk()
    flow = await desk.begin()
    await flow.begin("act", Repeat.COUNTED)
    await (await desk.again()).begin("act", Repeat.COUNTED)
    third = await desk.again()
    assert (third.book.repeated, third.book.lost("act")) == (1, 2)
    await desk.make(third, "act", Repeat.COUNTED)
    last = await desk.again()
    assert (last.book.repeated, last.book.lost("act"), desk.done) == (2, 2, ["act"])


async def test_a_paid_call_is_announced_before_it_is_made() -> None:
    """It is on the disk then: a crash in the next moment leaves nothing that nobody knows of."""
    desk = Desk()
    flow = await desk.begin()
    await flow.begin("act", Repeat.COUNTED)
    assert [one.kind for one in await desk.journal.events("run-1")] == [RecordKind.INTENT]


async def test_what_could_not_be_kept_goes_in_before_what_rests_on_it() -> None:
    """The disk was full for one result: it is recorded with the next thing that is, and not made again."""
    desk = Desk()
    flow = await desk.begin()
    append = desk.journal.append
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.journal, "append", no_room)
        await desk.make(flow, "model/1")
        with pytest.raises(StorageError, match="no room"):
            await desk.make(flow, "tool/1", Repeat.NEVER)
    assert desk.journal.append == append
    await desk.make(flow, "tool/1", Repeat.NEVER)
    kept = [(one.kind, one.key) for one in await desk.journal.events("run-1")]
    assert kept == [
        (RecordKind.RESULT, "model/1"), (RecordKind.INTENT, "tool/1"), (RecordKind.RESULT, "tool/1"),
    ]  # fmt: skip
    later = await desk.again()
    assert [await desk.make(later, "model/1"), await desk.make(later, "tool/1")] == [1, 2]
    assert (flow.book.problems, desk.done) == (["no room"], ["model/1", "tool/1"])


async def no_room(run_id: str, epoch: int, records: Sequence[Record]) -> None:
    """As `append` of a journal whose disk is full."""
    raise StorageError("no room")


async def test_a_step_in_doubt_is_not_repeated_unless_somebody_says_so() -> None:
    """It waits; the words tell what is not known; a yes makes it, once."""
    desk = Desk()
    later = await begun(desk, Repeat.NEVER)
    step = asyncio.create_task(desk.make(later, "act", Repeat.NEVER))
    (wait,) = await later.book.lanes.rest()
    assert (wait.kind, wait.name, desk.done) == (WaitKind.DOUBT, "doubt:act", [])
    assert "whether it was done is not known" in wait.words
    later.book.lanes.arrive(Signal("doubt:act", json.dumps({"do": "retry"}), START, "Ada"))
    assert await step == 1
    again = await desk.again()
    assert (await desk.make(again, "act", Repeat.NEVER), desk.done) == (1, ["act"])


@pytest.mark.parametrize(("policy", "made"), [(DoubtPolicy.SKIP, []), (DoubtPolicy.RETRY, ["act"])])
async def test_a_policy_decides_without_asking(policy: DoubtPolicy, made: list[str]) -> None:
    """Skipping is told to whoever wanted the step."""
    desk = Desk(policy)
    later = await begun(desk, Repeat.NEVER)
    if policy is DoubtPolicy.SKIP:
        with pytest.raises(StepSkipped, match="whether it had been done is not known"):
            await desk.make(later, "act", Repeat.NEVER)
    else:
        await desk.make(later, "act", Repeat.NEVER)
    assert desk.done == made


async def test_a_step_that_failed_may_be_made_again() -> None:
    """A failure is recorded with its reason, and is no result."""
    desk = Desk()
    flow = await desk.begin()

    async def fail() -> int:
        raise ValueError("no luck")

    with pytest.raises(ValueError, match="no luck"):
        await flow.step("act", fail, NUMBER, Repeat.NEVER)
    (failure,) = flow.book.failures("act")
    assert json.loads(failure.payload) == {"error": "ValueError: no luck"}
    later = await desk.again()
    assert await desk.make(later, "act", Repeat.NEVER) == 1


async def test_a_signal_is_taken_up_once_and_is_there_for_ever() -> None:
    """Also for the process that comes after the one that heard it."""
    desk = Desk()
    flow = await desk.begin()
    flow.book.lanes.arrive(Signal("go", '{"n":1}', START, "Ada"))
    assert (await flow.signal("go")).sender == "Ada"
    later = await desk.again()
    assert (await later.signal("go")).payload == '{"n":1}'


async def test_a_sleep_that_was_begun_ends_when_it_was_to_end() -> None:
    """Whatever a later process says; what is due soon is waited for here."""
    desk = Desk()
    flow = await desk.begin()
    await flow.sleep("nap", START + timedelta(seconds=3))
    later = await desk.again()
    await later.sleep("nap", START + timedelta(hours=9))
    assert desk.clock.now() == START + timedelta(seconds=3)


async def test_a_branch_that_works_keeps_the_run_from_being_put_aside() -> None:
    """The run rests only when every open branch waits."""
    desk = Desk()
    flow = await desk.begin()
    gate = asyncio.Event()

    async def waits() -> None:
        with flow.lane("a") as lane:
            await lane.signal("go", "please")

    async def works() -> None:
        with flow.lane("b") as lane:
            await lane.step("slow", lambda: _after(gate), NUMBER)
            await lane.signal("too")

    tasks = [asyncio.create_task(waits()), asyncio.create_task(works())]
    rest = asyncio.create_task(flow.book.lanes.rest())
    for _ in range(100):
        await asyncio.sleep(0)
    assert not rest.done()
    gate.set()
    assert [wait.name for wait in await rest] == ["go", "too"]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _after(gate: asyncio.Event) -> int:
    await gate.wait()
    return 1


class FullJournal(MemoryRunJournal):
    """A journal that takes nothing more."""

    async def append(self, run_id: str, epoch: int, records: object) -> None:
        """Say that there is no room."""
        raise StorageError("'runs.db' has no room left", code="storage-full")


async def test_a_full_disk_takes_no_result_along_but_lets_nothing_happen_that_must_be_recorded() -> None:
    """The value of a harmless step is kept in memory and the trouble is noted; the other is not begun."""
    desk = Desk()
    desk.journal = FullJournal()
    flow = await desk.begin()
    assert await desk.make(flow, "read") == 1
    assert flow.book.problems == ["'runs.db' has no room left"]
    with pytest.raises(StorageError, match="no room"):
        await desk.make(flow, "write", Repeat.NEVER)
    assert desk.done == ["read"]


async def test_a_driver_that_lost_its_run_is_told_at_its_next_record() -> None:
    """And what it did is not in the journal of the new driver."""
    desk = Desk()
    flow = await desk.begin()
    await desk.journal.finish(replace(desk.run, status=RunStatus.WAITING), 1)
    await desk.journal.open("run-1")
    with pytest.raises(Fenced):
        await desk.make(flow, "late")
    assert flow.book.gone.is_set()
    assert await desk.journal.events("run-1") == ()


def test_old_forms_of_a_value_are_read_and_newer_ones_refused() -> None:
    """Each version is led to the next one."""
    codec: Codec[dict[str, int]] = Codec(
        dict[str, int], [lambda old: {"n": old}, lambda old: {**old, "m": 0}]
    )
    assert codec.version == 3
    records = [Record(1, RecordKind.RESULT, "k", START, 1, text, version) for version, text in
               ((1, "5"), (2, '{"n":5}'), (3, '{"n":5,"m":2}'), (4, "{}"))]  # fmt: skip
    assert [codec.load(record) for record in records[:3]] == [
        {"n": 5, "m": 0},
        {"n": 5, "m": 0},
        {"n": 5, "m": 2},
    ]
    with pytest.raises(StorageError, match="newer Muster"):
        codec.load(records[3])
    with pytest.raises(StorageError, match="step 'k'"):
        codec.load(replace(records[2], payload="{broken"))


async def test_each_doubt_is_decided_anew() -> None:
    """The yes of the first crash is not the answer to the second one."""
    desk = Desk()
    later = await begun(desk, Repeat.NEVER)
    started = asyncio.Event()

    async def act() -> int:
        started.set()
        await asyncio.Event().wait()
        return 0

    again = asyncio.create_task(later.step("act", act, NUMBER, Repeat.NEVER))
    await later.book.lanes.rest()
    later.book.lanes.arrive(Signal("doubt:act", json.dumps({"do": "retry"}), START, "Ada"))
    await started.wait()
    last = await desk.again()
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)

    third = asyncio.create_task(desk.make(last, "act", Repeat.NEVER))
    (wait,) = await last.book.lanes.rest()
    assert (wait.name, desk.done) == ("doubt:act@2", [])
    third.cancel()
    await asyncio.gather(third, return_exceptions=True)


async def test_what_a_policy_decided_stays_decided() -> None:
    """A later drive that would ask does not ask about a step that was skipped before its eyes."""
    desk = Desk(DoubtPolicy.SKIP)
    later = await begun(desk, Repeat.NEVER)
    with pytest.raises(StepSkipped):
        await desk.make(later, "act", Repeat.NEVER)
    desk.run = replace(desk.run, terms=RunTerms(in_doubt=DoubtPolicy.ASK))
    last = await desk.again()
    with pytest.raises(StepSkipped):
        await desk.make(last, "act", Repeat.NEVER)
    assert desk.done == []


async def test_a_wish_to_stop_is_not_lost_beside_an_answer() -> None:
    """Both are there at one look: the run stops."""
    desk = Desk()
    flow = await desk.begin()
    for name in ("go", "cancel"):
        await desk.journal.signal("run-1", Signal(name, "{}", START, "Ada"))

    async def work() -> None:
        with flow.lane("a") as lane:
            await lane.signal("go")
            await asyncio.sleep(30)

    with pytest.raises(Stopped, match="Ada"):
        await Attendant(flow.book, desk.journal, 0).attend(work())


async def test_a_branch_whose_answer_has_come_is_at_work() -> None:
    """Another question of the same branch is open: the run is not put aside between the answer and what it allows."""
    desk = Desk()
    flow = await desk.begin()
    begun = asyncio.Event()

    async def asks(lane: Flow, name: str) -> int:
        await lane.signal(name)
        return await lane.step(name, lambda: _after(begun), NUMBER, Repeat.NEVER)

    with flow.lane("a") as lane:
        both = [asyncio.create_task(asks(lane, name)) for name in ("one", "two")]
        rest = asyncio.create_task(flow.book.lanes.rest())
        await asyncio.sleep(0)
        flow.book.lanes.arrive(Signal("one", "{}", START))
        for _ in range(200):
            await asyncio.sleep(0)
        assert not rest.done()
        begun.set()
        assert [wait.name for wait in await rest] == ["two"]
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
