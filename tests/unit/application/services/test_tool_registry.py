"""All tools by name."""

from __future__ import annotations

import pytest

from muster.application.services.tool_registry import ToolRegistry
from muster.application.turns.function_tool import FunctionTool
from muster.domain.errors import UnknownName, UserError
from muster.domain.messaging.message import ToolCall


def greet(name: str = "you") -> str:
    """Say hello."""
    return f"hello {name}"


def registry() -> ToolRegistry:
    """Two tools; `shout` needs a permission."""
    made = ToolRegistry()
    made.register("greet", FunctionTool(greet))
    made.register("shout", FunctionTool(greet, permissions=frozenset({"noise"})))
    return made


def test_tools_are_found_and_listed_under_the_names_they_were_registered_by() -> None:
    """`register(name, tool)`, `get`, `list_tools`: the name is the registry's, not the function's."""
    tools = registry()

    assert tools.get("shout").spec.name == "shout"
    assert [spec.name for spec in tools.list_tools()] == ["greet", "shout"]


def test_a_duplicate_is_refused_and_the_first_stays() -> None:
    """spec: "duplicates refused"."""
    tools = registry()
    first = tools.get("greet")

    with pytest.raises(UserError, match="a tool 'greet' is registered already") as caught:
        tools.register("greet", FunctionTool(greet))

    assert caught.value.code == "duplicate-tool"
    assert tools.get("greet") is first


def test_a_blank_name_is_refused() -> None:
    """No model could call it."""
    with pytest.raises(UserError, match="a tool needs a name"):
        ToolRegistry().register(" ", FunctionTool(greet))


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    """`get` and `executor` alike."""
    with pytest.raises(UnknownName, match=r"unknown tool 'gret' \(did you mean greet\?\)"):
        registry().get("gret")
    with pytest.raises(UnknownName):
        registry().executor(("greet", "gret"))


async def test_an_executor_offers_only_what_was_named_and_in_that_order() -> None:
    """An agent has its own tools and no others."""
    tools = registry()

    both = tools.executor(("shout", "greet"))
    one = await tools.executor(("greet",)).execute(ToolCall("1", "shout", ""), 1.0)

    assert [spec.name for spec in both.specs()] == ["shout", "greet"]
    assert one.failure == "unknown tool 'shout'; known: greet"


async def test_a_tool_runs_only_with_its_permission_granted() -> None:
    """Without it the answer says which one is needed."""
    tools, shout = registry(), ToolCall("1", "shout", '{"name": "all"}')

    refused = await tools.executor(("shout",)).execute(shout, 1.0)
    allowed = await tools.executor(("shout",), frozenset({"noise"})).execute(shout, 1.0)

    assert refused.failure == "tool 'shout' needs the permission 'noise', not granted"
    assert allowed.content == '"hello all"'
