"""Conditions on what an agent gave."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.errors import UserError
from muster.domain.evidence.severity import Severity
from muster.domain.orchestration.conditions import (
    STATUSES,
    Bound,
    Condition,
    ConfidenceIs,
    Facts,
    FindingsCount,
    GatesAre,
    Joined,
    Not,
    StatusIs,
    parse_condition,
    words_of,
)
from muster.domain.orchestration.gates import GateVerdict

bounds = st.sampled_from(list(Bound))
counts = st.builds(
    FindingsCount, st.sampled_from(list(Severity)), bounds, st.integers(0, 999_999), st.booleans()
)
everything = st.builds(FindingsCount, st.none(), bounds, st.integers(0, 9))
atoms = (
    st.sampled_from(STATUSES).map(StatusIs)
    | counts
    | everything
    | st.builds(ConfidenceIs, bounds, st.floats(0, 1))
    | st.sampled_from(list(GateVerdict)).map(GatesAre)
)
simple = atoms | atoms.map(Not)
conditions = simple | st.builds(Joined, st.booleans(), st.lists(simple, min_size=2, max_size=3).map(tuple))
facts = st.builds(
    Facts, st.sampled_from(STATUSES), st.dictionaries(st.sampled_from(list(Severity)), st.integers(0, 3)),
    st.none() | st.floats(0, 1), st.sampled_from(list(GateVerdict)),
)  # fmt: skip


@given(conditions)
def test_a_condition_says_itself_in_words_that_mean_the_same(condition: Condition) -> None:
    """What is written into a plan is what is read from it."""
    assert parse_condition(str(condition)) == condition


@given(simple, simple, facts)
def test_and_or_and_not_are_those_of_logic_with_unknowns(
    one: Condition, other: Condition, known: Facts
) -> None:
    """Kleene's three values: what is unknown matters only where it could change the answer."""
    assert not isinstance(one, Joined)
    assert not isinstance(other, Joined)
    a, b = one.holds(known), other.holds(known)
    rank = {False: 0, None: 1, True: 2}
    both, either = (Joined(every, (one, other)).holds(known) for every in (True, False))
    assert rank[both] == min(rank[a], rank[b])
    assert rank[either] == max(rank[a], rank[b])


SEEN = Facts("completed", {Severity.HIGH: 2, Severity.CRITICAL: 1, Severity.LOW: 5}, 0.6, GateVerdict.FAILED)
ANSWERS = {
    "status is completed": True,
    "not status is completed": False,
    "findings high at least 3": False,
    "findings high or worse at least 3": True,
    "findings high >= 2": True,
    "findings info at most 0": True,
    "findings any at most 7": False,
    "confidence at least 0.6": True,
    "confidence <= 0.5": False,
    "gates are failed": True,
    "gates is passed": False,
    "status is completed and findings high at least 3": False,
    "status is failed or findings high or worse at least 3": True,
}


@pytest.mark.parametrize(("words", "answer"), ANSWERS.items(), ids=ANSWERS.keys())
def test_what_is_asked_is_what_is_answered(words: str, answer: bool) -> None:
    """Two high ones, a critical one, five low ones; 0.6 sure; the gates failed."""
    assert parse_condition(words).holds(SEEN) is answer


def test_what_is_not_known_is_neither_high_nor_low() -> None:
    """Its contrary is not known either."""
    unsaid = Facts("completed", {})
    for words in ("confidence at least 0.5", "confidence at most 0.5", "not confidence at most 0.5"):
        assert parse_condition(words).holds(unsaid) is None


REFUSED = {
    "": "the condition is empty",
    "x" * 501: "has 501 characters",
    "it is bad": "the condition 'it is bad' is not understood",
    "status is fine": "has the status 'fine'",
    "findings awful at least 1": "has the severity 'awful'",
    "findings high at least -1": "is not understood",
    "findings high more than 1": "is not understood",
    "confidence at least 7": "has the confidence '7'",
    "confidence at least 1e": "has the confidence '1e'",
    "gates are green": "has the verdict 'green'",
    "status is failed and gates are failed or gates are passed": 'mixes "and" with "or"',
    "not not status is failed": "is not understood",
}


@pytest.mark.parametrize(("words", "fault"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_not_understood_is_quoted(words: str, fault: str) -> None:
    """With what may be written."""
    with pytest.raises(UserError) as caught:
        parse_condition(words)
    assert fault in caught.value.message
    assert caught.value.hint


MAPPINGS: dict[str, dict[object, object]] = {
    "findings high or worse at least 1": {"findings": "high", "or_worse": True, "at_least": 1},
    "confidence at least 0.7": {"confidence": {"at_least": 0.7}},
    "status is failed": {"status": "failed"},
    "not gates are passed": {"not": {"gates": "passed"}},
    "status is failed and findings any at least 1": {
        "all": [{"status": "failed"}, {"findings": "any", "at_least": 1}]
    },
    "gates are failed or confidence at most 0.5": {
        "any": ["gates are failed", {"confidence": {"at_most": 0.5}}]
    },
}


@pytest.mark.parametrize(("words", "mapping"), MAPPINGS.items(), ids=MAPPINGS.keys())
def test_a_mapping_says_the_same_as_the_words(words: str, mapping: dict[object, object]) -> None:
    """For those who rather write YAML than sentences."""
    assert words_of(mapping) == words


@pytest.mark.parametrize("mapping", [{}, {"colour": "red"}, {"findings": "high"}, {"any": []}, {"not": [1]}])
def test_a_mapping_that_says_nothing_is_refused(mapping: dict[object, object]) -> None:
    """It is no condition that always holds."""
    with pytest.raises(UserError, match="the condition"):
        words_of(mapping)
