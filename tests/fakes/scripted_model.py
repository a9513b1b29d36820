"""A language model that plays a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal

from muster.domain.models.exchange import (
    AttemptEnded,
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCallDone,
    UsageReported,
)
from muster.domain.models.info import ModelInfo, ModelPrices
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.domain.ports.language_model import LanguageModel

Step = ModelEvent | BaseException | asyncio.Event
"""What a script is made of: an event to give, an error to raise, or something to wait for."""


def model_info(
    window: int = 128_000, prices: ModelPrices | None = None, *, unpriced: bool = False
) -> ModelInfo:
    """A made-up model; a dollar per million tokens read, two per million written, unless told otherwise."""
    priced = prices or ModelPrices(Decimal(1), Decimal(2), Decimal(0), Decimal(0))
    return ModelInfo("scripted", "fake", ModelTier.CAPABLE, window, 8192, None if unpriced else priced)


def saying(text: str, usage: Usage | None = None) -> list[Step]:
    """The script of one call that answers with `text`."""
    counted = usage or Usage(input=10, output=5)
    return [TextDelta(text), UsageReported(counted), Finished(FinishReason.STOP, "fake/scripted")]


def calling(*calls: tuple[str, str], usage: Usage | None = None) -> list[Step]:
    """The script of one call that asks for tools: (name, JSON arguments) each; ids are left to the reader."""
    asked: list[Step] = [
        ToolCallDone(index, name, arguments) for index, (name, arguments) in enumerate(calls)
    ]
    counted = usage or Usage(input=10, output=5)
    return [*asked, UsageReported(counted), Finished(FinishReason.TOOL_CALLS, "fake/scripted")]


class ScriptedModel(LanguageModel):
    """Plays one list of steps a call, the last one again and again, and keeps every request."""

    def __init__(self, *scripts: Sequence[Step], info: ModelInfo | None = None) -> None:
        self._scripts = scripts
        self._info = info or model_info()
        self.requests: list[ModelRequest] = []

    @property
    def info(self) -> ModelInfo:
        """What it was made with."""
        return self._info

    @property
    def tells_attempts(self) -> bool:
        """Whether its scripts hold what a meter would say: it then needs none."""
        return any(isinstance(step, AttemptEnded) for script in self._scripts for step in script)

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Play the script of this call."""
        self.requests.append(request)
        script = self._scripts[min(len(self.requests), len(self._scripts)) - 1]
        for step in script:
            if isinstance(step, BaseException):
                raise step
            if isinstance(step, asyncio.Event):
                await step.wait()
            else:
                yield step
