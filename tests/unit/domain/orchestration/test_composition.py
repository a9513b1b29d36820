"""Patterns inside patterns, as they are kept and as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from muster.domain.errors import UserError
from muster.domain.orchestration.composition import Composition, Scalar
from muster.domain.orchestration.composition_parts import Misplaced, read_composition

KEPT = TypeAdapter(Composition)
words = st.text(min_size=1, max_size=8)
scalars: st.SearchStrategy[Scalar] = (
    words | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
)
trees: st.SearchStrategy[Composition] = st.recursive(
    st.builds(
        Composition, words, st.lists(words, min_size=1, max_size=3).map(tuple),
        st.dictionaries(words, scalars, max_size=2), words,
    ),
    lambda below: st.builds(Composition, words, st.lists(words | below, min_size=1, max_size=3).map(tuple)),
    max_leaves=4,
)  # fmt: skip


@given(trees)
def test_a_tree_comes_back_from_json_as_it_was(tree: Composition) -> None:
    """Members and options keep their types: 1 is not true, "1" is not 1, 1.0 is not 1."""
    again = KEPT.validate_json(KEPT.dump_json(tree))
    assert repr(again) == repr(tree)


def test_parts_stand_where_they_are_used_under_their_names() -> None:
    """A part may use another one; a condition may be written as a mapping."""
    parts = {
        "look": {"pattern": "parallel", "members": ["a", "b"]},
        "judge": {"pattern": "debate", "members": [{"use": "look"}, "c", "j"], "options": {"rounds": 2}},
    }
    document = {
        "pattern": "conditional",
        "members": [{"use": "judge"}, "d"],
        "options": {"when": {"findings": "high", "at_least": 1}},
    }
    look = Composition("parallel", ("a", "b"), name="look")
    judge = Composition("debate", (look, "c", "j"), {"rounds": 2}, "judge")
    assert read_composition(document, parts) == Composition(
        "conditional", (judge, "d"), {"when": "findings high at least 1"}
    )


def test_parts_that_go_round_in_a_circle_are_told_by_their_path() -> None:
    """From the first that comes again, not from where the reader came in."""
    parts = {
        "start": {"pattern": "parallel", "members": [{"use": "review"}]},
        "review": {"pattern": "parallel", "members": [{"use": "repair"}]},
        "repair": {"pattern": "parallel", "members": ["a", {"use": "review"}]},
    }
    with pytest.raises(Misplaced) as caught:
        read_composition({"use": "start"}, parts)
    assert "the parts go round in a circle: review → repair → review" in caught.value.message
    assert caught.value.place == ("parts", "repair", "members", 1)


def test_parts_that_double_at_every_level_end_at_the_depth_limit() -> None:
    """Ten times ten times ten members: refused before they are laid out."""
    parts = {f"p{i}": {"pattern": "parallel", "members": [{"use": f"p{i + 1}"}] * 10} for i in range(60)}
    with pytest.raises(Misplaced, match="more than 4 levels deep"):
        read_composition({"use": "p0"}, parts)


WRONG: dict[str, tuple[object, str]] = {
    "a number": (7, "composition: 7 is no composition"),
    "no pattern": ({"members": ["a"]}, "composition: has no pattern"),
    "a pattern that is a list": ({"pattern": ["x"], "members": ["a"]}, "composition.pattern: ['x'] is no name"),
    "no members": ({"pattern": "parallel"}, "composition.members: is to be a list of 1 to 10 members"),
    "too many": ({"pattern": "parallel", "members": list("abcdefghijk")}, "a list of 1 to 10 members"),
    "an empty name": ({"pattern": "parallel", "members": [" "]}, "composition.members.0: ' ' is no composition"),
    "an unknown key": ({"pattern": "parallel", "member": ["a"]}, "composition.member: unknown key"),
    "an unknown part": ({"use": "loook"}, "composition: unknown part 'loook' (did you mean look?)"),
    "more than a part": ({"use": "look", "members": []}, "composition: has more than use"),
    "a list for options": ({"pattern": "voting", "members": ["a"], "options": []}, "options: [] are no options"),
    "a null": ({"pattern": "voting", "members": ["a"], "options": {"x": None}}, "options.x: None is no value"),
    "a condition": (
        {"pattern": "conditional", "members": ["a"], "options": {"when": {"colour": "red"}}},
        "composition.options.when: the condition names colour",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("document", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_mistake_is_told_with_its_place(document: object, words: str) -> None:
    """Where, what, and what to write instead."""
    with pytest.raises(UserError) as caught:
        read_composition(document, {"look": {"pattern": "parallel", "members": ["a"]}})
    assert words in caught.value.message
    assert caught.value.hint
