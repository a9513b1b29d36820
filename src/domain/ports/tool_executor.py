"""Port: runs a tool call."""

from __future__ import annotations

from typing import Protocol

from ..messaging.message import ToolCall
from ..tools.result import ToolResult
from ..tools.spec import ToolSpec


class ToolExecutor(Protocol):
    """Runs tools by name; what goes wrong inside a tool is a result, not an exception."""

    def specs(self) -> tuple[ToolSpec, ...]:
        """The tools that may be called, in the order in which they are offered."""
        ...

    async def admit(self, call: ToolCall) -> ToolResult | None:
        """What stands in for `call` when it may not be run, None when it may; however long that takes to find out.

        It is asked before the time of the call begins to run.
        """
        return None

    async def execute(self, call: ToolCall, timeout: float) -> ToolResult:
        """Run `call` within `timeout` seconds; unknown tool, bad arguments, timeout and crash are error results."""
        ...
