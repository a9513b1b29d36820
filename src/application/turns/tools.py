"""Stage 4: run the tools that a model asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...domain.messaging.message import Message, Role, ToolCall
from ...domain.models.exchange import ModelResponse
from ...domain.ports.clock import Clock
from ...domain.ports.tool_executor import ToolExecutor
from ...domain.tools.result import ToolCallRecord, ToolResult
from .executors import crashed, gave_up, late
from .waiting import GRACE_SECONDS, GaveUpError, OutOfTimeError, within

MAX_CALLS = 32
"""Calls of one answer that are run: no honest one makes more, and a thousand would hold up everything else."""
TOO_MANY = f"not run: of one answer only the first {MAX_CALLS} calls are; ask again for what is still needed"


@dataclass(frozen=True, slots=True)
class ToolWatch:
    """Told when a call starts and, with its place in the response, when it has ended."""

    started: Callable[[ToolCall], None] = lambda _call: None
    ended: Callable[[int, ToolCallRecord], None] = lambda _index, _record: None


SILENT = ToolWatch()


async def execute_tools(
    response: ModelResponse,
    executor: ToolExecutor,
    clock: Clock,
    timeout: float = 30.0,
    watch: ToolWatch = SILENT,
    *,
    stop_at_error: bool = False,
) -> tuple[ToolCallRecord, ...]:
    """One record a call, in the order of the calls; `timeout` in seconds a call.

    With `stop_at_error` nothing starts after a failure: what has not run then has no record.

    Reading tools that stand next to each other run at once. A tool that acts runs alone, after all that stand
    before it: a read that the model asked for after a write sees what was written. Of an answer with more than
    32 calls the rest are not run; each gets an error result that says so.
    """
    writing = {spec.name for spec in executor.specs() if spec.acts}
    desk = _Desk(executor, clock, timeout, watch)
    records: list[ToolCallRecord] = []
    for group in _groups(response.tool_calls[:MAX_CALLS], writing):
        records += await _together(desk, group)
        if stop_at_error and any(not record.result.ok for record in records):
            return tuple(records)
    refused = enumerate(response.tool_calls[MAX_CALLS:], MAX_CALLS)
    return (*records, *(desk.refuse(numbered) for numbered in refused))


def append_tool_results(
    messages: Sequence[Message], response: ModelResponse, records: Sequence[ToolCallRecord]
) -> tuple[Message, ...]:
    """`messages`, then what the model said and asked for, then one message with the JSON of each result."""
    asked = Message(
        Role.ASSISTANT, response.text, tool_calls=response.tool_calls, reasoning=response.reasoning
    )
    return (*messages, asked, *(_message(record) for record in records))


def _message(record: ToolCallRecord) -> Message:
    result = record.result
    content = result.content if result.ok else json.dumps({"error": result.failure}, ensure_ascii=False)
    return Message(Role.TOOL, content, name=record.call.name, tool_call_id=record.call.call_id)


Numbered = tuple[int, ToolCall]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What all calls of one response share."""

    executor: ToolExecutor
    clock: Clock
    timeout: float
    watch: ToolWatch

    async def run(self, numbered: Numbered) -> ToolCallRecord:
        index, call = numbered
        self.watch.started(call)
        started = self.clock.monotonic()
        result = await self._result(call)
        record = ToolCallRecord(call, result, self.clock.monotonic() - started)
        self.watch.ended(index, record)
        return record

    def refuse(self, numbered: Numbered) -> ToolCallRecord:
        """The record of a call that is one too many."""
        index, call = numbered
        self.watch.started(call)
        record = ToolCallRecord(call, ToolResult.error(call.call_id, TOO_MANY), 0.0)
        self.watch.ended(index, record)
        return record

    async def _result(self, call: ToolCall) -> ToolResult:
        """Executors keep the limit and turn crashes into results; one that does not is held to it here."""
        try:
            denied = await self.executor.admit(call)
            if denied is not None:
                return denied
            return await within(self.timeout + 2 * GRACE_SECONDS, self.executor.execute(call, self.timeout))
        except OutOfTimeError:
            return late(call, self.timeout)
        except GaveUpError:
            return gave_up(call)
        except Exception as error:  # noqa: BLE001 – a tool's crash is a result
            return crashed(call, error)


def _groups(calls: Sequence[ToolCall], writing: set[str]) -> list[list[Numbered]]:
    """Neighbouring reads together, each write by itself, in order."""
    groups: list[list[Numbered]] = []
    reading = False
    for index, call in enumerate(calls):
        if reading and call.name not in writing:
            groups[-1].append((index, call))
        else:
            groups.append([(index, call)])
        reading = call.name not in writing
    return groups


async def _together(desk: _Desk, group: Sequence[Numbered]) -> list[ToolCallRecord]:
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(desk.run(numbered)) for numbered in group]
    return [task.result() for task in running]
