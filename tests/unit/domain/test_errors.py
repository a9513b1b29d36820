"""What an error says about a name that nothing answers to."""

from __future__ import annotations

from muster.domain.errors import MOST_CLOSE, MOST_KEPT, MOST_LISTED, UnknownName, closest

MANY = [f"thing-{number:03}" for number in range(700)]


def test_the_nearest_names_are_told_whatever_the_case() -> None:
    """Each once."""
    error = UnknownName.of("agent", "REVEIWER", ["reviewer", "planner", "reviewer"])

    assert error.hint == "did you mean reviewer?"
    assert error.details["known"] == ["planner", "reviewer"]


def test_of_many_names_only_some_are_told() -> None:
    """Nobody reads seven hundred; the same holds for the details."""
    near = UnknownName.of("model", "thing-7", MANY)
    far = UnknownName.of("model", "xyz", MANY)

    assert near.hint.count("thing-") == MOST_CLOSE
    assert far.hint == f"known: {', '.join(MANY[:MOST_LISTED])} and 690 more"
    assert far.details["known"] == MANY[:MOST_LISTED]
    assert UnknownName.of("model", "xyz", MANY[:MOST_KEPT]).details["known"] == MANY[:MOST_KEPT]


def test_a_better_hint_stands_in_for_the_list_where_nothing_is_near() -> None:
    """And only there."""
    assert UnknownName.of("model", "xyz", MANY, "muster models list").hint == "muster models list"
    assert "did you mean" in UnknownName.of("model", "thing-1", MANY, "muster models list").hint
    assert UnknownName.of("run", "xyz", []).hint == "known: none"


def test_the_nearest_come_first() -> None:
    """As they are spelt."""
    assert closest("alhpa", ["ALPHA", "alphabet", "omega"])[0] == "ALPHA"
    assert closest("xyz", ["alpha"]) == []
