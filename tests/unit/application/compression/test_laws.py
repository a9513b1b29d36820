"""What holds for every strategy, every text and every counter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st

from muster.application.compression.compressor import UNTOUCHED, SelectingCompressor, shrink
from muster.application.compression.registry import SELECTS
from muster.application.compression.room import Room
from muster.application.compression.skeleton import MARKER
from muster.application.compression.units import lines, sentences, words
from muster.domain.errors import UserError
from muster.domain.ports.token_counter import TokenCounter
from muster.domain.tokens.compression import CompressionResult
from tests.fakes.clock import FakeClock

from .texts import CHINESE, COUNTERS, PROSE, PYTHON, any_text, is_subsequence

STRATEGIES = sorted(SELECTS)
QUERIES = ["", "cats", "sell an item", "早上", "\ud800 \0"]
every_strategy = pytest.mark.parametrize("name", STRATEGIES)


async def compress(
    name: str, text: str, limit: int, counter: TokenCounter, query: str = ""
) -> CompressionResult:
    return await SelectingCompressor(SELECTS[name](), counter, FakeClock()).compress(text, limit, query)


@every_strategy
@runs(max_examples=200)
@given(
    text=any_text(),
    limit=st.integers(1, 300),
    counter=st.sampled_from(COUNTERS),
    query=st.sampled_from(QUERIES),
)
def test_a_limit_is_kept_and_the_rest_is_of_the_text(
    name: str, text: str, limit: int, counter: TokenCounter, query: str
) -> None:
    """At most so many tokens; pieces of the text in its order, but for the markers of a skeleton."""
    room = Room(limit, counter)

    selected = shrink(text, room, SELECTS[name](), query)

    assert room.cost(selected.text) <= limit
    left = "".join(line for line in lines(selected.text) if line.strip(" \t\r\n") != MARKER)
    assert is_subsequence(left, text)
    if room.fits(text):
        assert selected.text is text


@every_strategy
@runs(max_examples=100)
@given(text=any_text(), limit=st.integers(1, 60), counter=st.sampled_from(COUNTERS))
def test_what_is_gone_and_what_is_left_are_the_whole(
    name: str, text: str, limit: int, counter: TokenCounter
) -> None:
    """The gaps are told truly: cut out of the text, they leave the result, the markers of a skeleton aside."""
    selected = shrink(text, Room(limit, counter), SELECTS[name](), "")

    left, position = "", 0
    for start, end in selected.gaps:
        assert position <= start < end <= len(text)
        left, position = left + text[position:start], end
    left += text[position:]
    assert left == selected.text or MARKER in selected.text


@every_strategy
async def test_a_text_within_the_limit_is_the_very_same_object(name: str) -> None:
    """Not a copy: nothing was done, and that is said."""
    text = "".join(["Cats sleep. ", "Dogs bark."])
    for counter in COUNTERS:
        result = await compress(name, text, Room(0, counter).cost(text), counter)
        assert result.text is text
        assert (result.strategy, result.dropped, result.ratio) == (UNTOUCHED, (), 1.0)


@every_strategy
async def test_a_limit_of_nothing_leaves_nothing_and_one_below_is_refused(name: str) -> None:
    """Even of the empty text, a limit below zero is an error that says what to ask for."""
    result = await compress(name, PROSE, 0, COUNTERS[0])

    assert (result.text, result.tokens, result.original_tokens) == ("", 0, len(PROSE))
    assert result.dropped_characters == len(PROSE)
    for text in ("", PROSE):
        with pytest.raises(UserError, match="-1 tokens are no limit"):
            await compress(name, text, -1, COUNTERS[0])


@every_strategy
@pytest.mark.parametrize("text", [PROSE, PYTHON, CHINESE, "x" * 5000, "\0" * 900, "😀" * 700, "word " * 900])
async def test_the_room_is_used(name: str, text: str) -> None:
    """A law that the empty text keeps as well is not enough: half of the room at least is filled."""
    for counter in COUNTERS[:3]:
        limit = Room(0, counter).cost(text) // 2

        result = await compress(name, text, limit, counter)

        assert limit // 2 <= result.tokens <= limit, (name, counter)


@given(text=any_text())
def test_units_make_up_the_text_again(text: str) -> None:
    """However a text is parted, nothing is lost and nothing is added."""
    assert "".join(sentences(text)) == text
    assert "".join(lines(text)) == text
    assert "".join(words(text)) == text


def test_a_declaration_that_is_cut_has_no_marker() -> None:
    """Found by the law above: the marker stood on the line that was cut."""
    text = "0\U00010000\r\x0c\x95\U00010000"

    left = shrink(text, Room(12, COUNTERS[3]), SELECTS["skeleton"]()).text

    assert is_subsequence(left, text)
