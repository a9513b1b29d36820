"""What runs came to, kept and forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import anyio
import pytest
from hypothesis import given

from muster.application.services.run_memory import KEPT, LOOSE, PREFIX, TOGETHER, RunMemory, borrowed_agents
from muster.domain.errors import StorageError
from muster.domain.journal.record import Record, RecordKind
from muster.domain.memory.entry import NOBODY, Origin
from muster.domain.memory.run_outcome import RunOutcome
from muster.domain.orchestration.plan import Range
from muster.domain.orchestration.run import RunStatus
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from tests.fakes.clock import START
from tests.fakes.outcomes import PLANNED, any_outcomes, outcome, worked


class BrokenStore(InProcessLongTermStore):
    """A store whose disk has gone."""

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

    async def list_keys(self, classification: str | None = None, *, prefix: str = "") -> tuple[str, ...]:
        """Fail."""
        raise StorageError("the disk is gone")


@given(any_outcomes(["parallel"]))
async def test_what_is_remembered_is_recalled_as_it_was_the_oldest_first(known: list[RunOutcome]) -> None:
    """Every field; runs that still wait have come to nothing yet."""
    memory = RunMemory(InProcessLongTermStore())
    for one in known:
        await memory.remember(one)
    ended = [one for one in known if one.status is not RunStatus.WAITING]
    assert list(await memory.recall()) == sorted(ended, key=lambda one: one.at)


async def test_a_run_that_goes_on_takes_its_own_old_place() -> None:
    """Cancelled first, completed later: one outcome, the last word."""
    memory = RunMemory(InProcessLongTermStore())
    await memory.remember(outcome(1, status=RunStatus.CANCELLED, verdict=None))
    await memory.remember(outcome(1))
    assert await memory.recall() == (outcome(1),)


async def test_only_the_newest_are_kept() -> None:
    """Two hundred; the oldest go, in whatever order they came."""
    store = InProcessLongTermStore()
    memory = RunMemory(store)
    for number in reversed(range(KEPT + 5)):
        await memory.remember(outcome(number))
    assert [one.run for one in await memory.recall()] == [f"run-{i:03}" for i in range(5, KEPT + 5)]
    assert len(await store.list_keys(prefix=PREFIX)) == KEPT


async def test_runs_that_end_together_do_not_overwrite_each_other() -> None:
    """A key each."""
    memory = RunMemory(InProcessLongTermStore())
    async with anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon(memory.remember, outcome(number))
    assert len(await memory.recall()) == 20


@pytest.mark.parametrize("rubbish", [None, 7, {}, {"run": "x"}, [1], "text"])
async def test_what_cannot_be_read_counts_as_none(rubbish: object) -> None:
    """A value of another shape, and one that stands under another's key; forgetting everything takes them along."""
    store = InProcessLongTermStore()
    memory = RunMemory(store)
    await memory.remember(outcome(1))
    (key,) = await store.list_keys()
    await store.store(key.replace("run-001", "run-002"), rubbish)
    await store.store(key.replace("run-001", "run-003"), await store.retrieve(key))
    assert await memory.recall() == (outcome(1),)
    assert await memory.forget_all() == 3
    assert await store.list_keys() == ()


async def test_a_store_that_fails_costs_nothing_but_advice() -> None:
    """Neither remembering nor recalling raises."""
    memory = RunMemory(BrokenStore())
    await memory.remember(outcome(1))
    assert await memory.recall() == ()


async def test_what_is_not_json_is_not_remembered_and_harms_nobody() -> None:
    """A plan that somebody wrote by hand may expect an infinite time."""
    memory = RunMemory(InProcessLongTermStore())
    endless = replace(PLANNED, seconds=Range(1, 2, float("inf")))
    await memory.remember(replace(outcome(1), planned=endless))
    assert await memory.recall() == ()


