"""Telling names are looked for where their marks stand, and the same are found as by reading all of the text."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from muster.infrastructure.evidence.analysers.secret_candidates import candidates
from muster.infrastructure.evidence.analysers.secret_names import MARKS, NAME, WHOSE, names

PIECES = [*MARKS, *WHOSE, "mot de ", "Key", "PASS", "word", "phrase", "_", " ", "=", "x", "1", "é", "İ", "\n"]


@example("auth" + "pass" * 13 + "kennwort" + "contrase")
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_the_same_names_are_found_as_by_reading_on_from_each_character(text: str) -> None:
    """Whatever stands before a mark, and however many marks stand together."""
    assert [one.span() for one in names(text)] == [one.span() for one in NAME.finditer(text)]


def test_a_mark_that_is_no_name_does_not_cut_the_one_behind_it() -> None:
    """A name sixty characters further on keeps its end."""
    for between in range(70):
        line = "monkey " + "." * between + " token_of_the_shop = 'a1B2c3D4e5F6g7H8'"
        assert [line[one.start : one.end] for one in candidates(line, "python")] == ["a1B2c3D4e5F6g7H8"]
