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

    async def execute(self, call: ToolCall, timeout: float) -> ToolResult:
        """Run `call` within `timeout` seconds; unknown tool, bad arguments, timeout and crash are error results."""
        ...
