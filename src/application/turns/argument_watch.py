"""What one agent has read, so that the arguments of its calls can be traced to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ...domain.messaging.message import ToolCall
from ...domain.security.provenance import Concern, concern
from ...domain.security.provenance_text import Named, Passage
from ...domain.security.provenance_trace import Reading, trace
from ...domain.tools.result import ToolResult
from ...domain.tools.spec import ToolSpec

MOST_PASSAGES = 2000
"""Texts that are remembered; what is older names nothing either, only its source is forgotten."""
DEEPEST = 100


class ArgumentWatch:
    """Remembers what an agent read, and says which calls need a yes of a person because of whence their values are.

    Only the task, and what those who run this house have set, can name a target. What tools answer, what files,
    memory and other agents say is data: it is remembered to say whence a value is, and grants nothing.
    """

    def __init__(self, named: Named) -> None:
        self._named = named
        self._passages: list[Passage] = []

    def read(self, source: str, text: str) -> None:
        """Remember data that the agent sees; `source` is what a person is told: "the file notes.md"."""
        if text.strip():
            self._passages.append(Passage.of(source, text))
            del self._passages[:-MOST_PASSAGES]

    def heard(self, call: ToolCall, result: ToolResult) -> None:
        """Remember what a tool has answered; also an error may hold a stranger's words."""
        text = result.failure or said_in(result.content)
        self.read(f"the answer of {call.name}", text)

    def concern(self, spec: ToolSpec, call: ToolCall) -> Concern | None:
        """Why the call needs a yes; None when it needs none."""
        if not spec.acts:
            return None
        reading = Reading(self._named, self._passages)
        return concern(spec.name, spec.kind, trace(call.arguments, spec, reading))


def said_in(content: str) -> str:
    """The texts in an answer's JSON without its escapes, a line each; an answer that is no JSON as it is."""
    try:
        value = json.loads(content)
        return "\n".join(_texts(value))
    except (ValueError, RecursionError):
        return content


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, dict) and depth < DEEPEST:
        for name, inner in value.items():
            yield name
            yield from _texts(inner, depth + 1)
    elif isinstance(value, list) and depth < DEEPEST:
        for inner in value:
            yield from _texts(inner, depth + 1)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def watch_over(task: str, granted: Sequence[str] = (), operator: Sequence[str] = ()) -> ArgumentWatch:
    """A watch for one task; `granted` are folders whose staged edits were allowed whole, `operator` what was set."""
    return ArgumentWatch(Named((task, *operator), tuple(granted)))
