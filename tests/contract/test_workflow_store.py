"""What every store of workflows promises."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.agents.capability import Capability
from muster.domain.budget.limits import BudgetLimits
from muster.domain.errors import Fenced, UnknownName
from muster.domain.models.tier import ModelTier
from muster.domain.orchestration.gates import Gate
from muster.domain.orchestration.run import Verdict
from muster.domain.ports.workflow_store import WorkflowStore
from muster.domain.workflows.course import line_of
from muster.domain.workflows.state import (
    Check,
    Handed,
    SkipCause,
    Spent,
    StageRecord,
    StageStatus,
    WorkflowState,
    WorkflowStatus,
)
from muster.domain.workflows.workflow import Expectation, OnError, Origin, Then, WorkflowInput
from muster.infrastructure.workflows.memory_store import MemoryWorkflowStore
from muster.infrastructure.workflows.sqlite_store import SqliteWorkflowStore
from tests.fakes.workflows import BEGAN, stage, state_of, workflow

FLOW = workflow(
    stage(
        "scan",
        capabilities=(Capability.CODE_REVIEW,),
        tier=ModelTier.PREMIUM,
        gates=(Gate("high", 0.0),),
        when="input.depth == full",
        expect=Expectation(summary=True, measures=("coverage.percent",), at_most={"high": 3}),
        on_error=OnError(2, Then.CONTINUE),
    ),
    stage("end", always=True),
    inputs=[WorkflowInput("depth", "how deep", "full", ("full", "quick"))],
)
TEXT = st.text(max_size=20)
RECORDS = st.builds(
    StageRecord,
    id=st.just("scan"),
    status=st.sampled_from(StageStatus),
    attempt=st.integers(0, 6),
    run_id=TEXT,
    reason=TEXT,
    cause=st.none() | st.sampled_from(SkipCause),
    started_at=st.none() | st.just(BEGAN),
    verdict=st.none() | st.sampled_from(Verdict),
    checks=st.lists(st.builds(Check, TEXT, st.booleans(), TEXT), max_size=2).map(tuple),
    handed=st.none()
    | st.builds(
        Handed,
        TEXT,
        st.dictionaries(TEXT, st.integers(0, 99), max_size=2),
        st.dictionaries(TEXT, st.floats(allow_nan=False, allow_infinity=False), max_size=2),
        TEXT,
    ),
    spent=st.builds(
        Spent,
        st.decimals(0, 9, places=4),
        st.integers(0, 10**9),
        st.integers(0, 9),
        st.floats(0, 1e6),
        st.booleans(),
    ),
)
STATES = st.builds(
    lambda record, inputs, limits, granted: replace(
        state_of(replace(FLOW, origin=Origin.OWN), inputs).with_record(record), limits=limits, granted=granted
    ),
    RECORDS,
    st.dictionaries(st.just("depth"), TEXT, max_size=1),
    st.builds(BudgetLimits, st.none() | st.integers(0, 9), usd=st.none() | st.just(Decimal("0.50"))),
    st.sampled_from([frozenset[str](), frozenset({"run-tests"})]),
)


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WorkflowStore]:
    """Each store in turn, empty."""
    if request.param == "memory":
        yield MemoryWorkflowStore()
    else:
        kept = SqliteWorkflowStore(tmp_path / "workflows.db")
        yield kept
        kept.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=STATES, number=st.integers(0, 10**9))
def test_what_was_saved_is_loaded(store: WorkflowStore, state: WorkflowState, number: int) -> None:
    """The whole definition, every record, amount and text of it, and its line in the list."""

    async def use() -> None:
        known = await store.load(f"flow-{number}-whole")
        wanted = replace(state, id=f"flow-{number}-whole", revision=known.revision if known else 0)
        kept = await store.save(wanted)
        assert kept == replace(wanted, revision=wanted.revision + 1)
        assert await store.load(kept.id) == kept
        assert line_of(kept) in await store.list(10_000)

    asyncio.run(use())


async def test_who_comes_second_is_refused(store: WorkflowStore) -> None:
    """Two processes hold the same state; what the first one kept is not lost."""
    begun = await store.save(state_of(FLOW))
    first = await store.save(replace(begun, status=WorkflowStatus.CANCELLED))
    with pytest.raises(Fenced, match="flow-01"):
        await store.save(replace(begun, root="/elsewhere"))
    assert await store.load("flow-01") == first
    assert await store.save(first) == replace(first, revision=3)


async def test_an_id_is_taken_once(store: WorkflowStore) -> None:
    """A new state under a known id is refused, and so is an old one that was never kept."""
    await store.save(state_of(FLOW))
    with pytest.raises(Fenced):
        await store.save(state_of(FLOW))
    with pytest.raises(Fenced):
        await store.save(replace(state_of(FLOW, known_as="flow-02"), revision=1))
    assert await store.load("flow-02") is None


async def test_the_last_begun_is_listed_first(store: WorkflowStore) -> None:
    """Whatever was changed since; no more than asked for; the verdict is there when it is over."""
    kept = [await store.save(state_of(FLOW, known_as=f"flow-0{number}")) for number in (1, 2, 3)]
    over = replace(kept[0], status=WorkflowStatus.COMPLETED, finished_at=BEGAN)
    await store.save(over)
    lines = await store.list()
    assert [(line.id, line.verdict) for line in lines] == [
        ("flow-03", None), ("flow-02", None), ("flow-01", Verdict.PARTIAL)
    ]  # fmt: skip
    assert [line.id for line in await store.list(1)] == ["flow-03"]
    assert await store.list(0) == ()


async def test_the_beginning_of_an_id_will_do(store: WorkflowStore) -> None:
    """When it is that of one alone; a whole id is never taken for a beginning."""
    for known in ("flow-01", "flow-012", "flow-02"):
        await store.save(state_of(FLOW, known_as=known))
    for wanted, found in (("flow-02", "flow-02"), ("flow-01", "flow-01"), ("flow-012", "flow-012")):
        loaded = await store.load(wanted)
        assert loaded is not None
        assert loaded.id == found
    with pytest.raises(UnknownName, match="flow-0"):
        await store.load("flow-0")


@pytest.mark.parametrize("wanted", ["", "nobody", "flow-%", "flow_01", "\ud800"])
async def test_what_is_not_there_is_none(store: WorkflowStore, wanted: str) -> None:
    """Signs that some query languages take for wildcards are letters like any other."""
    await store.save(state_of(FLOW))
    assert await store.load(wanted) is None


def test_of_many_threads_one_wins_each_revision(store: WorkflowStore) -> None:
    """Eight threads change one workflow; each change that was taken is there, each other one was refused."""
    begun = asyncio.run(store.save(state_of(FLOW)))

    def work(number: int) -> bool:
        try:
            asyncio.run(store.save(replace(begun, root=f"/{number}")))
        except Fenced:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(work, range(8)))
    loaded = asyncio.run(store.load("flow-01"))
    assert loaded is not None
    assert (won.count(True), loaded.root, loaded.revision) == (1, f"/{won.index(True)}", 2)
