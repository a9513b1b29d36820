"""Two requests share a key exactly when a model could not tell them apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.models.cache_key import cache_key
from muster.domain.messaging.message import Message, Role, ToolCall
from muster.domain.models.exchange import CallContext, ModelRequest, Reasoning
from muster.domain.tools.spec import ToolCategory, ToolSpec

TOOL = ToolSpec("look", "Looks.", {"type": "object", "properties": {"a": {}, "b": {}}})
ASKED = Message(Role.USER, "hello")
CALLED = Message(Role.ASSISTANT, "", tool_calls=(ToolCall("c1", "look", "{}"),), reasoning='{"x":1}')
BASE = ModelRequest((ASKED, CALLED), (TOOL,), response_schema={"type": "object"})
DIFFERENT = {
    "message": replace(BASE, messages=(replace(ASKED, content="hello "), CALLED)),
    "role": replace(BASE, messages=(replace(ASKED, role=Role.SYSTEM), CALLED)),
    "name": replace(BASE, messages=(replace(ASKED, name="ann"), CALLED)),
    "order": replace(BASE, messages=(CALLED, ASKED)),
    "arguments": replace(BASE, messages=(ASKED, replace(CALLED, tool_calls=(ToolCall("c1", "look", "[]"),)))),
    "call id": replace(BASE, messages=(replace(ASKED, tool_call_id="c1"), CALLED)),
    "thinking": replace(BASE, messages=(ASKED, replace(CALLED, reasoning=""))),
    "tool": replace(BASE, tools=(replace(TOOL, description="Looks twice."),)),
    "parameters": replace(BASE, tools=(replace(TOOL, parameters={"type": "object"}),)),
    "no tool": replace(BASE, tools=()),
    "temperature": replace(BASE, temperature=0.71),
    "length": replace(BASE, max_output_tokens=4097),
    "schema": replace(BASE, response_schema={"type": "array"}),
    "no schema": replace(BASE, response_schema=None),
    "schema name": replace(BASE, schema_name="other"),
    "reasoning": replace(BASE, reasoning=Reasoning.HIGH),
}
SAME = {
    "caller": replace(BASE, context=CallContext("run-2", "scout", ("day",), batch=True)),
    "freshness": replace(BASE, context=CallContext(fresh=True)),
    "streaming": replace(BASE, stream=False),
    "metadata": replace(BASE, messages=(replace(ASKED, metadata={"round": "3"}), CALLED)),
    "what a tool may do": replace(BASE, tools=(replace(TOOL, category=ToolCategory.WRITE, writes=True),)),
    "order of names": replace(
        BASE, tools=(replace(TOOL, parameters={"properties": {"b": {}, "a": {}}, "type": "object"}),)
    ),
    "kind of mapping": replace(BASE, response_schema=MappingProxyType({"type": "object"})),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_what_affects_the_answer_changes_the_key(what: str) -> None:
    """One by one."""
    assert cache_key("a/b", DIFFERENT[what]) != cache_key("a/b", BASE)


@pytest.mark.parametrize("what", SAME)
def test_what_is_never_sent_does_not(what: str) -> None:
    """Nor does the way in which a schema was written down."""
    assert cache_key("a/b", SAME[what]) == cache_key("a/b", BASE)


def test_another_model_has_another_key() -> None:
    """Also of the same provider."""
    assert cache_key("a/b", BASE) != cache_key("a/c", BASE)


def test_another_salt_has_another_key() -> None:
    """None is one, too."""
    assert len({cache_key("a/b", BASE, salt) for salt in ("", "one", "other")}) == 3


def test_the_key_stays_the_same_over_releases() -> None:
    """Or answers that were paid for are lost: raise the version when this must change."""
    request = ModelRequest((Message(Role.USER, "ü\ud800"),))
    assert cache_key("a/b", request) == "6b4462bc4a50f1bd6609934ec428718ad67d7b292db9a437ccc23e87c0c0d702"


TEXTS = st.text(max_size=8)
REQUESTS = st.builds(
    ModelRequest,
    st.lists(st.builds(Message, st.sampled_from(Role), TEXTS, TEXTS), max_size=3).map(tuple),
    temperature=st.sampled_from([0.0, 0.5, 1.0]),
    max_output_tokens=st.integers(1, 3),
)


@given(REQUESTS, REQUESTS)
def test_no_two_different_requests_share_a_key(one: ModelRequest, other: ModelRequest) -> None:
    """Neither by the way texts are joined nor by accident."""
    assert (cache_key("a/b", one) == cache_key("a/b", other)) == (one == other)


def test_a_schema_that_is_no_json_is_refused() -> None:
    """It could not be sent either."""
    schema: Mapping[str, object] = {"type": object()}
    with pytest.raises(TypeError, match="not JSON"):
        cache_key("a/b", replace(BASE, response_schema=schema))
    assert json.dumps({"type": "object"})