async def test_single_runs_can_be_forgotten() -> None:
    """And those that are not there do not count."""
    memory = RunMemory(InProcessLongTermStore())
    for number in range(3):
        await memory.remember(outcome(number))
    assert await memory.forget([outcome(1), outcome(9)]) == 1
    assert [one.run for one in await memory.recall()] == ["run-000", "run-002"]


async def test_keys_in_order_are_runs_in_order_whatever_their_zone() -> None:
    """Moments are told apart by what they are, not by how they are written; before 2001 too."""
    memory = RunMemory(InProcessLongTermStore())
    old = replace(outcome(1, team=[worked("critic")]), at=datetime(1999, 1, 1, tzinfo=UTC))
    await memory.remember(replace(outcome(2), at=START))
    await memory.remember(old)
    assert [one.run for one in await memory.recall()] == ["run-001", "run-002"]


class CountedStore(InProcessLongTermStore):
    """A store that counts what is read."""

    read = 0

    async def retrieve(self, key: str) -> object | None:
        """Count, and read."""
        self.read += 1
        return await super().retrieve(key)


async def test_a_long_memory_is_read_in_a_few_steps() -> None:
    """Completed runs stand together; only the newest are read one by one."""
    store = CountedStore()
    memory = RunMemory(store)
    for number in range(150):
        await memory.remember(outcome(number))
    store.read = 0
    assert [one.run for one in await memory.recall()] == [f"run-{i:03}" for i in range(150)]
    assert store.read <= LOOSE + 1


async def test_copies_never_hide_that_a_stopped_run_has_gone_on() -> None:
    """It was cancelled when the others were copied."""
    memory = RunMemory(InProcessLongTermStore())
    await memory.remember(outcome(0, status=RunStatus.CANCELLED, verdict=None))
    for number in range(1, 3 * LOOSE):
        await memory.remember(outcome(number))
    await memory.remember(outcome(0))
    assert (await memory.recall())[0] == outcome(0)


@pytest.mark.parametrize("rubbish", [None, 7, ["x"], {"run-outcome/x": 3}])
async def test_copies_that_cannot_be_read_cost_nothing(rubbish: object) -> None:
    """Each run has its own key."""
    store = InProcessLongTermStore()
    memory = RunMemory(store)
    for number in range(2 * LOOSE):
        await memory.remember(outcome(number))
    copies = await store.retrieve(TOGETHER)
    assert isinstance(copies, dict)
    await store.store(TOGETHER, dict.fromkeys(copies, rubbish) if rubbish is None else rubbish)
    assert len(await memory.recall()) == 2 * LOOSE


async def test_forgotten_runs_leave_no_copy() -> None:
    """Neither one nor all."""
    store = InProcessLongTermStore()
    memory = RunMemory(store)
    for number in range(2 * LOOSE):
        await memory.remember(outcome(number))
    await memory.forget([outcome(3)])
    assert "run-003" not in str([await store.retrieve(key) for key in await store.list_keys()])
    assert await memory.forget_all() == 2 * LOOSE - 1
    assert await store.list_keys() == ()


def record(key: str, kind: RecordKind = RecordKind.RESULT, epoch: int = 1) -> Record:
    """One line of a journal."""
    return Record(1, kind, key, START, epoch)


def test_agents_whose_work_was_not_wholly_made_here_are_known() -> None:
    """Taken over from another run (epoch 0), or begun and not ended by an earlier drive; evidence belongs to nobody."""
    records = [
        record("whole/whole#1/model/1"),
        record("whole/whole#1", RecordKind.AGENT),
        record("begun/begun#1/model/1"),
        record("taken/taken#1/model/1", epoch=0),
        record("taken/taken#1", RecordKind.AGENT, epoch=0),
        record("again#1", RecordKind.AGENT),
        record("again#2/tool/1/call_1"),
        record("evidence/ruff"),
        record("decision/1", RecordKind.EVENT),
    ]
    assert borrowed_agents(records) == {"begun", "taken", "again"}
    assert borrowed_agents([]) == frozenset()
