"""Whether a lesson has to do with a task."""

from __future__ import annotations

import pytest

from muster.domain.memory.relevance import related


@pytest.mark.parametrize(
    ("task", "lesson", "expected"),
    [
        ("review src/auth for security", "Security of the auth tokens rests on the clock", True),
        ("review the security of tokens", "Secure tokens are signed with the old library", True),
        ("make invoices faster", "Rounding of invoices is half to even; faster code must keep that", True),
        ("make invoices faster", "The office plants need water on Mondays", False),
        ("security", "Security reviews look at deploy first", True),
        ("review the code, please", "tell them what this code does", False),
        ("", "anything", False),
    ],
)
def test_two_telling_words_must_meet(task: str, lesson: str, expected: bool) -> None:
    """Words that stand in every task do not count; one is enough where there are no two."""
    assert related(task, lesson) is expected


@pytest.mark.parametrize(("likeness", "expected"), [(None, False), (0.29, False), (0.3, True), (0.9, True)])
def test_what_means_alike_needs_no_word_in_common(likeness: float | None, expected: bool) -> None:
    """From a floor on; what has its words is related however far it is."""
    assert related("make invoices faster", "Bills took long to print", likeness) is expected
    assert related("make invoices faster", "Invoices were printed faster once", likeness)
