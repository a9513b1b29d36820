"""All function tools by name, and executors over some of them."""

from __future__ import annotations

from collections.abc import Sequence

from ...domain.errors import UnknownName, UserError
from ...domain.ports.tool_executor import ToolExecutor
from ...domain.tools.spec import ToolSpec
from ..turns.executors import FunctionExecutor
from ..turns.function_tool import FunctionTool


class ToolRegistry:
    """Keeps each tool under one name; a name is given once."""

    def __init__(self) -> None:
        self._tools: dict[str, FunctionTool] = {}

    def register(self, name: str, tool: FunctionTool) -> None:
        """Add `tool`, offered to models as `name`; raises UserError when the name is taken or blank."""
        if not name.strip():
            raise UserError(
                "a tool needs a name", code="tool-name", hint="register it under the name it is called by"
            )
        if name in self._tools:
            raise UserError(
                f"a tool {name!r} is registered already",
                code="duplicate-tool",
                details={"tool": name},
                hint="give the second one another name",
            )
        self._tools[name] = tool.named(name)

    def get(self, name: str) -> FunctionTool:
        """The tool called `name`; raises UnknownName with the nearest names."""
        if name not in self._tools:
            raise UnknownName.of("tool", name, self._tools)
        return self._tools[name]

    def list_tools(self) -> tuple[ToolSpec, ...]:
        """What every tool declares, in the order of registration."""
        return tuple(tool.spec for tool in self._tools.values())

    def executor(self, names: Sequence[str], granted: frozenset[str] = frozenset()) -> ToolExecutor:
        """Offers the tools `names`, in that order; one that needs more than `granted` says so when called.

        Raises UnknownName for a name that no tool has.
        """
        return FunctionExecutor({name: self.get(name) for name in names}, granted)
