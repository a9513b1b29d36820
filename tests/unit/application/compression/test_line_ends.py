"""Lines stay lines: items of a list are not joined, and a line that was only full is not torn."""

from __future__ import annotations

import pytest

from muster.application.compression.compressor import shrink
from muster.application.compression.line_ends import LineEnds
from muster.application.compression.registry import SELECTS
from muster.application.compression.room import Room
from muster.application.compression.units import sentences
from tests.fakes.character_counter import CharacterCounter

ITEMS = [
    "- Cats sleep. ",
    "They do so all day long.\n  ",
    "- Dogs bark. ",
    "Nobody knows why.\n",
    "Birds sing.",
]
LIST = "- Cats chase mice at night. Nothing else.\n- Cats chase birds. So it goes.\n- Cats chase dogs."


def test_what_stood_on_two_lines_stays_on_two() -> None:
    """With what the next line begins with; on one line, what is left moves together."""
    ends = LineEnds(ITEMS)

    assert (
        ends.join({0: ITEMS[0], 2: ITEMS[2], 4: ITEMS[4]}) == "- Cats sleep. \n  - Dogs bark. \nBirds sing."
    )
    assert ends.staying({0: ITEMS[0], 4: ITEMS[4]}) == {3: len("Nobody knows why.")}
    assert ends.join({0: ITEMS[0], 1: "They do"}) == "- Cats sleep. They do"
    assert ends.join({1: "They do", 2: ITEMS[2]}) == "They do\n  - Dogs bark. "
    assert ends.join({1: ITEMS[1], 3: ITEMS[3]}) == ITEMS[1] + ITEMS[3]
    assert ends.staying({}) == {}


@pytest.mark.parametrize("name", ["extractive", "keyword"])
def test_items_of_a_list_are_not_joined(name: str) -> None:
    """The end of a line counts, is never among what is told as dropped, and costs no more than there is."""
    room = Room(75, CharacterCounter())
    left = shrink(LIST, room, SELECTS[name](), "what do cats chase?")

    assert left.text == "- Cats chase mice at night. \n- Cats chase birds. \n- Cats chase dogs."
    assert [LIST[start:end] for start, end in left.gaps] == ["Nothing else.", "So it goes."]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Who reads a text that somebody wrote with lines of one width finds", "a name in the midst of it."),
        ("So. Every line of such a text ends where the next word had no more room", "Python included."),
        ("So. Every line of such a text ends where the next word had no more room", "`code` included."),
    ],
)
def test_a_line_that_was_only_full_goes_on(first: str, second: str) -> None:
    """Also after a short sentence, and before a name or code."""
    assert sentences(f"{first}\n{second}")[-1].endswith(f"{first[-20:]}\n{second}")


@pytest.mark.parametrize(
    "second",
    [
        "- an item", "* an item", "1. an item", "# Title", "| a | b |", "> quoted", "Caroline: Hey!",
        "A much longer line than the first one, in which the word had room enough to stand on the first, to be sure",
    ],
)  # fmt: skip
def test_a_line_that_begins_something_is_one_of_its_own(second: str) -> None:
    """An item, a heading, a row, whoever speaks; or what would have had room on the line before."""
    first = "So this is a line of a text that has no stop at all where it ends"

    assert sentences(f"{first}\n{second}")[0] == f"{first}\n"
