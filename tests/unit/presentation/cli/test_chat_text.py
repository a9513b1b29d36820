"""A model's words made harmless, piece by piece."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from muster.presentation.cli.chat_text import HELD, Pieces, harmless

SPITEFUL = st.text(
    st.sampled_from(list("ab\n\t\r\x1b[]0;31m\x07\\P_^?h\x9b\x08\x00\u202e")) | st.characters(), max_size=40
)
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(*pieces: str) -> str:
    """What reaches the terminal of `pieces`."""
    sieve = Pieces()
    return "".join([*(sieve.take(piece) for piece in pieces), sieve.rest()])


@given(pieces=st.lists(SPITEFUL, max_size=8))
def test_nothing_that_a_terminal_obeys_gets_through(pieces: list[str]) -> None:
    """Law, over any pieces: what is left are lines, tabs, and signs that can be seen."""
    assert not OBEYED.search(shown(*pieces))


@given(text=SPITEFUL, cuts=st.lists(st.integers(0, 40), max_size=6))
def test_it_does_not_matter_where_a_text_is_cut(text: str, cuts: list[int]) -> None:
    """Law: an escape sequence or a line end that is spread over pieces is still one."""
    places = [0, *sorted(cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert shown(*pieces) == harmless(text)


@given(text=st.text(st.characters(categories=["L", "N", "P", "S"]) | st.sampled_from("\n\t "), max_size=60))
def test_plain_text_comes_through_as_it_is(text: str) -> None:
    """Law: letters, digits, signs, spaces, lines and tabs."""
    assert shown(*text) == text


def test_words_are_shown_at_once() -> None:
    """Nothing is held back that no later piece can change; an endless sequence not for ever."""
    sieve = Pieces()
    assert [sieve.take(piece) for piece in ("Hel", "lo\x1b", "[3", "1mred", "\r", "\n")] == [
        "Hel", "lo", "", "red", "", "\n",
    ]  # fmt: skip
    assert sieve.take("\x1b]0;" + "x" * HELD) + sieve.take("after") == "after"
