"""Laws of reading and writing OpenAI's formats, whatever stands in them."""

from __future__ import annotations

import copy
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.errors import ModelFailure
from muster.domain.models.exchange import Finished, ModelEvent, TextDelta, ToolCallDelta, ToolCallDone
from muster.domain.models.info import ModelInfo
from muster.domain.models.usage import Usage
from muster.infrastructure.llm.api_key import ApiKey
from muster.infrastructure.llm.openai_client import OpenAIClient
from muster.infrastructure.llm.openai_kept import Kept
from muster.infrastructure.llm.openai_schema import strict_safe
from muster.infrastructure.llm.openai_usage import usage_of
from tests.fakes.no_counts import NO_COUNTS
from tests.fakes.openai_calls import HELLO, IN_ONE_PIECE, MINI, THINKER, model_of
from tests.fakes.provider_script import call_tools, think
from tests.fakes.provider_wire_chat import ChatWire
from tests.fakes.provider_wire_chat import usage_of as chat_usage
from tests.fakes.provider_wire_common import Call
from tests.fakes.provider_wire_responses import ResponsesWire
from tests.fakes.provider_wire_responses import usage_of as responses_usage

ANSWER = think("hm", call_tools(("look", '{"at":"a"}'), text="I look."))
CALL = Call(1, {"model": "m", "include": ["reasoning.encrypted_content"]})
COUNTS = st.integers(0, 10**8)
USAGES = st.builds(
    lambda read, output, hit, written, thought: Usage(read, output, hit, written, min(thought, output)),
    COUNTS, COUNTS, COUNTS, COUNTS, COUNTS,
)  # fmt: skip
STRANGE: tuple[Any, ...] = (None, True, 7, -1, "", "text", [], ["text"], [{}], {}, {"a": 1}, {"text": 5})
JSON = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([1]) | st.just({"a": 1})
DETAILS = JSON | st.dictionaries(
    st.sampled_from(["cached_tokens", "cache_write_tokens", "reasoning_tokens"]), JSON
)


