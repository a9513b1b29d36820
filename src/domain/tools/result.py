"""What calling a tool gave."""

from __future__ import annotations

from dataclasses import dataclass

from ..messaging.message import ToolCall


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A tool's answer as JSON text for the model, or the error that it ended with."""

    call_id: str
    content: str
    failure: str = ""

    @classmethod
    def success(cls, call_id: str, content: str) -> ToolResult:
        """An answer; `content` is JSON text."""
        return cls(call_id, content)

    @classmethod
    def error(cls, call_id: str, reason: str) -> ToolResult:
        """A call that gave nothing but the reason why."""
        return cls(call_id, "", reason)

    @property
    def ok(self) -> bool:
        """Whether the tool answered."""
        return not self.failure


@dataclass(frozen=True, slots=True)
class ToolCallRecord:
    """One tool call as it happened; `duration` in seconds of wall time."""

    call: ToolCall
    result: ToolResult
    duration: float
