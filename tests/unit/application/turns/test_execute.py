"""Stage 3: an answer put together from its stream."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.turns.execute import assembly_for, execute_model, parse_response
from muster.application.turns.prepare import prepare_turn
from muster.domain.errors import ProviderError
from muster.domain.messaging.message import Message, ToolCall
from muster.domain.models.exchange import (
    Finished,
    FinishReason,
    ModelEvent,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
    UsageReported,
)
from muster.domain.models.usage import Usage
from muster.domain.tools.spec import ToolSpec
from muster.domain.turns.types import AnalyzedTurn, TurnConfig, TurnInput
from tests.fakes.character_counter import CharacterCounter
from tests.fakes.scripted_model import ScriptedModel, saying

from .conversations import asking, result

END = Finished(FinishReason.STOP, "fake/scripted")


def turn(prompt: str = "hello", history: tuple[Message, ...] = ()) -> AnalyzedTurn:
    return AnalyzedTurn(prepare_turn(TurnInput(prompt, history=history), CharacterCounter(), 0))


@given(pieces=st.lists(st.text()))
def test_text_deltas_are_concatenated(pieces: list[str]) -> None:
    """spec: "Deltas are concatenated", for any split of any text."""
    response = parse_response([*(TextDelta(piece) for piece in pieces), END])

    assert response.text == "".join(pieces)


@given(arguments=st.text(max_size=60), cuts=st.lists(st.integers(0, 60), max_size=5))
def test_argument_deltas_add_up_however_they_are_split(arguments: str, cuts: list[int]) -> None:
    """For any split of any arguments; name and id come with the first piece."""
    places = [0, *sorted(min(cut, len(arguments)) for cut in cuts), len(arguments)]
    pieces = [arguments[start:end] for start, end in pairwise(places)]
    events: list[ModelEvent] = [ToolCallDelta(0, "", "id-1", "look")]
    events += [ToolCallDelta(0, piece) for piece in pieces]

    assert parse_response([*events, END]).tool_calls == (ToolCall("id-1", "look", arguments),)


@given(order=st.permutations(range(6)))
def test_calls_keep_their_index_order(order: list[int]) -> None:
    """spec: "calls keep their index order", in whatever order they arrive."""
    events = [ToolCallDone(index, f"tool-{index}", "{}", f"id-{index}") for index in order]

    assert [call.name for call in parse_response([*events, END]).tool_calls] == [
        f"tool-{n}" for n in range(6)
    ]


@pytest.mark.parametrize("done_first", [False, True])
def test_final_arguments_win_over_deltas(done_first: bool) -> None:
    """spec: "final arguments win over deltas", also over late ones."""
    delta, done = ToolCallDelta(0, '{"a": 1', "id-1", "look"), ToolCallDone(0, "", '{"a": 2}')
    events: list[ModelEvent] = [done, delta] if done_first else [delta, done]

    assert parse_response([*events, END]).tool_calls == (ToolCall("id-1", "look", '{"a": 2}'),)


def test_a_missing_id_is_made_the_same_way_each_time_and_never_one_that_is_taken() -> None:
    """spec: "a missing id is generated"; of two equal ids the second is replaced."""
    events = [
        ToolCallDone(0, "a", "{}"),
        ToolCallDone(1, "b", "{}", "same"),
        ToolCallDone(2, "c", "{}", "same"),
        ToolCallDone(3, "d", "{}"),
    ]
    first, second = (
        [call.call_id for call in parse_response([*events, END], taken={"call_3"}).tool_calls]
        for _ in range(2)
    )

    assert first == second == ["call_2", "same", "call_4", "call_5"]


def test_unknown_events_are_ignored() -> None:
    """spec: "unknown events are ignored"."""
    strange = cast("ModelEvent", {"type": "thinking"})

    assert parse_response([strange, TextDelta("hi"), strange, END]).text == "hi"


def test_the_last_report_of_usage_counts() -> None:
    """Providers report running totals."""
    reports = [UsageReported(Usage(input=1)), UsageReported(Usage(input=7, output=3))]

    assert parse_response([*reports, END]).usage == Usage(input=7, output=3)


def test_calls_written_inside_plain_text_are_text() -> None:
    """spec: "Calls written inside plain text are not executed"."""
    text = '{"name": "look", "arguments": {}}'

    response = parse_response([TextDelta(text), END])

    assert (response.text, response.tool_calls) == (text, ())


def test_a_stream_without_an_end_is_a_provider_error() -> None:
    """A broken answer is never taken for a whole one."""
    with pytest.raises(ProviderError, match="'fake/scripted' broke off") as caught:
        parse_response([TextDelta("half an ans")], "fake/scripted")

    assert caught.value.code == "incomplete-stream"


async def test_usage_is_captured_when_the_stream_fails_half_way() -> None:
    """spec: "usage is always captured"."""
    model = ScriptedModel([TextDelta("a"), UsageReported(Usage(input=9)), ProviderError("gone")])
    assembly = assembly_for(turn(), model)

    with pytest.raises(ProviderError, match="gone"):
        await execute_model(turn(), model, TurnConfig(), assembly=assembly)

    assert assembly.usage == Usage(input=9)


async def test_an_exception_in_a_callback_never_breaks_the_stream() -> None:
    """spec: "An exception in a callback never breaks the stream." It sees the later events all the same."""
    seen: list[ModelEvent] = []

    def callback(event: ModelEvent) -> None:
        seen.append(event)
        raise RuntimeError("no screen")

    response = await execute_model(turn(), ScriptedModel(saying("hi")), TurnConfig(), callback=callback)

    assert response.text == "hi"
    assert [type(event) for event in seen] == [TextDelta, UsageReported, Finished]


async def test_the_model_receives_messages_tools_temperature_and_bound() -> None:
    """Nothing that was asked for is lost on the way; the bound is the model's own where that is smaller."""
    model = ScriptedModel(saying("hi"))
    tools = (ToolSpec("look", "looks", {}),)

    await execute_model(turn("hello"), model, TurnConfig(temperature=0.1, response_reserve=99_999), tools)

    (request,) = model.requests
    assert [message.content for message in request.messages] == ["hello"]
    assert (request.tools, request.temperature, request.max_output_tokens) == (tools, 0.1, 8192)


async def test_a_made_id_differs_from_those_of_the_history() -> None:
    """Results are matched with calls by id: two calls of one id would share a result."""
    history = (asking("call_1", "call_2"), result("call_1", "1"), result("call_2", "2"))
    model = ScriptedModel([ToolCallDone(0, "look", "{}"), END])

    response = await execute_model(turn(history=history), model, TurnConfig())

    assert [call.call_id for call in response.tool_calls] == ["call_3"]
