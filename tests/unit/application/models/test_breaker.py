"""Leaving a broken provider alone, under concurrency."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal

import pytest

from muster.application.models.breaker import BreakerModel, CircuitBoard, CircuitReport
from muster.application.models.refusal import Refusals
from muster.domain.errors import BudgetExceeded, ErrorKind, ModelFailure
from muster.domain.models.circuit import CircuitPolicy, CircuitState, Outcome
from muster.domain.models.exchange import AttemptEnded, ModelEvent, ModelRequest, TextDelta
from muster.domain.models.usage import Usage
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_model import ScriptedModel, Step, saying

from .calls import ASKED, ListedLedger, attempts_of, failed, failure, known, settled, told

BROKEN: list[Step] = [failure(ErrorKind.SERVER)]


class Bench:
    """A breaker over a model that plays what `plays` says at the moment."""

    def __init__(self, plays: Sequence[Step], trials: int = 1) -> None:
        self.clock, self.ledger = FakeClock(), ListedLedger()
        self.board = CircuitBoard(CircuitPolicy(trials=trials), self.clock)
        self.plays = plays
        self.calls = 0
        bench = self

        class Inner(ScriptedModel):
            async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
                bench.calls += 1
                async for event in ScriptedModel(bench.plays).stream(request):
                    yield event

        self.model = BreakerModel(Inner(info=known()), self.board, Refusals(self.ledger, self.clock))

    @property
    def circuit(self) -> CircuitReport:
        """The circuit as it is now."""
        return self.board.state("fake/scripted")

    def state(self) -> CircuitState:
        """Its state alone."""
        return self.circuit.state

    async def break_it(self) -> None:
        """Five failures in a row."""
        plays, self.plays = self.plays, BROKEN
        for _ in range(5):
            await failed(self.model, ModelFailure)
        self.plays, self.calls = plays, 0


async def test_after_five_failures_nothing_is_sent_for_a_minute() -> None:
    """The refusal says which model, and when it will be tried again."""
    bench = Bench(saying("hi"))
    await bench.break_it()
    bench.clock.advance(20)

    events, error = await failed(bench.model, ModelFailure)

    assert bench.calls == 0
    assert (error.kind, error.retry_after) == (ErrorKind.CIRCUIT_OPEN, 40.0)
    assert str(error) == (
        "fake/scripted is not called: it failed 5 times in a row "
        "(it is tried again after 40 s; or choose another model)"
    )
    assert bench.board.states() == (CircuitReport("fake/scripted", CircuitState.OPEN, 5, 40.0),)
    assert [type(event) for event in events] == [AttemptEnded]


async def test_a_refused_call_is_on_record_and_cost_nothing() -> None:
    """In the events as in the ledger."""
    bench = Bench(saying("hi"))
    await bench.break_it()

    events, _ = await failed(bench.model, ModelFailure)

    assert attempts_of(events) == bench.ledger.attempts
    (attempt,) = bench.ledger.attempts
    assert (attempt.error, attempt.usage, attempt.cost) == (ErrorKind.CIRCUIT_OPEN, Usage(), Decimal(0))
    assert bench.ledger.kept[0].run_id == "run-1"


@pytest.mark.parametrize("trials", [1, 3])
async def test_of_100_callers_after_the_minute_exactly_the_trials_get_through(trials: int) -> None:
    """All others are refused while the trials are on their way."""
    gate = asyncio.Event()
    bench = Bench([gate, *saying("hi")], trials)
    await bench.break_it()
    bench.clock.advance(60)

    tasks = [asyncio.create_task(told(bench.model)) for _ in range(100)]
    await settled()
    assert bench.calls == trials
    assert bench.state() is CircuitState.HALF_OPEN
    gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)

    refused = [error for error in results if isinstance(error, ModelFailure)]
    assert len(refused) == 100 - trials
    assert {error.kind for error in refused} == {ErrorKind.CIRCUIT_OPEN}
    assert bench.circuit == CircuitReport("fake/scripted", CircuitState.CLOSED, 0, 0.0)


async def test_of_eight_threads_exactly_one_makes_the_trial() -> None:
    """The board is one for all event loops of a process."""
    clock = FakeClock()
    board = CircuitBoard(CircuitPolicy(failures=1), clock)
    period = board.admit("fake/scripted")
    assert period is not None
    board.settle("fake/scripted", period, Outcome.FAILED)
    clock.advance(60)
    start, admitted = threading.Barrier(8), list[int]()

    def worker() -> None:
        start.wait()
        for _ in range(500):
            got = board.admit("fake/scripted")
            if got is not None:
                admitted.append(got)

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(admitted) == 1


async def test_a_failed_trial_opens_it_again() -> None:
    """For another minute."""
    bench = Bench(BROKEN)
    await bench.break_it()
    bench.clock.advance(60)

    await failed(bench.model, ModelFailure)

    assert (bench.circuit.state, bench.circuit.seconds_left) == (CircuitState.OPEN, 60.0)


async def test_a_cancelled_trial_gives_its_place_to_the_next() -> None:
    """It has shown nothing."""
    bench = Bench([asyncio.Event()])
    await bench.break_it()
    bench.clock.advance(60)
    task = asyncio.create_task(told(bench.model))
    await settled()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.state() is CircuitState.HALF_OPEN

    bench.plays = saying("hi")
    await told(bench.model)
    assert bench.state() is CircuitState.CLOSED


async def test_an_abandoned_trial_gives_its_place_back_too() -> None:
    """A reader who leaves in the middle has cancelled, not failed."""
    bench = Bench([TextDelta("half"), *saying("hi")])
    await bench.break_it()
    bench.clock.advance(60)
    stream = bench.model.stream(ASKED)
    await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]  # it is a generator

    assert bench.state() is CircuitState.HALF_OPEN
    await told(bench.model)
    assert bench.state() is CircuitState.CLOSED


@pytest.mark.parametrize(
    "error",
    [
        failure(ErrorKind.INVALID_REQUEST),
        failure(ErrorKind.RATE_LIMIT),
        failure(ErrorKind.AUTHENTICATION),
        BudgetExceeded("too dear"),
        KeyError("a bug of ours"),
    ],
)
async def test_what_is_not_the_providers_fault_never_opens_it(error: Exception) -> None:
    """However often it happens."""
    bench = Bench([error])
    for _ in range(20):
        with pytest.raises(type(error)):
            await told(bench.model)

    assert bench.calls == 20
    assert bench.board.states() == ()


async def test_each_model_has_its_own_circuit() -> None:
    """One model of a provider may be down while another answers."""
    bench = Bench(BROKEN)
    await bench.break_it()
    other = BreakerModel(
        ScriptedModel(saying("hi"), info=known("fake/other")),
        bench.board,
        Refusals(bench.ledger, bench.clock),
    )

    await told(other)
    assert [circuit.model for circuit in bench.board.states()] == ["fake/scripted"]


async def test_a_slow_call_from_before_does_not_close_it() -> None:
    """It began when the provider was still well."""
    gate = asyncio.Event()
    bench = Bench([gate, *saying("hi")])
    slow = asyncio.create_task(told(bench.model))
    await settled()
    await bench.break_it()
    gate.set()
    await slow

    assert bench.state() is CircuitState.OPEN
