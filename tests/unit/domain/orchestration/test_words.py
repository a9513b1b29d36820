"""Words: stems, spellings, file names, and the reach of negations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.orchestration.analysis.words import normal, stem, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("optimise", "optimizing"),
        ("analyse", "analyzed"),
        ("behaviour", "behaviors"),
        ("licence", "licenses"),
        ("centre", "center"),
        ("planned", "planning"),
        ("dependencies", "dependency"),
        ("migration", "migrate"),
        ("refactored", "Refactoring"),
        ("pull", "pulls"),
    ],
)
def test_inflection_and_spelling_make_no_difference(one: str, other: str) -> None:
    """Both have one stem."""
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("test", "latest"),
        ("test", "attest"),
        ("test", "contestant"),
        ("secure", "security"),
        ("news", "new"),
        ("cors", "core"),
        ("prepare", "preparedness"),
        ("staging", "stage"),
    ],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    """A stem is no prefix and no substring."""
    assert stem(one) != stem(other)


def test_file_names_are_single_words_and_keep_their_case_on_request() -> None:
    """An identifier is one word too: `merge_intervals` does not ask to merge."""
    found = words("Check src/App/Main.py and merge_intervals in README.md", keep_case=True)
    assert [word.text for word in found if word.path] == ["src/App/Main.py", "README.md"]
    assert "merge_intervals" in [word.text for word in found]


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("do not touch the tests, review the docs", ["touch", "the", "tests"]),
        ("Don\u2019t change the api; go on", ["change", "the", "api"]),
        ("review it without docs", ["docs"]),
        ("leave the docs as they are", ["the", "docs", "as", "they", "are"]),
        ("fix the code instead of the tests", ["the", "tests"]),
        ("docs are out of scope", ["docs", "are"]),
        ("it does not work", []),
        ("there are no tests here", []),
        ("not only the tests", []),
    ],
)
def test_a_negation_reaches_to_the_end_of_its_clause(text: str, negated: list[str]) -> None:
    """Only orders take back; a fault that is described does not."""
    assert [word.text for word in words(text) if word.negated] == negated


@given(st.text(max_size=200))
def test_normal_form_is_the_same_for_every_casing(text: str) -> None:
    """Also for letters whose capital is two letters."""
    assert normal(text.upper()) == normal(text.lower()) == normal(text)
