"""Laws of Anthropic's requests, over conversations that nobody would think of."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from muster.domain.messaging.message import Message, Role, ToolCall
from muster.domain.models.exchange import ModelRequest, Reasoning
from muster.domain.tools.spec import ToolSpec
from muster.infrastructure.llm.anthropic_reasoning import kept, kept_blocks, prefix_of
from muster.infrastructure.llm.anthropic_request import body_of
from tests.fakes.anthropic_schema import check_messages_request
from tests.fakes.provider_models import CLAUDE

LOOK = ToolSpec("look", "looks", {"type": "object", "properties": {}})
TEXTS = st.text(max_size=12)
CALLS = st.builds(
    ToolCall, st.text(max_size=5), st.just("look"), st.sampled_from(["{}", '{"a": 1}', "[", "7", ""])
)
MESSAGES = st.builds(
    Message,
    st.sampled_from(Role),
    TEXTS,
    name=st.just("look"),
    tool_call_id=st.text(max_size=5),
    tool_calls=st.lists(CALLS, max_size=2).map(tuple),
)
REQUESTS = st.builds(
    ModelRequest,
    st.lists(MESSAGES, max_size=8).map(tuple),
    st.sampled_from([(), (LOOK,)]),
    max_output_tokens=st.integers(1, 200_000),
    reasoning=st.sampled_from(Reasoning),
)
THOUGHTS = st.sampled_from(
    [
        {"type": "thinking", "thinking": "hm", "signature": "s1"},
        {"type": "redacted_thinking", "data": "sealed"},
    ]
)
SAID = (
    st.text("abc ", min_size=1, max_size=6).filter(str.strip).map(lambda text: {"type": "text", "text": text})
)
ASKED = st.integers(0, 9).map(lambda n: {"type": "tool_use", "id": f"c{n}", "name": "look", "input": {}})
Json = dict[str, Any]


@given(REQUESTS)
def test_any_conversation_is_a_valid_request(request: ModelRequest) -> None:
    """By the SDK's types to the last block; roles alternate, and nothing empty is sent."""
    body = body_of(CLAUDE, request)
    check_messages_request(body)

    roles = [turn["role"] for turn in body["messages"]]
    assert all(one != other for one, other in pairwise(roles))
    assert all(turn["content"] for turn in body["messages"])
    texts = [
        block["text"] for turn in body["messages"] for block in turn["content"] if block["type"] == "text"
    ]
    assert all(text.strip() for text in texts)
    assert body["max_tokens"] <= CLAUDE.max_output


@given(REQUESTS)
def test_a_request_is_made_the_same_way_every_time(request: ModelRequest) -> None:
    """Whatever differs misses the cache."""
    assert json.dumps(body_of(CLAUDE, request)) == json.dumps(body_of(CLAUDE, request))


@given(REQUESTS, TEXTS.filter(str.strip))
def test_a_conversation_that_goes_on_begins_with_what_was_sent(request: ModelRequest, more: str) -> None:
    """An answer and a question later the fingerprint of what stood before the answer is the same."""
    longer = (*request.messages, Message(Role.ASSISTANT, "well"), Message(Role.USER, more))
    first = body_of(CLAUDE, request)
    second = body_of(CLAUDE, ModelRequest(longer, request.tools))
    if first["messages"] and first["messages"][-1]["role"] == "user":
        before = second["messages"][: len(first["messages"])]
        assert prefix_of({**second, "messages": before}) == prefix_of(first)


@given(st.lists(st.one_of(THOUGHTS, SAID, ASKED), max_size=7))
def test_what_was_kept_comes_back_in_its_order(blocks: list[Json]) -> None:
    """From the text and the calls, as a message holds them, and the thinking that was kept beside it."""
    text = "".join(block["text"] for block in blocks if block["type"] == "text")
    calls = [block for block in blocks if block["type"] == "tool_use"]
    plain = ([{"type": "text", "text": text}] if text else []) + calls
    data = kept("m", "p", blocks)

    assert kept_blocks(data, "m", "p", list(plain)) == blocks
    assert kept_blocks(data, "other", "p", list(plain)) == []
    assert kept_blocks(data, "m", "other", list(plain)) == []
