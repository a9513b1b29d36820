"""The check of request bodies finds what pydantic would let pass."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.openai_calls import PARAMS
from tests.fakes.sdk_types import problems

CHAT = PARAMS["/v1/chat/completions"][0]
RESPONSES = PARAMS["/v1/responses"][0]
USER = {"role": "user", "content": "hello"}
CALL = {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"}


@pytest.mark.parametrize(
    ("expected", "body"),
    [
        (CHAT, {"model": "m", "messages": [USER], "max_completion_tokens": 5, "temperature": 1}),
        (RESPONSES, {"model": "m", "input": [USER, CALL], "store": False}),
        (RESPONSES, {"model": "m", "input": "hello"}),
    ],
)
def test_a_right_body_has_no_problems(expected: Any, body: object) -> None:
    """In both formats."""
    assert problems(expected, body) == []


@pytest.mark.parametrize(
    ("expected", "body", "place"),
    [
        (CHAT, {"model": "m"}, "body: 'messages' is missing"),
        (CHAT, {"model": "m", "messages": [USER], "limit": 5}, "has no 'limit'"),
        (CHAT, {"model": "m", "messages": [{**USER, "metadata": {}}]}, "body.messages[0]"),
        (CHAT, {"model": "m", "messages": [USER, {"role": "tool", "content": "x"}]}, "body.messages[1]"),
        (CHAT, {"model": "m", "messages": [{"role": "nobody", "content": "x"}]}, "body.messages[0]"),
        (CHAT, {"model": "m", "messages": [USER], "max_completion_tokens": "5"}, "no int"),
        (CHAT, {"model": "m", "messages": [USER], "max_completion_tokens": True}, "no int"),
        (CHAT, {"model": "m", "messages": [USER], "reasoning_effort": "some"}, "none of"),
        (RESPONSES, {"model": "m", "input": [{**CALL, "arguments": {}}]}, "body.input"),
        (RESPONSES, {"model": "m", "input": [USER], "tools": [{"type": "function"}]}, "body.tools[0]"),
    ],
)
def test_a_wrong_body_is_named_with_its_place(expected: Any, body: object, place: str) -> None:
    """Also deep inside what the SDK calls an iterable."""
    assert any(place in problem for problem in problems(expected, body)), problems(expected, body)
