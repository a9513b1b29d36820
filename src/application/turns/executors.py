"""Tool executors over function tools."""

from __future__ import annotations

from collections.abc import Mapping

from ...domain.errors import MusterError
from ...domain.messaging.message import ToolCall
from ...domain.ports.tool_executor import ToolExecutor
from ...domain.tools.result import ToolResult
from ...domain.tools.spec import ToolSpec
from .function_tool import FunctionTool, as_json
from .waiting import GaveUpError, OutOfTimeError, within


class FunctionExecutor(ToolExecutor):
    """Offers function tools by name and runs those whose permissions are granted."""

    def __init__(self, tools: Mapping[str, FunctionTool], granted: frozenset[str] = frozenset()) -> None:
        self._tools = dict(tools)
        self._granted = granted

    def specs(self) -> tuple[ToolSpec, ...]:
        """The tools in the order in which they were given."""
        return tuple(tool.spec for tool in self._tools.values())

    async def execute(self, call: ToolCall, timeout: float) -> ToolResult:
        """Run `call`; whatever goes wrong is an error result that says what, and which names would do."""
        tool = self._tools.get(call.name)
        if tool is None:
            known = ", ".join(self._tools) or "none"
            return ToolResult.error(call.call_id, f"unknown tool {call.name!r}; known: {known}")
        missing = sorted(tool.spec.permissions - self._granted)
        if missing:
            needed = ", ".join(map(repr, missing))
            return ToolResult.error(
                call.call_id, f"tool {call.name!r} needs the permission {needed}, not granted"
            )
        try:
            arguments = tool.read(call.arguments)
        except ValueError as error:
            return ToolResult.error(call.call_id, f"arguments of tool {call.name!r} do not fit: {error}")
        return await _run(tool, call, arguments, timeout)


class JoinedExecutor(ToolExecutor):
    """Two executors as one; where both offer a name, the first one's tool is meant."""

    def __init__(self, first: ToolExecutor, second: ToolExecutor) -> None:
        self._first = first
        self._second = second
        names = {spec.name for spec in first.specs()}
        self._added = tuple(spec for spec in second.specs() if spec.name not in names)

    def specs(self) -> tuple[ToolSpec, ...]:
        """The first one's tools, then what the second adds."""
        return (*self._first.specs(), *self._added)

    async def admit(self, call: ToolCall) -> ToolResult | None:
        """As the one says where it belongs."""
        return await self._for(call).admit(call)

    async def execute(self, call: ToolCall, timeout: float) -> ToolResult:
        """Run `call` where it belongs."""
        return await self._for(call).execute(call, timeout)

    def _for(self, call: ToolCall) -> ToolExecutor:
        second = any(spec.name == call.name for spec in self._added)
        return self._second if second else self._first


def late(call: ToolCall, timeout: float) -> ToolResult:
    """The result of a call that took too long."""
    return ToolResult.error(call.call_id, f"tool {call.name!r} gave no answer within {timeout:g} s")


def gave_up(call: ToolCall) -> ToolResult:
    """The result of a call that cancelled itself."""
    return ToolResult.error(call.call_id, f"tool {call.name!r} was cancelled from within")


def crashed(call: ToolCall, error: BaseException) -> ToolResult:
    """The result of a call that raised."""
    reason = str(error) if isinstance(error, MusterError) else f"{type(error).__name__}: {error}"
    return ToolResult.error(call.call_id, f"tool {call.name!r} failed: {reason}")


async def _run(
    tool: FunctionTool, call: ToolCall, arguments: Mapping[str, object], timeout: float
) -> ToolResult:
    try:
        value = await within(timeout, _staying(tool, arguments))
    except OutOfTimeError:
        return late(call, timeout)
    except GaveUpError:
        return gave_up(call)
    except Exception as error:  # noqa: BLE001 – a tool's crash is a result
        return crashed(call, error)
    try:
        return ToolResult.success(call.call_id, as_json(value))
    except ValueError as error:
        return ToolResult.error(
            call.call_id, f"the answer of tool {call.name!r} cannot be told as JSON: {error}"
        )


async def _staying(tool: FunctionTool, arguments: Mapping[str, object]) -> object:
    """Run `tool`; its attempt to end the process is an error, before the event loop takes it at its word."""
    try:
        return await tool.run(arguments)
    except SystemExit as error:
        raise RuntimeError(f"it tried to end the process with {error.code!r}") from error
