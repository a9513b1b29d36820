"""Tools from typed functions, and the executor over them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from muster.application.turns.executors import FunctionExecutor, JoinedExecutor
from muster.application.turns.function_tool import FunctionTool, tool
from muster.domain.errors import WorkspaceError
from muster.domain.messaging.message import ToolCall
from muster.domain.tools.result import ToolResult
from muster.domain.tools.spec import ToolCategory


@dataclass(frozen=True)
class Match:
    path: Path
    at: datetime
    tags: frozenset[str]


def find(
    text: Annotated[str, Field(description="what to find")], limit: int = 5, mode: Literal["a", "b"] = "a"
) -> str:
    """Find a text
    in the files.

    This paragraph is for programmers.
    """
    return f"{text}/{limit}/{mode}"


async def call(
    function: FunctionTool | Callable[..., Any], arguments: str, timeout: float = 5.0
) -> ToolResult:
    """Run one call of a tool, under the name `it`."""
    made = function if isinstance(function, FunctionTool) else FunctionTool(function)
    return await FunctionExecutor({"it": made}).execute(ToolCall("id-1", "it", arguments), timeout)


def test_the_schema_is_generated_from_the_type_hints() -> None:
    """spec: "JSON schemas are generated from type hints by pydantic, not written by hand"."""
    spec = FunctionTool(find).spec

    assert (spec.name, spec.description) == ("find", "Find a text in the files.")
    assert (spec.category, spec.writes, spec.permissions) == (ToolCategory.READ, False, frozenset())
    assert spec.parameters["required"] == ["text"]
    assert spec.parameters["additionalProperties"] is False
    properties = spec.parameters["properties"]
    assert isinstance(properties, dict)
    assert list(properties) == ["text", "limit", "mode"]
    assert properties["text"]["description"] == "what to find"
    assert (properties["limit"]["type"], properties["limit"]["default"]) == ("integer", 5)
    assert properties["mode"]["enum"] == ["a", "b"]


def test_a_decorated_function_is_a_tool_with_what_was_declared() -> None:
    """A tool declares name, description, category, whether it writes, and the permissions it needs."""

    @tool(name="drop", description="Drops it.", category=ToolCategory.WRITE, permissions=frozenset({"edit"}))
    def remove(path: str) -> None:
        """Not said."""

    spec = remove.spec
    assert (spec.name, spec.description, spec.writes) == ("drop", "Drops it.", True)
    assert spec.permissions == {"edit"}


def test_a_function_that_cannot_be_a_tool_is_refused_where_it_is_declared() -> None:
    """The error names the parameter."""

    def untyped(path) -> None:  # type: ignore[no-untyped-def]
        pass

    def open_ended(*paths: str) -> None:
        pass

    with pytest.raises(TypeError, match=r"parameter 'path' .* has no type hint"):
        FunctionTool(untyped)
    with pytest.raises(TypeError, match=r"parameter 'paths' .* cannot be passed by name"):
        FunctionTool(open_ended)


async def test_parameters_may_have_any_name() -> None:
    """Even names that a pydantic model uses itself."""

    def named(copy: int, _private: int, model_config: int, schema: int) -> int:
        return copy + _private + model_config + schema

    result = await call(named, '{"copy": 1, "_private": 2, "model_config": 3, "schema": 4}')

    assert result.content == "10"


@pytest.mark.parametrize("arguments", ["", "  ", '""', "{}"])
async def test_empty_arguments_mean_none(arguments: str) -> None:
    """spec: "`""` and `{}` mean no arguments"."""

    def ping() -> str:
        return "pong"

    assert await call(ping, arguments) == ToolResult.success("id-1", '"pong"')


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("[1]", "Input should be an object"),
        ("null", "Input should be an object"),
        ('"text"', "Input should be an object"),
        ('{"text": "a"', "Invalid JSON"),
        ("{}", "text: Field required"),
        ('{"text": 5}', "text: Input should be a valid string"),
        ('{"text": "a", "limit": "5"}', "limit: Input should be a valid integer"),
        ('{"text": "a", "mode": "c"}', "mode: Input should be 'a' or 'b'"),
        ('{"text": "a", "extra": 1}', "extra: Extra inputs are not permitted"),
        ("[" * 100_000, "Invalid JSON"),
        ('{"text": "\ud800"}', ""),
    ],
)
async def test_arguments_that_break_the_schema_are_refused_before_the_tool_runs(
    arguments: str, reason: str
) -> None:
    """spec: "Arguments are validated against the tool's JSON schema before it runs"; no object → error."""
    ran: list[str] = []

    def strict(text: str, limit: int = 5, mode: Literal["a", "b"] = "a") -> None:
        ran.append(text)

    result = await call(strict, arguments)

    assert result.failure.startswith("arguments of tool 'it' do not fit: ")
    assert reason in result.failure
    assert ran == []


async def test_a_refusal_does_not_repeat_the_value() -> None:
    """Values may be long or secret."""
    result = await call(find, '{"text": ["plainly-fake-secret"]}')

    assert "plainly-fake-secret" not in result.failure


async def test_defaults_stay_the_functions_own() -> None:
    """What is not given is not passed."""
    assert (await call(find, '{"text": "x", "mode": "b"}')).content == '"x/5/b"'


async def test_results_are_json_whatever_the_tool_returns() -> None:
    """spec: "Results reach the model as JSON, never as `repr`"."""

    def look() -> list[Match]:
        return [Match(Path("a/b"), datetime(2025, 1, 1, tzinfo=UTC), frozenset({"t"}))]

    result = await call(look, "")

    assert json.loads(result.content) == [{"path": "a/b", "at": "2025-01-01T00:00:00Z", "tags": ["t"]}]


async def test_an_answer_that_has_no_json_is_an_error_result() -> None:
    """The model is told, and gets no `<object at 0x…>`."""

    def strange() -> object:
        return object()

    result = await call(strange, "")

    assert result.failure.startswith("the answer of tool 'it' cannot be told as JSON")
    assert result.content == ""


async def test_an_unknown_tool_is_an_error_result_that_names_the_known() -> None:
    """spec: "Unknown tool → error result"."""
    executor = FunctionExecutor({"find": FunctionTool(find)})

    result = await executor.execute(ToolCall("id-1", "fnd", "{}"), 1.0)

    assert result == ToolResult.error("id-1", "unknown tool 'fnd'; known: find")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("no such thing"), "tool 'it' failed: ValueError: no such thing"),
        (WorkspaceError("it is gone", hint="scan again"), "tool 'it' failed: it is gone (scan again)"),
        (SystemExit(3), "tool 'it' failed: RuntimeError: it tried to end the process with 3"),
        (StopIteration(), "tool 'it' failed: StopIteration: "),
        (asyncio.CancelledError(), "tool 'it' was cancelled from within"),
    ],
)
async def test_whatever_an_async_tool_raises_is_a_result(error: BaseException, told: str) -> None:
    """spec (port): "what goes wrong inside a tool is a result, not an exception"."""

    async def fails() -> None:
        raise error

    failure = (await call(fails, "")).failure

    assert failure == told or (isinstance(error, StopIteration) and "StopIteration" in failure)


async def test_what_a_blocking_tool_raises_is_a_result_too() -> None:
    """Also an attempt to end the process."""

    def fails() -> None:
        raise SystemExit("enough")

    assert (await call(fails, "")).failure == (
        "tool 'it' failed: RuntimeError: it tried to end the process with 'enough'"
    )


async def test_a_blocking_tool_runs_off_the_event_loop() -> None:
    """spec: "Synchronous tools run off the event loop": the loop goes on while the tool waits for it."""
    loop_ran, loop = threading.Event(), asyncio.get_running_loop()

    def block() -> bool:
        loop.call_soon_threadsafe(loop_ran.set)
        return loop_ran.wait(5) and threading.current_thread() is not threading.main_thread()

    assert (await call(block, "")).content == "true"


async def test_a_timeout_ends_the_wait_for_a_blocking_tool() -> None:
    """spec: "a timeout really stops the wait and is an error result"; the thread is left to itself."""
    release = threading.Event()

    def block() -> None:
        release.wait(5)

    started = time.monotonic()
    result = await call(block, "", 0.05)
    waited = time.monotonic() - started
    release.set()

    assert result.failure == "tool 'it' gave no answer within 0.05 s"
    assert waited < 1.0


async def test_a_timeout_ends_the_wait_for_a_tool_that_ignores_its_cancellation() -> None:
    """A stubborn coroutine is abandoned after a moment of grace."""
    release = asyncio.Event()

    async def stubborn() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    started = time.monotonic()
    result = await call(stubborn, "", 0.05)
    waited = time.monotonic() - started
    release.set()

    assert result.failure == "tool 'it' gave no answer within 0.05 s"
    assert waited < 1.0


async def test_many_hung_tools_do_not_keep_the_next_one_from_running() -> None:
    """Each blocking call has a thread of its own: no pool runs dry."""
    release = threading.Event()

    def block() -> None:
        release.wait(10)

    def quick() -> int:
        return 1

    hung = await asyncio.gather(*(call(block, "", 0.05) for _ in range(50)))
    result = await call(quick, "", 5.0)
    release.set()

    assert (len(hung), result.content) == (50, "1")


PROGRAM = """
import asyncio, time
from muster.application.turns.waiting import OutOfTimeError, in_thread, within

