"""A long text is read in parts, and what is found in it does not depend on where they end."""

from __future__ import annotations

from muster.infrastructure.evidence.analysers.secret_blocks import blocks
from muster.infrastructure.evidence.analysers.secret_candidates import candidates

from .secret_set import examples

CLEAR = "The parser reads one block after another.\n" * 8
"""Lines between which a text may be parted."""


def test_parts_make_up_the_text_and_end_where_no_name_stands_above() -> None:
    """A name at the end of a part might have its value in the next."""
    text = (CLEAR + 'name: "token"\n') * 20
    places = list(blocks(text, ("token",), 300))
    assert "".join(text[start:stop] for start, stop in places) == text
    assert len(places) > 5
    assert all("token" not in text[stop - 240 : stop] for _, stop in places[:-1])


def test_a_text_whose_lines_never_end_is_one_part() -> None:
    """Nothing is cut in two."""
    assert list(blocks("x" * 5_000, ("token",), 300)) == [(0, 5_000)]


def test_the_same_is_found_in_small_parts_as_in_one() -> None:
    """All labelled texts in a row, in parts of all sizes; keys of many lines too."""
    text = CLEAR.join(one.text + "\n" for one in examples("tune"))
    whole = sorted(candidates(text, "", len(text)), key=str)
    assert len(whole) > 250
    for size in (500, 3_000):
        assert sorted(candidates(text, "", size), key=str) == whole


def test_a_name_and_its_value_on_the_next_line_stay_together() -> None:
    """Wherever the part would end."""
    pair = '- name: DB_PASSWORD\n  value: "Tundra%93saddle"\n'
    for before in range(1, 40):
        text = "x" * 300 + "\n" + "y" * before + "\n" + pair + CLEAR
        assert len(list(candidates(text, "yaml", 320))) == len(list(candidates(pair, "yaml"))) == 1
