"""Stage 4: the tools that a model asked for."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.turns.tools import MAX_CALLS, TOO_MANY, ToolWatch, append_tool_results, execute_tools
from muster.domain.messaging.message import Message, Role, ToolCall
from muster.domain.models.exchange import FinishReason, ModelResponse
from muster.domain.models.usage import Usage
from muster.domain.ports.tool_executor import ToolExecutor
from muster.domain.tools.result import ToolCallRecord, ToolResult
from muster.domain.tools.spec import ToolSpec
from tests.fakes.clock import FakeClock


def asked_for(*names: str) -> ModelResponse:
    """A response that calls each name once, with ids 0, 1, …"""
    calls = tuple(ToolCall(str(number), name, "{}") for number, name in enumerate(names))
    return ModelResponse("let me see", calls, FinishReason.TOOL_CALLS, Usage(), "fake/scripted")


class Ledger(ToolExecutor):
    """Offers `read` and `write`; notes when each call starts and ends, and how many run at once."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self._clock = clock
        self.notes: list[str] = []
        self.running = 0
        self.most = 0

    def specs(self) -> tuple[ToolSpec, ...]:
        return (ToolSpec("read", "", {}), ToolSpec("write", "", {}, writes=True), ToolSpec("fail", "", {}))

    async def execute(self, call: ToolCall, timeout: float) -> ToolResult:
        self.notes.append(f"+{call.call_id}")
        self.running += 1
        self.most = max(self.most, self.running)
        for _ in range(3 + 10 // (int(call.call_id) + 1)):  # earlier calls take longer
            await asyncio.sleep(0)
        if self._clock:
            self._clock.advance(2.0)
        self.running -= 1
        self.notes.append(f"-{call.call_id}")
        if call.name == "fail":
            return ToolResult.error(call.call_id, "it broke")
        return ToolResult.success(call.call_id, json.dumps(call.call_id))


async def test_reading_tools_of_one_response_run_at_once() -> None:
    """spec: "Read-only tools of one response run concurrently"."""
    ledger = Ledger()

    await execute_tools(asked_for(*["read"] * 5), ledger, FakeClock())

    assert ledger.most == 5
    assert ledger.notes[:5] == ["+0", "+1", "+2", "+3", "+4"]


async def test_writing_tools_run_one_after_the_other_in_order() -> None:
    """spec: "writing tools in order"."""
    ledger = Ledger()

    await execute_tools(asked_for(*["write"] * 3), ledger, FakeClock())

    assert ledger.notes == ["+0", "-0", "+1", "-1", "+2", "-2"]


@given(names=st.lists(st.sampled_from(["read", "write", "fail", "unknown"]), max_size=8))
def test_results_keep_the_order_of_the_calls_and_writes_run_alone(names: list[str]) -> None:
    """spec: "results keep the order of the calls", for any mix; a write waits for all before it."""
    ledger = Ledger()

    records = asyncio.run(execute_tools(asked_for(*names), ledger, FakeClock()))

    assert [(record.call.call_id, record.result.call_id) for record in records] == [
        (str(number), str(number)) for number in range(len(names))
    ]
    for number, name in enumerate(names):
        if name == "write":
            before = ledger.notes[: ledger.notes.index(f"+{number}")]
            assert sorted(before) == sorted([f"{sign}{n}" for n in range(number) for sign in "+-"])
            assert ledger.notes[len(before) + 1] == f"-{number}"


async def test_a_record_tells_call_result_and_seconds() -> None:
    """Duration comes from the clock."""
    records = await execute_tools(
        asked_for("write", "fail"), ledger := Ledger(FakeClock()), ledger._clock or FakeClock()
    )

    assert records == (
        ToolCallRecord(ToolCall("0", "write", "{}"), ToolResult.success("0", '"0"'), 2.0),
        ToolCallRecord(ToolCall("1", "fail", "{}"), ToolResult.error("1", "it broke"), 2.0),
    )


async def test_a_watcher_is_told_as_it_happens() -> None:
    """Starts in the order of the calls, ends as they come."""
    told: list[str] = []
    watch = ToolWatch(
        lambda call: told.append(f"+{call.call_id}"), lambda index, record: told.append(f"-{index}")
    )

    await execute_tools(asked_for("read", "read", "write"), Ledger(), FakeClock(), watch=watch)

    assert told == ["+0", "+1", "-1", "-0", "+2", "-2"]


async def test_nothing_starts_after_a_failure_when_told_to_stop() -> None:
    """A write that was meant to follow a successful read does not happen."""
    ledger = Ledger()

    records = await execute_tools(asked_for("fail", "write"), ledger, FakeClock(), stop_at_error=True)

    assert [record.result.failure for record in records] == ["it broke"]
    assert "+1" not in ledger.notes


async def test_of_one_answer_only_so_many_calls_are_run() -> None:
    """Each of the others has a result that says so, for every call must be answered; a watcher hears of all."""
    ledger, told = Ledger(), list[int]()
    watch = ToolWatch(ended=lambda index, _record: told.append(index))

    records = await execute_tools(asked_for(*["write"] * 100), ledger, FakeClock(), watch=watch)

    assert len([note for note in ledger.notes if note[0] == "+"]) == MAX_CALLS
    assert [record.call.call_id for record in records] == [str(number) for number in range(100)]
    assert {record.result.failure for record in records[MAX_CALLS:]} == {TOO_MANY}
    assert told == list(range(100))


class Careless(Ledger):
    """An executor of a host that keeps neither to its limit nor to its promise."""

    def __init__(self, error: BaseException | None) -> None:
        super().__init__()
        self._error = error

    async def execute(self, call: ToolCall, timeout: float) -> ToolResult:
        if self._error:
            raise self._error
        await asyncio.Event().wait()
        raise AssertionError


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (None, "tool 'read' gave no answer within 0.05 s"),
        (RuntimeError("oops"), "tool 'read' failed: RuntimeError: oops"),
        (asyncio.CancelledError(), "tool 'read' was cancelled from within"),
    ],
)
async def test_an_executor_that_breaks_its_promise_does_not_break_the_turn(
    error: BaseException | None, told: str
) -> None:
    """Hosts bring executors of their own."""
    (record,) = await execute_tools(asked_for("read"), Careless(error), FakeClock(), timeout=0.05)

    assert record.result.failure == told


def test_results_follow_the_message_that_asked_for_them() -> None:
    """JSON for the model, also of an error; one message a call."""
    response = asked_for("read", "fail")
    records = (
        ToolCallRecord(response.tool_calls[0], ToolResult.success("0", '{"n": 1}'), 0.0),
        ToolCallRecord(response.tool_calls[1], ToolResult.error("1", 'it "broke"'), 0.0),
    )

    messages = append_tool_results((Message(Role.USER, "q"),), response, records)

    assert messages == (
        Message(Role.USER, "q"),
        Message(Role.ASSISTANT, "let me see", tool_calls=response.tool_calls),
        Message(Role.TOOL, '{"n": 1}', name="read", tool_call_id="0"),
        Message(Role.TOOL, '{"error": "it \\"broke\\""}', name="fail", tool_call_id="1"),
    )
