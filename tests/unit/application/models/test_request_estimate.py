"""What a request takes, counted here."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from muster.application.models.request_estimate import FRAMING_TOKENS, count_input, count_output
from muster.domain.messaging.message import Message, Role, ToolCall
from muster.domain.models.exchange import ModelRequest
from muster.domain.tokens.count import TokenCount
from muster.domain.tools.spec import ToolSpec
from tests.fakes.character_counter import CharacterCounter

from .calls import ASKED

COUNTER = CharacterCounter()


def test_all_that_is_sent_is_counted_and_nothing_that_is_not() -> None:
    """Texts, calls, sealed thinking, tools and schema, each with its framing; never the metadata."""
    call = ToolCall("id", "look", "[1]")
    message = Message(Role.ASSISTANT, "text", "name", "", (call,), {"part": "document"}, "sealed")
    tool = ToolSpec("look", "looks", {"type": "object"})
    request = ModelRequest((message,), (tool,), response_schema={}, schema_name="answer")

    texts = (
        "text"
        + "name"
        + "sealed"
        + "look"
        + "[1]"
        + "look"
        + "looks"
        + '{"type": "object"}'
        + "answer"
        + "{}"
    )
    assert count_input(request, COUNTER) == TokenCount(len(texts) + 4 * FRAMING_TOKENS)


def test_the_pieces_of_an_answer_are_counted_as_one_text() -> None:
    """A provider's pieces are no tokens."""
    assert count_output(["an ", "", "answer"], COUNTER) == TokenCount(len("an answer"))
    assert count_output([], COUNTER) == TokenCount(0)


@given(texts=st.lists(st.text(), min_size=1), margin=st.floats(0, 0.5))
def test_the_upper_bound_holds_for_every_part(texts: list[str], margin: float) -> None:
    """An estimate is never taken for less than any of its parts could be."""
    asked = replace(ASKED, messages=tuple(Message(Role.USER, text) for text in texts))
    count = count_input(asked, CharacterCounter(margin))

    assert count.exact is (margin == 0 or not any(texts))
    assert count.at_most >= sum(len(text) * (1 + margin) for text in texts) - 1e-6
