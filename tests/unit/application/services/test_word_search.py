"""Words are found as a pattern finds them, in time that does not depend on them."""

from __future__ import annotations

import re
from collections import Counter
from threading import Event

from hypothesis import given
from hypothesis import strategies as st

from muster.application.services.word_search import WordSearch
from muster.domain.workspace.document import DocumentSnapshot
from tests.fakes.clock import START

WORDS = st.text("abA_. ", min_size=1, max_size=3).filter(str.strip)


def documents(texts: list[str]) -> list[DocumentSnapshot]:
    """One a text, called 0, 1, …"""
    return [DocumentSnapshot(str(n), str(n), text, START) for n, text in enumerate(texts)]


@given(
    st.lists(st.text("abA_. \n", max_size=40), max_size=4),
    st.lists(WORDS, min_size=1, max_size=3),
    st.integers(1, 5),
)
def test_the_best_lines_are_those_that_a_pattern_finds(
    texts: list[str], words: list[str], limit: int
) -> None:
    """Whole words, whatever their case; the rarest first, equals in the order of the files."""
    terms = list(dict.fromkeys(word.strip().lower() for word in words))
    whole = [re.compile(rf"(?<!\w){re.escape(term)}(?!\w)", re.IGNORECASE) for term in terms]
    lines = [
        (str(n), number, frozenset(i for i, one in enumerate(whole) if one.search(line)))
        for n, text in enumerate(texts)
        for number, line in enumerate(text.split("\n"), 1)
    ]
    holding = [line for line in lines if line[2]]
    held = Counter(term for _, _, found in holding for term in found)
    best = sorted(holding, key=lambda line: -sum(1 / held[term] for term in sorted(line[2])))

    search = WordSearch(terms, limit)
    search.add(documents(texts), Event())

    assert search.total == len(holding)
    assert [(match.path, match.line) for match in search.best()] == [line[:2] for line in best[:limit]]


def test_a_search_that_is_told_to_stop_looks_no_further() -> None:
    """Whoever asked is gone."""
    stop, search = Event(), WordSearch(["a"], 5)
    stop.set()
    search.add(documents(["a", "a"]), stop)
    assert search.total == 0
