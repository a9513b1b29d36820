"""What every tool executor promises."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import anyio
import pytest

from muster.application.turns.argument_watch import watch_over
from muster.application.turns.executors import FunctionExecutor, JoinedExecutor
from muster.application.turns.function_tool import FunctionTool
from muster.application.turns.guarded import GuardedExecutor
from muster.domain.messaging.message import ToolCall
from muster.domain.ports.tool_executor import ToolExecutor


def double(number: int) -> dict[str, int]:
    """Twice the number."""
    return {"doubled": 2 * number}


def sleep(seconds: float) -> str:
    """Blocks as long as it is told."""
    time.sleep(seconds)
    return "awake"


async def burst() -> None:
    """Always fails."""
    raise RuntimeError("burst")


TOOLS = {function.__name__: FunctionTool(function) for function in (double, sleep, burst)}
EXECUTORS: dict[str, Callable[[], ToolExecutor]] = {
    "function": lambda: FunctionExecutor(TOOLS),
    "joined": lambda: JoinedExecutor(FunctionExecutor({"double": TOOLS["double"]}), FunctionExecutor(TOOLS)),
    "guarded": lambda: GuardedExecutor(FunctionExecutor(TOOLS), watch_over("double 21")),
}


@pytest.fixture(params=EXECUTORS)
def executor(request: pytest.FixtureRequest) -> ToolExecutor:
    """Each adapter in turn."""
    return EXECUTORS[request.param]()


def test_the_offer_names_each_tool_once_with_its_schema(executor: ToolExecutor) -> None:
    """In the order of the offer."""
    specs = executor.specs()
    assert [spec.name for spec in specs] == ["double", "sleep", "burst"]
    assert specs[0].parameters["required"] == ["number"]


async def test_an_answer_is_json(executor: ToolExecutor) -> None:
    """Never a repr."""
    result = await executor.execute(ToolCall("c1", "double", '{"number": 21}'), 5)
    assert (result.call_id, result.ok, json.loads(result.content)) == ("c1", True, {"doubled": 42})


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (ToolCall("c", "treble", "{}"), "unknown tool 'treble'"),
        (ToolCall("c", "double", "{}"), "number"),
        (ToolCall("c", "double", '{"number": "many"}'), "number"),
        (ToolCall("c", "double", "[1]"), "double"),
        (ToolCall("c", "double", "{"), "double"),
        (ToolCall("c", "burst", ""), "burst"),
    ],
)
async def test_what_goes_wrong_is_a_result_that_says_what(
    executor: ToolExecutor, call: ToolCall, says: str
) -> None:
    """Unknown tool, bad arguments and crashes are error results, not exceptions."""
    result = await executor.execute(call, 5)
    assert not result.ok
    assert says in result.failure


async def test_a_timeout_really_stops_the_wait(executor: ToolExecutor) -> None:
    """A tool that blocks for two seconds is given up after a tenth of one."""
    with anyio.fail_after(1):
        result = await executor.execute(ToolCall("c", "sleep", '{"seconds": 2.0}'), 0.1)
    assert result.failure == "tool 'sleep' gave no answer within 0.1 s"
