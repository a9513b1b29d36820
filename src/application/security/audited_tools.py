"""Tools of which the audit log tells what they were used for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePath

from ...domain.errors import Fenced, KeyUnavailable, StorageError
from ...domain.messaging.message import ToolCall
from ...domain.ports.tool_executor import ToolExecutor
from ...domain.security.audit_event import AuditEventType
from ...domain.security.paths import fault_of
from ...domain.tools.result import ToolResult
from ...domain.tools.spec import ToolCategory, ToolSpec
from .audit_trail import AuditTrail

PATHS = frozenset({"path", "paths", "file", "files", "folder", "directory", "source", "destination"})
PROGRAMS = frozenset({"command", "cmd", "argv", "program"})
OTHERS = frozenset({"url", "to", "recipient", "host", "target"})
ACTS = {"write": "write", "system": "execute", "send": "send"}
"""Categories of tools that change something, or let something out, and what that is called."""
LONGEST = 200
"""Characters of a target that the log keeps."""


class AuditedExecutor(ToolExecutor):
    """Tells of a call that writes, executes or sends before it is made, and how it ended; of others what was refused.

    Names, targets and outcomes are told, contents never. What cannot be recorded is not done.
    """

    def __init__(
        self, inner: ToolExecutor, trail: AuditTrail, run: str, agent: str, granted: frozenset[str]
    ) -> None:
        self._inner = inner
        self._trail = trail
        self._run = run
        self._agent = agent
        self._granted = granted
        self._specs = {spec.name: spec for spec in inner.specs()}

    def specs(self) -> tuple[ToolSpec, ...]:
        """Those of the executor inside."""
        return self._inner.specs()

    async def admit(self, call: ToolCall) -> ToolResult | None:
        """As the executor inside says."""
        return await self._inner.admit(call)

    async def execute(self, call: ToolCall, timeout: float) -> ToolResult:
        """Run `call`, with what concerns security told."""
        spec = self._specs.get(call.name)
        if spec is None:
            return await self._inner.execute(call, timeout)
        missing = sorted(spec.permissions - self._granted)
        if missing:
            self._note(AuditEventType.PERMISSION_DENIED, call, needs=", ".join(missing))
            return await self._inner.execute(call, timeout)
        kind = _kind(spec)
        if kind:
            result = await self._acting(kind, call, timeout)
        else:
            result = await self._inner.execute(call, timeout)
        if not result.ok:
            self._tell_refused_path(call)
        return result

    async def _acting(self, kind: str, call: ToolCall, timeout: float) -> ToolResult:
        target = ", ".join(_targets(call))[:LONGEST]
        try:
            await self._trail.record(
                AuditEventType.TOOL_USE, call.name, actor=self._agent, run=self._run,
                kind=kind, target=target, outcome="begun",
            )  # fmt: skip
        except Fenced:
            raise
        except (StorageError, KeyUnavailable) as error:
            return ToolResult.error(call.call_id, f"not run, for it could not be recorded first: {error}")
        outcome = "cancelled"
        try:
            result = await self._inner.execute(call, timeout)
            outcome = "ok" if result.ok else "failed"
        finally:
            self._note(AuditEventType.TOOL_USE, call, kind=kind, target=target, outcome=outcome)
        return result

    def _tell_refused_path(self, call: ToolCall) -> None:
        for name, value in _arguments(call).items():
            if name in PATHS and isinstance(value, str):
                fault = fault_of(value)
                if fault:
                    self._note(AuditEventType.SECURITY_VIOLATION, call, what=f"a path {fault}", argument=name)

    def _note(self, what: AuditEventType, call: ToolCall, /, **details: str) -> None:
        self._trail.note(what, call.name, actor=self._agent, run=self._run, **details)


def _kind(spec: ToolSpec) -> str:
    """What a call does to the world; "" when it only looks."""
    if spec.category.value in ACTS:
        return ACTS[spec.category.value]
    return ACTS[ToolCategory.WRITE] if spec.writes else ""


def _targets(call: ToolCall) -> Iterator[str]:
    """Where the call goes: paths as they stand, of a command its program."""
    for name, value in _arguments(call).items():
        if name in PROGRAMS:
            words = value if isinstance(value, list) else str(value).split()
            if words:
                yield PurePath(str(words[0])).name
        elif name in PATHS | OTHERS:
            yield from (str(one) for one in (value if isinstance(value, list) else [value]))


def _arguments(call: ToolCall) -> dict[str, object]:
    try:
        found = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
