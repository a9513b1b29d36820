"""Tools whose calls are recorded, announced and asked about as they need it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from ...domain.errors import Fenced, StorageError
from ...domain.journal.record import RecordKind
from ...domain.messaging.message import ToolCall
from ...domain.ports.tool_executor import ToolExecutor
from ...domain.tools.result import ToolResult
from ...domain.tools.spec import ToolSpec
from ..turns.argument_watch import ArgumentWatch
from .asking import Asking
from .codec import Codec
from .flow import Flow, Repeat, StepSkipped
from .rounds import Rounds

RESULT: Codec[ToolResult] = Codec(ToolResult)
LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Staging:
    """What some tools change in memory alone, until all of it is made at once.

    `fresh` is what is staged and not recorded yet: the key of an event, and plain JSON. It is told once; None is
    nothing. `turn` lets one tool at a time do its work.
    """

    tools: frozenset[str]
    fresh: Callable[[], tuple[str, object] | None]
    turn: asyncio.Lock


class DurableExecutor(ToolExecutor):
    """Gives recorded results again; a call that writes or executes is announced first and never repeated unasked.

    What a person has denied, and what could not be announced, is an error result for the model: it was not run.
    """

    def __init__(
        self,
        inner: ToolExecutor,
        flow: Flow,
        rounds: Rounds,
        asking: Asking,
        staging: Staging | None = None,
        watch: ArgumentWatch | None = None,
    ) -> None:
        """`staging` is what tools of its names stage in memory: it is recorded with their results.

        `watch` says which calls are asked about because their values come from what was merely read.
        """
        self._inner = inner
        self._watch = watch
        self._staging = staging
        self._admitted: set[str] = set()
        self._flow = flow
        self._rounds = rounds
        self._asking = asking

    def specs(self) -> tuple[ToolSpec, ...]:
        """Those of the executor inside."""
        return self._inner.specs()

    async def admit(self, call: ToolCall) -> ToolResult | None:
        """The recorded refusal of a person who does not want the call; None when it may be made, or was made."""
        key, spec = self._key(call), self._spec(call)
        name = self._flow.name(key)
        if self._flow.book.result(name) is not None:
            return None
        if self._flow.book.in_doubt(name):
            return await self._settled(call, key, spec)
        answer = await self._asking.tool(spec, key, call.arguments, self._worry(spec, call))
        if answer.yes:
            self._admitted.add(name)
            return None
        reason = f": {answer.reason}" if answer.reason else ""

        async def refusal() -> ToolResult:
            return ToolResult.error(call.call_id, f"a person did not allow this call{reason}")

        return await self._flow.step(key, refusal, RESULT)

    async def execute(self, call: ToolCall, timeout: float) -> ToolResult:
        """Run `call`, unless its result is known; what was not admitted is asked about first."""
        result = await self._executed(call, timeout)
        if self._watch is not None:
            self._watch.heard(call, result)
        return result

    async def _executed(self, call: ToolCall, timeout: float) -> ToolResult:
        key, spec = self._key(call), self._spec(call)
        if self._flow.name(key) not in self._admitted:
            denied = await self.admit(call)
            if denied is not None:
                return denied
        try:
            if self._staging is not None and call.name in self._staging.tools:
                return await self._staged(self._staging, call, timeout, key)
            return await self._flow.step(
                key, lambda: self._inner.execute(call, timeout), RESULT, _repeat(spec)
            )
        except Fenced:
            raise
        except StorageError as error:
            return ToolResult.error(call.call_id, f"not run, for it could not be recorded first: {error}")

    async def _settled(self, call: ToolCall, key: str, spec: ToolSpec | None) -> ToolResult | None:
        """What stands in for a call in doubt that is to be left; None when it may be made again."""
        try:
            await self._flow.settle(key, _repeat(spec))
        except StepSkipped as skipped:
            return ToolResult.error(call.call_id, f"not run again: {skipped.message}")
        self._admitted.add(self._flow.name(key))
        return None

    def _worry(self, spec: ToolSpec | None, call: ToolCall) -> str:
        """Why the call must be asked about, whatever people want to be asked about; "" when it need not."""
        worry = self._watch.concern(spec, call) if self._watch is not None and spec is not None else None
        return worry.words if worry else ""

    def _key(self, call: ToolCall) -> str:
        return f"tool/{self._rounds.current}/{_short(call.call_id)}"

    def _spec(self, call: ToolCall) -> ToolSpec | None:
        return next((spec for spec in self._inner.specs() if spec.name == call.name), None)

    async def _staged(self, staging: Staging, call: ToolCall, timeout: float, key: str) -> ToolResult:
        """Stage, and record what that changed with the result: a crash finds both, or neither."""
        name = self._flow.name(key)
        kept = self._flow.book.result(name)
        if kept is not None:
            return RESULT.load(kept)
        async with staging.turn:
            with self._flow.working():
                result = await self._inner.execute(call, timeout)
                fresh = staging.fresh()
                if fresh is None:
                    await self._flow.book.keep(RecordKind.RESULT, name, result, RESULT)
                else:
                    await self._flow.book.keep_with(*fresh, name, result, RESULT)
        return result


def _repeat(spec: ToolSpec | None) -> Repeat:
    return Repeat.NEVER if spec is not None and spec.acts and not spec.repeatable else Repeat.FREELY


def _short(call_id: str) -> str:
    """A provider's id as part of a key; one that is long or odd is told by its digest."""
    if len(call_id) <= LONGEST_ID and call_id.isascii() and call_id.isprintable():
        return call_id
    return hashlib.sha256(call_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]
