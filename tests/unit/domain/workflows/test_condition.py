"""Conditions: what can be asked, what cannot, and what is neither true nor false."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.errors import UserError
from muster.domain.orchestration.run import Verdict
from muster.domain.workflows.condition import (
    MAX_LENGTH,
    Comparison,
    Condition,
    Junction,
    Negation,
    parse_condition,
    references,
)
from muster.domain.workflows.evaluate import Known, evaluate
from muster.domain.workflows.state import Handed, StageRecord, StageStatus

SCAN = StageRecord(
    "scan",
    StageStatus.COMPLETED,
    verdict=Verdict.FAILED,
    handed=Handed("", {"all": 3, "high": 2, "low": 1}, {"coverage.percent": 52.9}),
)
KNOWN = Known(
    {"depth": "full", "limit": "80"}, {"scan": SCAN, "later": StageRecord("later", StageStatus.SKIPPED)}
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("input.depth == full", True),
        ("input.depth == 'full'", True),
        ("input.depth != full", False),
        ("input.depth == 80", False),
        ("input.depth != 80", True),
        ("input.depth > 80", None),
        ("input.limit >= 80", True),
        ("stages.scan.status == completed", True),
        ("stages.later.status == skipped", True),
        ("stages.scan.verdict == failed", True),
        ("stages.scan.verdict != failed", False),
        ("stages.later.verdict == passed", None),
        ("not stages.later.verdict == passed", None),
        ("stages.scan.findings > 2", True),
        ("stages.scan.findings.high == 2", True),
        ("stages.scan.findings.critical > 0", False),
        ("stages.scan.measures.coverage.percent < 80", True),
        ("stages.scan.measures.coverage.percent >= 52.9", True),
        ("stages.scan.measures.complexity.max > 0", None),
        ("stages.scan.measures.complexity.max is unmeasured", True),
        ("stages.scan.measures.complexity.max is measured", False),
        ("stages.scan.findings is measured", True),
        ("stages.later.findings is measured", False),
        ("stages.later.findings == 0", None),
        ("input.depth == full and stages.scan.findings.low > 0", True),
        ("input.depth == quick or stages.scan.findings.low > 0", True),
        ("input.depth == quick and stages.later.findings > 0", False),
        ("input.depth == full or stages.later.findings > 0", True),
        ("input.depth == full and stages.later.findings > 0", None),
        ("input.depth == quick or stages.later.findings > 0", None),
        ("not input.depth == quick and input.depth == full", True),
        ("not (input.depth == full and input.limit == 80)", False),
        ("input.depth == quick and input.depth == full or input.limit == 80", True),
        ("input.depth == quick and (input.depth == full or input.limit == 80)", False),
    ],
)
def test_it_holds_or_not_or_is_not_known(text: str, holds: bool | None) -> None:
    """What was not measured decides nothing, also when it is denied."""
    assert evaluate(parse_condition(text), KNOWN).holds is holds


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it ends where something to compare"),
        ("input.depth", "it ends where a comparison after 'input.depth'"),
        ("input.depth ==", "it ends where a value after '=='"),
        ("input.depth = full", "'=' cannot be read"),
        ("input.depth == full full", "what is 'full' for?"),
        ("(input.depth == full", "a bracket is not closed"),
        ("input.depth == full)", "what is ')' for?"),
        ("full == input.depth", "'full' is not known"),
        ("3 == 3", "'3' is nothing that can be compared"),
        ("stages.scan == passed", "'stages.scan' is not known"),
        ("stages.scan.mood == good", "'stages.scan.mood' is not known"),
        ("input.a.b == 1", "'input.a.b' is not known"),
        ("stages.scan.findings.worst > 0", "'worst' is no severity"),
        ("stages.scan.measures > 0", "does not say which measure"),
        ("stages.scan.status.x == completed", "goes on after 'status'"),
        ("stages.scan.status == done", "compared by == or != with one of completed, failed, skipped"),
        ("stages.scan.verdict > passed", "compared by == or != with one of passed, failed, partial"),
        ("stages.scan.findings == many", "is a number, and 'many' is none"),
        ("input.depth > full", "held against a number only"),
        ("input.depth is measured", "only a measure or findings"),
        ("stages.scan.findings is there", "only a measure or findings"),
        ("input.depth == (", "after '==' comes a value, not '('"),
        ("input.depth full", "after 'input.depth' comes one of"),
        ("import os; 1", "';' cannot be read"),
        ("not " * 25 + "input.a == 1", "nested too deeply"),
        ("input.a == 1 or " * 40 + "input.a == 1", f"more than {MAX_LENGTH}"),
    ],
)
def test_a_mistake_is_named(text: str, reason: str) -> None:
    """With what is wrong and what to write."""
    with pytest.raises(UserError) as caught:
        parse_condition(text)
    assert reason in caught.value.message
    assert caught.value.hint


def test_everything_it_asks_about_is_told() -> None:
    """In the order in which it is written, so that each name can be checked."""
    asked = references(
        parse_condition("input.a == 1 and not (stages.x.findings.high > 0 or stages.y.status == failed)")
    )
    assert [str(each) for each in asked] == ["input.a", "stages.x.findings.high", "stages.y.status"]


def test_the_reason_is_what_decided() -> None:
    """The side of an `and` that is false, with its value."""
    answer = evaluate(parse_condition("input.depth == full and stages.scan.findings.critical > 0"), KNOWN)
    assert answer.why == "stages.scan.findings.critical is 0"


LEAVES = st.sampled_from(
    [
        "input.depth == full",
        "input.depth == quick",
        "stages.later.findings > 0",
        "stages.scan.findings.high > 1",
    ]
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda text: f"not ({text})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda three: f"({three[0]}) {three[1]} ({three[2]})"
        ),
    ),
    max_leaves=5,
)


def expected(condition: Condition) -> bool | None:
    """Kleene's tables, written the other way: false, unknown, true as 0, ½, 1."""

    def worth(each: Condition) -> float:
        match each:
            case Negation(inner=inner):
                return 1 - worth(inner)
            case Junction(left=one, right=other, both=both):
                return (min if both else max)(worth(one), worth(other))
            case Comparison():
                return {True: 1.0, False: 0.0, None: 0.5}[evaluate(each, KNOWN).holds]
            case _:
                raise AssertionError(each)

    return {1.0: True, 0.0: False, 0.5: None}[worth(condition)]


@given(text=TREES)
def test_three_values_follow_kleene(text: str) -> None:
    """However conditions are joined."""
    condition = parse_condition(text)
    assert evaluate(condition, KNOWN).holds is expected(condition)


@given(text=st.text(max_size=80))
def test_any_text_is_a_condition_or_a_clear_mistake(text: str) -> None:
    """Never another error."""
    with suppress(UserError):
        parse_condition(text)
