"""A turn engine in which everything but the engine is a fake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from muster.application.turns.analyze import Advisor
from muster.application.turns.executors import FunctionExecutor
from muster.application.turns.function_tool import FunctionTool
from muster.application.turns.runner import TurnRunner
from muster.domain.ports.tool_executor import ToolExecutor
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.clock import FakeClock
from tests.fakes.listed_bus import ListedBus
from tests.fakes.scripted_model import ScriptedModel


class Engine:
    """A runner with its model, bus and clock at hand."""

    def __init__(
        self,
        model: ScriptedModel,
        *functions: Callable[..., Any],
        executor: ToolExecutor | None = None,
        advisor: Advisor | None = None,
        clock: FakeClock | None = None,
    ) -> None:
        self.model = model
        self.bus = ListedBus()
        self.clock = clock or FakeClock()
        tools = executor or FunctionExecutor({f.__name__: FunctionTool(f) for f in functions})
        self.runner = TurnRunner(model, tools, CharacterCounter(), self.clock, self.bus, advisor)