async def main():
    try:
        await within(0.05, in_thread(lambda: time.sleep(60)))
    except OutOfTimeError:
        print("late")

asyncio.run(main())
"""


def test_a_hung_tool_does_not_keep_the_process_from_ending() -> None:
    """A thread cannot be stopped; it is left behind when everything else is done."""
    root = Path(__file__).parents[4]

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=root, capture_output=True, text=True, timeout=30, check=False
    )

    assert (done.stdout, done.returncode) == ("late\n", 0)


async def test_a_missing_permission_is_an_error_result_that_names_it() -> None:
    """A tool that is not allowed does not run, and the model learns why."""
    fetch = FunctionTool(find, permissions=frozenset({"network", "disk"}))
    executor = FunctionExecutor({"fetch": fetch}, frozenset({"disk"}))

    result = await executor.execute(ToolCall("id-1", "fetch", '{"text": "x"}'), 1.0)

    assert result.failure == "tool 'fetch' needs the permission 'network', not granted"


async def test_of_joined_executors_the_first_one_answers_for_a_shared_name() -> None:
    """Tools that a turn adds never hide those that it was given."""

    def own() -> str:
        return "own"

    def added() -> str:
        return "added"

    joined = JoinedExecutor(
        FunctionExecutor({"a": FunctionTool(own, name="a")}),
        FunctionExecutor({"a": FunctionTool(added, name="a"), "b": FunctionTool(added, name="b")}),
    )

    answers = [(await joined.execute(ToolCall("1", name, ""), 1.0)).content for name in "ab"]

    assert [spec.name for spec in joined.specs()] == ["a", "b"]
    assert answers == ['"own"', '"added"']
