"""A model sees placeholders; whoever asks it sees the values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.models.hiding import HidingModel
from muster.domain.errors import ErrorKind, ModelFailure
from muster.domain.messaging.message import Message, Role, ToolCall
from muster.domain.models.exchange import (
    AnswerRestarted,
    Finished,
    FinishReason,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCallDelta,
    ToolCallDone,
)
from muster.domain.security.scrubbed import PersonalDataPolicy
from muster.infrastructure.security.pii_scrubber import PIIScrubber
from tests.fakes.scripted_model import ScriptedModel, Step

SCRUBBER = PIIScrubber()
ANN, BEN = "ann.lee@mail-fabrik.com", "ben@mail-fabrik.com"
DONE = Finished(FinishReason.STOP, "fake/scripted")
ASKED = ModelRequest(
    (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, f"Write to {ANN}, copy {BEN} and {ANN}."))
)


async def asked(request: ModelRequest, *script: Step) -> tuple[list[ModelEvent], tuple[Message, ...]]:
    """What is told, and what was sent."""
    inner = ScriptedModel([*script, DONE])
    events = [event async for event in HidingModel(inner, SCRUBBER).stream(request)]
    return events, inner.requests[0].messages


def text_of(events: Sequence[ModelEvent]) -> str:
    """The answer."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_what_is_sent_holds_no_value_and_what_is_told_holds_them_again() -> None:
    """The same value has the same placeholder; what the model makes up stays as it is."""
    events, sent = await asked(ASKED, TextDelta("Dear [EMAIL-2], and [EMAIL-1], not [EMAIL-7] or [PHONE-1]"))
    assert sent[1].content == "Write to [EMAIL-1], copy [EMAIL-2] and [EMAIL-1]."
    assert sent[0] is ASKED.messages[0]
    assert text_of(events) == f"Dear {BEN}, and {ANN}, not [EMAIL-7] or [PHONE-1]"


@given(cuts=st.lists(st.integers(0, 60), max_size=8))
async def test_however_the_answer_is_cut_it_says_the_same(cuts: list[int]) -> None:
    """Also in the middle of a placeholder, and at a bracket that begins none."""
    answer = "[[EMAIL-1] x [EMAIL-2][EMAIL-1 [A-1] [EMAIL-12] [E"
    ends = [0, *sorted(cuts), len(answer)]
    pieces = [TextDelta(answer[start:end]) for start, end in pairwise(ends)]
    events, _ = await asked(ASKED, *pieces)
    assert text_of(events) == f"[{ANN} x {BEN}[EMAIL-1 [A-1] [EMAIL-12] [E"


async def test_arguments_of_tools_get_the_values_and_stay_json() -> None:
    """In pieces and whole, also a value with quotes in it."""
    odd = 'see "Rue de l\'Arbre 12\n75011 Paris"'
    request = ModelRequest((Message(Role.USER, f"{ANN} {odd}"),))
    whole = json.dumps({"to": "[EMAIL-1]", "n": 1})
    events, _ = await asked(
        request,
        ToolCallDelta(0, whole[:12], "c1", "send"),
        ToolCallDelta(0, whole[12:]),
        ToolCallDone(0, "send", whole, "c1"),
    )
    pieces = "".join(event.arguments for event in events if isinstance(event, ToolCallDelta))
    (done,) = [event for event in events if isinstance(event, ToolCallDone)]
    assert json.loads(pieces) == json.loads(done.arguments) == {"to": ANN, "n": 1}


async def test_earlier_calls_and_answers_of_the_conversation_are_hidden_too() -> None:
    """Numbers in arguments stay numbers."""
    call = ToolCall(
        "c1", "send", json.dumps({"to": [ANN], "order": 4155550132, "card": "4111 1111 1111 1111"})
    )
    request = ModelRequest(
        (
            Message(Role.USER, f"Write to {BEN}."),
            Message(Role.ASSISTANT, "", tool_calls=(call,), reasoning=f'"{ANN}"'),
            Message(Role.TOOL, f"sent to {ANN}", tool_call_id="c1"),
        )
    )
    _, sent = await asked(request, TextDelta("ok"))
    assert [message.content for message in sent] == ["Write to [EMAIL-1].", "", "sent to [EMAIL-2]"]
    assert json.loads(sent[1].tool_calls[0].arguments) == {
        "to": ["[EMAIL-2]"],
        "order": 4155550132,
        "card": "[CREDIT_CARD-1]",
    }
    assert sent[1].reasoning == request.messages[1].reasoning


async def test_an_answer_that_is_json_stays_json() -> None:
    """A value is written as a string of JSON writes it."""

    class Quoted(PIIScrubber):
        """Its values hold quotes."""

    request = ModelRequest((Message(Role.USER, "12 Main Street\nSpringfield, IL 62704 is the address"),))
    inner = ScriptedModel([TextDelta('{"summary": "[ADDRESS-1]"}'), DONE])
    events = [event async for event in HidingModel(inner, Quoted()).stream(request)]
    assert isinstance(json.loads(text_of(events)), dict)
    assert "Main Street" in json.loads(text_of(events))["summary"]


async def test_an_answer_that_starts_again_begins_anew() -> None:
    """Nothing of the broken one is left waiting."""
    events, _ = await asked(
        ASKED, TextDelta("Dear [EMA"), AnswerRestarted("broke off"), TextDelta("Dear [EMAIL-1]")
    )
    assert text_of(events) == f"Dear Dear {ANN}"


async def test_where_nothing_is_found_the_very_request_goes_on() -> None:
    """No copy, and nobody is told."""
    clean = ModelRequest((Message(Role.USER, "hello"),))
    inner = ScriptedModel([TextDelta("hi"), DONE])
    told = list[Mapping[str, int]]()
    model = HidingModel(inner, SCRUBBER, found=lambda _model, found: told.append(found))
    assert text_of([event async for event in model.stream(clean)]) == "hi"
    assert inner.requests[0] is clean
    assert told == []


async def test_blocked_is_not_sent_and_names_kinds_alone() -> None:
    """Never a value."""
    inner, told = ScriptedModel([DONE]), list[Mapping[str, int]]()
    model = HidingModel(inner, SCRUBBER, PersonalDataPolicy.BLOCK, lambda _model, found: told.append(found))
    with pytest.raises(ModelFailure) as failure:
        _ = [event async for event in model.stream(ASKED)]
    assert (failure.value.kind, inner.requests, told) == (ErrorKind.BLOCKED, [], [{"EMAIL": 2}])
    assert "EMAIL (2)" in str(failure.value)
    assert "ann" not in f"{failure.value} {failure.value.details}"
