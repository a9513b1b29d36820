"""Turns that fail or are cancelled: what they had is never lost."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal

import pytest

from muster.application.turns.finish import output_left_by
from muster.domain.errors import MusterError, ProviderError
from muster.domain.events.events import BudgetEvaluated, Event, StageFinished, ToolFinished, ToolStarted
from muster.domain.models.exchange import TextDelta, UsageReported
from muster.domain.models.usage import Usage
from muster.domain.turns.types import TurnConfig, TurnInput, TurnOutput, TurnStatus
from tests.fakes.listed_bus import ListedBus
from tests.fakes.scripted_model import ScriptedModel, Step, calling, saying

from .engine import Engine


def look() -> str:
    """Look."""
    return "seen"


def fail() -> None:
    """Break."""
    raise RuntimeError("it broke")


async def until(bus: ListedBus, kind: type[Event], number: int = 1) -> None:
    """Wait until `number` events of a kind were published."""
    reached = asyncio.Event()
    forget = bus.subscribe(lambda _: reached.set() if len(bus.of(kind)) >= number else None)
    async with asyncio.timeout(5):
        await reached.wait()
    forget()


async def test_a_failed_turn_keeps_records_usage_and_cost() -> None:
    """spec: "A failed or cancelled turn keeps every tool record it already has, with the usage and cost"."""
    broken: list[Step] = [
        TextDelta("I thi"),
        UsageReported(Usage(input=7)),
        ProviderError("gone", hint="try again"),
    ]
    engine = Engine(ScriptedModel(calling(("look", ""), usage=Usage(input=3, output=1)), broken), look)

    output = await engine.runner.run(TurnInput("hi"))

    assert (output.status, output.error) == (TurnStatus.FAILED, "gone (try again)")
    assert output.metadata == {"code": "provider", "hint": "try again"}
    assert [record.result.content for record in output.tool_calls] == ['"seen"']
    assert output.metrics.usage == Usage(input=10, output=1)
    assert output.metrics.cost == Decimal(12) / 1_000_000
    assert output.metrics.iteration_count == 2
    assert engine.bus.of(StageFinished)[-1].stage == "finish"


async def test_a_stream_that_breaks_off_fails_the_turn() -> None:
    """Half an answer is none."""
    output = await Engine(ScriptedModel([TextDelta("half")])).runner.run(TurnInput("hi"))

    assert (output.status, output.response) == (TurnStatus.FAILED, None)
    assert output.metadata["code"] == "incomplete-stream"


async def test_a_defect_in_an_adapter_fails_the_turn_and_is_named() -> None:
    """Whatever it raises."""
    output = await Engine(ScriptedModel([KeyError("choices")])).runner.run(TurnInput("hi"))

    assert (output.status, output.error) == (TurnStatus.FAILED, "KeyError: 'choices'")
    assert output.metadata == {"code": "internal"}


async def test_a_turn_rejected_half_way_keeps_its_records() -> None:
    """The tool ran; only the next call does not happen."""
    engine = Engine(ScriptedModel(calling(*[("look", "")] * 100)), look)
    config = TurnConfig(max_context_tokens=300, response_reserve=0)

    output = await engine.runner.run(TurnInput("hi", config=config))

    assert (output.status, len(output.tool_calls), len(engine.model.requests)) == (
        TurnStatus.REJECTED,
        100,
        1,
    )
    assert engine.bus.of(BudgetEvaluated)[-1].verdict == "reject"
    assert output.metrics.usage == Usage(10, 5)


async def test_a_cancelled_turn_hands_on_its_records_with_the_cancellation() -> None:
    """Finished tools have records, the running one has none; the caller sees an ordinary CancelledError."""

    async def wait() -> None:
        """Never end."""
        await asyncio.Event().wait()

    engine = Engine(ScriptedModel(calling(("look", ""), ("wait", ""), ("look", ""))), look, wait)
    task = asyncio.create_task(engine.runner.run(TurnInput("hi")))
    await until(engine.bus, ToolFinished, 2)

    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task

    output = output_left_by(caught.value)
    assert type(caught.value) is asyncio.CancelledError
    assert output is not None
    assert (output.status, output.metrics.usage) == (TurnStatus.CANCELLED, Usage(10, 5))
    assert [record.call.call_id for record in output.tool_calls] == ["call_1", "call_3"]


async def test_a_turn_cancelled_while_the_model_speaks_keeps_the_usage_so_far() -> None:
    """Also what the unfinished answer has cost."""
    never = asyncio.Event()
    engine = Engine(
        ScriptedModel(calling(("look", "")), [UsageReported(Usage(input=4)), TextDelta("so"), never]), look
    )
    task = asyncio.create_task(engine.runner.run(TurnInput("hi")))
    await until(engine.bus, BudgetEvaluated, 3)
    await asyncio.sleep(0.01)

    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task

    output = output_left_by(caught.value)
    assert output is not None
    assert (output.metrics.usage, len(output.tool_calls)) == (Usage(14, 5), 1)


async def test_a_cancelled_turn_ends_within_a_second_whatever_its_tools_do() -> None:
    """issue: "Ctrl-C stops within a second": no stubborn coroutine and no blocked thread holds it."""
    release = asyncio.Event()

    async def stubborn() -> None:
        """Ignore every cancellation."""
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    def blocked() -> None:
        """Hold a thread."""
        time.sleep(1.5)

    engine = Engine(ScriptedModel(calling(("stubborn", ""), ("blocked", ""))), stubborn, blocked)
    task = asyncio.create_task(engine.runner.run(TurnInput("hi")))
    await until(engine.bus, ToolStarted, 2)
    await asyncio.sleep(0.01)

    started = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    release.set()

    assert time.monotonic() - started < 0.9
    assert output_left_by(caught.value) is not None


async def test_a_deadline_around_a_turn_is_an_ordinary_timeout() -> None:
    """The cancellation that carries an output is still the one that `asyncio.timeout` looks for."""
    engine = Engine(ScriptedModel([asyncio.Event()]))

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await engine.runner.run(TurnInput("hi"))


async def test_the_first_tool_error_is_raised_when_that_was_asked_for() -> None:
    """`raise_on_tool_error`: the error names the tool and carries what the turn had."""
    engine = Engine(ScriptedModel(calling(("look", ""), ("fail", ""))), look, fail)

    with pytest.raises(MusterError, match="tool 'fail' failed: RuntimeError: it broke") as caught:
        await engine.runner.run(TurnInput("hi", config=TurnConfig(raise_on_tool_error=True)))

    output = output_left_by(caught.value)
    assert caught.value.code == "tool-failed"
    assert caught.value.details["tool"] == "fail"
    assert output is not None
    assert output.status is TurnStatus.FAILED
    assert [record.result.ok for record in output.tool_calls] == [True, False]


async def test_an_error_that_came_from_no_turn_carries_nothing() -> None:
    """`output_left_by` may be asked about any error."""
    assert output_left_by(asyncio.CancelledError()) is None
    assert output_left_by(ValueError("x")) is None


async def test_a_reader_that_stops_early_cancels_the_turn() -> None:
    """No model goes on for nobody."""
    engine = Engine(ScriptedModel([TextDelta("a"), asyncio.Event()]))
    stream = engine.runner.stream(TurnInput("hi"))

    await anext(stream)
    await stream.aclose()

    assert [event.stage for event in engine.bus.of(StageFinished)][-1] == "finish"


async def test_a_cancelled_reader_of_a_stream_gets_the_output_with_the_cancellation() -> None:
    """As with `run`."""
    engine = Engine(ScriptedModel(calling(("look", "")), [asyncio.Event()]), look)

    async def read() -> None:
        async for _ in engine.runner.stream(TurnInput("hi")):
            pass

    task = asyncio.create_task(read())
    await until(engine.bus, BudgetEvaluated, 3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task

    output = output_left_by(caught.value)
    assert output is not None
    assert len(output.tool_calls) == 1


async def test_a_failed_turn_ends_its_stream_with_the_failed_output() -> None:
    """A stream of a failed turn is complete, too."""
    engine = Engine(ScriptedModel(calling(("look", "")), [ProviderError("gone")]), look)

    events = [event async for event in engine.runner.stream(TurnInput("hi"))]

    assert isinstance(events[-1], TurnOutput)
    assert events[-1].status is TurnStatus.FAILED


async def test_a_stream_of_a_refused_turn_raises() -> None:
    """As `run` does."""
    engine = Engine(ScriptedModel(saying("hi")))

    with pytest.raises(ValueError, match="max_iterations"):
        await anext(engine.runner.stream(TurnInput("hi", config=TurnConfig(max_iterations=0))))
