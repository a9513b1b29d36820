"""Tools whose calls are recorded, announced and asked about as they need it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ...domain.errors import Fenced, StorageError
from ...domain.messaging.message import ToolCall
from ...domain.ports.tool_executor import ToolExecutor
from ...domain.tools.result import ToolResult
from ...domain.tools.spec import ToolCategory, ToolSpec
from .asking import Asking
from .codec import Codec
from .flow import Flow, Repeat, StepSkipped
from .rounds import Rounds

RESULT: Codec[ToolResult] = Codec(ToolResult)
LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Staging:
    """What some tools change in memory alone, until all of it is made at once.

    `content` is what is staged now, as plain JSON, and `event` the key under which it is recorded. `turn` lets one
    tool at a time do its work.
    """

    tools: frozenset[str]
    event: str
    content: Callable[[], object]
    turn: asyncio.Lock


class DurableExecutor(ToolExecutor):
    """Gives recorded results again; a call that writes or executes is announced first and never repeated unasked.

    What a person has denied, and what could not be announced, is an error result for the model: it was not run.
    """

    def __init__(
        self, inner: ToolExecutor, flow: Flow, rounds: Rounds, asking: Asking, staging: Staging | None = None
    ) -> None:
        """`staging` is what tools of its names stage in memory: it is recorded with each of their results."""
        self._inner = inner
        self._staging = staging
        self._flow = flow
        self._rounds = rounds
        self._asking = asking

    def specs(self) -> tuple[ToolSpec, ...]:
        """Those of the executor inside."""
        return self._inner.specs()

    async def execute(self, call: ToolCall, timeout: float) -> ToolResult:
        """Run `call`, unless its result is known."""
        key = f"tool/{self._rounds.current}/{_short(call.call_id)}"
        spec = next((spec for spec in self._inner.specs() if spec.name == call.name), None)
        try:
            denied = await self._denied(call, spec, key)
            if denied is not None:
                return await self._flow.step(key, denied, RESULT)
            if self._staging is not None and call.name in self._staging.tools:
                return await self._staged(self._staging, call, timeout, key)
            return await self._flow.step(
                key, lambda: self._inner.execute(call, timeout), RESULT, _repeat(spec)
            )
        except StepSkipped as skipped:
            return ToolResult.error(call.call_id, f"not run again: {skipped.message}")
        except Fenced:
            raise
        except StorageError as error:
            return ToolResult.error(call.call_id, f"not run, for it could not be recorded first: {error}")

    async def _staged(self, staging: Staging, call: ToolCall, timeout: float, key: str) -> ToolResult:
        """Stage, and record what is staged now with the result: a crash finds both, or neither."""
        name = self._flow.name(key)
        kept = self._flow.book.result(name)
        if kept is not None:
            return RESULT.load(kept)
        async with staging.turn:
            with self._flow.working():
                result = await self._inner.execute(call, timeout)
                await self._flow.book.keep_with(staging.event, staging.content(), name, result, RESULT)
        return result

    async def _denied(
        self, call: ToolCall, spec: ToolSpec | None, key: str
    ) -> Callable[[], Awaitable[ToolResult]] | None:
        """What stands in for the call when a person does not want it; None when it may be made, or was made."""
        name = self._flow.name(key)
        if self._flow.book.result(name) is not None or self._flow.book.in_doubt(name):
            return None
        answer = await self._asking.tool(spec, key, call.arguments)
        if answer.yes:
            return None
        reason = f": {answer.reason}" if answer.reason else ""

        async def refusal() -> ToolResult:
            return ToolResult.error(call.call_id, f"a person did not allow this call{reason}")

        return refusal


def _repeat(spec: ToolSpec | None) -> Repeat:
    acts = spec is not None and (spec.writes or spec.category is ToolCategory.SYSTEM)
    return Repeat.NEVER if acts and spec is not None and not spec.repeatable else Repeat.FREELY


def _short(call_id: str) -> str:
    """A provider's id as part of a key; one that is long or odd is told by its digest."""
    if len(call_id) <= LONGEST_ID and call_id.isascii() and call_id.isprintable():
        return call_id
    return hashlib.sha256(call_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
