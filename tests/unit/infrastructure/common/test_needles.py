"""Words that are looked for all at once are found where a search for each alone finds them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.infrastructure.common.needles import Needles

WORD = st.text("abé", min_size=1, max_size=4)
TEXT = st.text(st.sampled_from("abé? Ā№\ud800\U0001f600"), max_size=60)


@given(st.sets(WORD, min_size=1, max_size=12), TEXT)
def test_every_word_is_found_wherever_it_stands(words: set[str], text: str) -> None:
    """Words overlap, and what is no Latin-1 takes one place: half of a pair, and what needs four bytes."""
    alone = {
        word: places
        for word in words
        if (places := [one.start() for one in re.finditer(f"(?={word})", text)])
    }
    needles = Needles(words)
    assert needles.hits(text) == alone
    assert needles.present(text) == set(alone)


@pytest.mark.parametrize("word", ["", "a?", "źle"])
def test_what_bytes_cannot_tell_is_no_word(word: str) -> None:
    """A question mark would be found wherever something stands that has no byte."""
    with pytest.raises(ValueError, match="word to look for"):
        Needles(["a", word])