class CannedClient(OpenAIClient):
    """Answers with what it was given, without a connection."""

    def __init__(self, *answers: Any) -> None:
        self._answers = answers
        self._key = ApiKey("", "KEY")

    async def ask(self, info: ModelInfo, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The first answer."""
        answer: Mapping[str, Any] = self._answers[0]
        return answer

    async def listen(
        self, info: ModelInfo, path: str, body: Mapping[str, Any]
    ) -> AsyncGenerator[Mapping[str, Any]]:
        """All answers, as events."""
        for answer in self._answers:
            yield answer


def chunks() -> list[dict[str, Any]]:
    """The pieces of a streamed Chat answer."""
    head = {"model": "m"}
    calls = ANSWER.calls
    deltas: list[dict[str, Any]] = [{"content": ANSWER.text}]
    for index, (name, arguments) in enumerate(calls):
        deltas.append(
            {"tool_calls": [{"index": index, "id": "c", "function": {"name": name, "arguments": arguments}}]}
        )
    said = [{**head, "choices": [{"delta": delta, "finish_reason": None}]} for delta in deltas]
    end = {**head, "choices": [{"delta": {}, "finish_reason": "tool_calls"}], "usage": {"prompt_tokens": 1}}
    return [*said, end]


def events() -> list[dict[str, Any]]:
    """The events of a streamed Responses answer."""
    whole = ResponsesWire().whole(ANSWER, CALL)
    output: Any = whole["output"]
    told: list[dict[str, Any]] = []
    for index, item in enumerate(output):
        told.append({"type": "response.output_item.added", "output_index": index, "item": item})
        told.append({"type": "response.output_text.delta", "output_index": index, "delta": "text"})
        told.append({"type": "response.function_call_arguments.delta", "output_index": index, "delta": "{"})
        told.append({"type": "response.output_item.done", "output_index": index, "item": item})
    return [*told, {"type": "response.completed", "response": whole}]


WHOLE: dict[str, list[dict[str, Any]]] = {
    "chat": [ChatWire().whole(ANSWER, CALL)],
    "compatible": chunks(),
    "responses": events(),
    "responses in one piece": [ResponsesWire().whole(ANSWER, CALL)],
}


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every part of a JSON value."""
    yield at
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in pairs:
        yield from places(part, (*at, key))


def spoiled(value: Any, place: tuple[Any, ...], by: Any) -> Any:
    """A copy with one part replaced."""
    if not place:
        return by
    changed = copy.copy(value)
    changed[place[0]] = spoiled(value[place[0]], place[1:], by)
    return changed


async def read(name: str, answers: list[Any]) -> list[ModelEvent]:
    """All events of one answer."""
    format_ = name.partition(" ")[0]
    request = IN_ONE_PIECE if name in ("chat", "responses in one piece") else HELLO
    return [event async for event in model_of(THINKER, CannedClient(*answers), format_).stream(request)]


@pytest.mark.parametrize("name", WHOLE)
async def test_an_answer_with_anything_in_it_is_read_or_refused(name: str) -> None:
    """A server that does not keep to its format is a failure of the call, never a crash or a wrong type."""
    whole = WHOLE[name]
    for number, event in enumerate(whole):
        for place in places(event):
            for by in STRANGE:
                answers = [*whole[:number], spoiled(event, place, by), *whole[number + 1 :]]
                await expect_sense(name, answers)


async def expect_sense(name: str, answers: list[Any]) -> None:
    """Either the call fails as calls do, or each event is what its type says."""
    try:
        told = await read(name, answers)
    except ModelFailure:
        return
    assert isinstance(told[-1], Finished)
    for event in told:
        if isinstance(event, TextDelta):
            assert isinstance(event.text, str), answers
        if isinstance(event, ToolCallDelta | ToolCallDone):
            parts = (event.name, event.arguments, event.call_id)
            assert all(isinstance(part, str) for part in parts), answers


@pytest.mark.parametrize("write", [chat_usage, responses_usage], ids=["chat", "responses"])
@given(usage=USAGES)
def test_usage_is_read_as_it_was_written(write: Any, usage: Usage) -> None:
    """Each kind of token comes back; cached ones are no input, thinking is output."""
    assert usage_of(write(usage)) == usage


@given(
    reported=st.fixed_dictionaries(
        {"prompt_tokens": COUNTS, "completion_tokens": COUNTS},
        optional={
            "total_tokens": JSON,
            "prompt_tokens_details": DETAILS,
            "completion_tokens_details": DETAILS,
        },
    )
)
def test_usage_is_never_less_than_nothing(reported: dict[str, Any]) -> None:
    """What is no count among the details is none, and takes nothing from the rest."""
    usage = usage_of(reported)

    assert usage is not None
    assert min(usage.input, usage.output, usage.cache_read, usage.cache_write, usage.reasoning) >= 0
    assert usage.reasoning <= usage.output
    assert usage.output >= reported["completion_tokens"]


@pytest.mark.parametrize("count", NO_COUNTS, ids=repr)
@pytest.mark.parametrize("names", [("prompt", "completion"), ("input", "output")], ids=["chat", "responses"])
def test_an_input_or_output_that_is_no_count_is_no_usage(names: tuple[str, str], count: object) -> None:
    """One wrong number makes the other one doubtful, too: both are estimated."""
    for wrong in names:
        assert usage_of({f"{name}_tokens": count if name == wrong else 5 for name in names}) is None


@pytest.mark.parametrize("reported", [None, 3, "many", []])
def test_what_is_no_usage_is_none(reported: object) -> None:
    """So that it is estimated, and not taken for free."""
    assert usage_of(reported) is None


def test_what_was_kept_is_read_by_the_same_model_only() -> None:
    """Thinking is sealed for the model that thought it."""
    kept = Kept([(1, {"type": "reasoning"})], "hm", {"0": {"a": 1}})

    assert Kept.read(MINI, kept.write(MINI)) == kept
    assert not Kept.read(THINKER, kept.write(MINI))


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        ({"type": "object", "properties": {}, "required": [], "additionalProperties": False}, True),
        ({"type": "object", "properties": {}, "additionalProperties": False}, True),
        ({"type": "object", "properties": {}}, False),
        (
            {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
            False,
        ),
        ({"type": "string", "format": "email"}, False),
        ({"type": "array", "items": {"type": "object"}}, False),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, True),
        ({"$defs": {"a": {"type": "object"}}, "type": "string"}, False),
        (True, False),
    ],
)
def test_only_what_openai_takes_is_called_strict(schema: object, strict: bool) -> None:
    """Closed objects with every property required, and no words that it does not know."""
    assert strict_safe(schema) is strict
