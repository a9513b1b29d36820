"""The same words and numbers in every format."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.orchestration.run import AgentResult, AgentStatus, Recorded, RunStatus
from muster.presentation.reports import wording
from tests.unit.presentation.reports import samples


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "unpriced"),
        (Decimal(0), "$0.00"),
        (Decimal("0.0421"), "$0.042"),
        (Decimal("0.0000123"), "$0.000012"),
        (Decimal("0.10"), "$0.10"),
        (Decimal("1234.5"), "$1,234.50"),
    ],
)
def test_money(amount: Decimal | None, text: str) -> None:
    assert wording.money(amount) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0.0, "0 ms"),
        (0.0994, "99 ms"),
        (0.5, "0.5 s"),
        (59.96, "1 min 00 s"),
        (61, "1 min 01 s"),
        (3720, "1 h 02 min"),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x1b[31mb\x1b[0mc", "abc"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\b", "ab"),
        ("a\x9b31mb\x00\x07\x7f", "a31mb"),
        ("one\r\n\ttwo\u2028three", "one two three"),
        ("x\u202ey", "x\\u202ey"),
        ("bad\udcff", "bad\\xff"),
        ("שלום 🎉", "שלום 🎉"),
    ],
)
def test_what_is_printed_is_harmless(raw: str, shown: str) -> None:
    assert wording.printable(raw) == shown


@given(st.text(st.characters(codec=None)))
def test_printable_text_is_one_line_without_controls_that_can_be_encoded(text: str) -> None:
    shown = wording.printable(text)
    shown.encode("utf-8")
    assert len(shown.splitlines()) <= 1
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in shown)


def test_a_run_with_an_unpriced_agent_has_no_price() -> None:
    unpriced = AgentResult("writer", AgentStatus.COMPLETED, "done", model="acme/new", judged=True)
    run = samples.run(agents=(unpriced,))
    assert wording.spent(run) == "unpriced for no tokens"
    assert wording.model_text(run) == "language model: acme/new"


def test_tokens_are_told_apart() -> None:
    assert wording.spent(samples.paid_run()) == "$0.042 for 15,400 tokens (12,000 in, 3,400 out)"


def test_a_score_says_what_it_leaves_out() -> None:
    report = samples.report()
    assert wording.share_text(report) == (
        "coverage, documentation: not measured; the score rests on 65% of the weights"
    )
    assert wording.score_text(report) == "health 66.8/100, grade D (−3.4 since the last run)"


def test_a_complete_score_leaves_nothing_out() -> None:
    report = samples.clean_run().report
    assert report
    assert wording.share_text(report) == ""


def test_a_denied_step_that_asked_no_model_cost_nothing() -> None:
    denied = AgentResult("writer", AgentStatus.FAILED, "denied", model="acme/new", error="denied")
    assert wording.spent(samples.run(agents=(denied,))) == "$0.00 for no tokens"


def test_a_call_that_was_broken_off_has_no_known_cost() -> None:
    stopped = AgentResult("writer", AgentStatus.CANCELLED, "cancelled", model="acme/new")
    run = samples.run(
        status=RunStatus.CANCELLED,
        agents=(stopped,),
        report=None,
        recorded=Recorded(0, broken_off=("acme/new",), models=("acme/new",)),
    )
    assert wording.spent(run) == "acme/new: 1 call was broken off, its cost is not known"
    assert (wording.tokens(run), wording.price(run)) == ("not known", "not known")
    assert wording.model_text(run) == "language model: acme/new"
    assert wording.agent_model(stopped) == "no language model has answered"
