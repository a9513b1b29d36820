"""What goes into a pull request."""

import pytest

from muster.presentation.reports import render_plan, render_run
from muster.presentation.reports.markdown_words import code, escape
from tests.unit.presentation.reports import samples


@pytest.mark.parametrize(
    ("raw", "escaped"),
    [
        ("a | b", "a \\| b"),
        ("<b>x</b> & *y* _z_", "\\<b\\>x\\</b\\> \\& \\*y\\* \\_z\\_"),
        ("# head", "\\# head"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        ("1.5 seconds", "1.5 seconds"),
        ("[x](y)", "\\[x\\](y)"),
        ("two\nlines", "two lines"),
    ],
)
def test_text_from_outside_is_not_markup(raw: str, escaped: str) -> None:
    assert escape(raw) == escaped


@pytest.mark.parametrize(
    ("raw", "span"),
    [("x", "`x`"), ("a `b` c", "``a `b` c``"), ("`", "`` ` ``"), ("", ""), ("a``b", "```a``b```")],
)
def test_a_code_span_is_longer_than_the_backticks_in_it(raw: str, span: str) -> None:
    assert code(raw) == span


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    lines = render_run(samples.run(), "markdown").split("\n")
    rows = [line for line in lines if line.startswith("| ")]
    counts = [line.replace("\\|", "").count("|") for line in rows]
    assert counts == [5] * 7 + [6] * 5 + [7] * 6 + [5] * 5


def test_the_unmeasured_are_words_and_the_findings_are_all_there() -> None:
    text = render_run(samples.run(), "markdown")
    assert "| coverage | 25% | not measured | no coverage file |" in text
    assert "| coverage | ≥ 80 % | not measured | unmeasured | no coverage file |" in text
    assert text.count("\n- **") == 8
    assert "\\<b\\>bold\\</b\\> \\& evil" in text
    assert text.endswith("$0.00 for no tokens; no language model was used.\n")


def test_a_cancelled_run_has_no_health() -> None:
    text = render_run(samples.cancelled_run(), "markdown")
    assert text.startswith("# Muster: cancelled\n")
    assert "The run is cancelled and has no report." in text
    assert "## Health" not in text


def test_a_plan_names_team_and_what_nobody_covers() -> None:
    text = render_plan(samples.plan(), "markdown")
    assert "| `security_auditor` | `offline/evidence` | Look for weaknesses. | security audit |" in text
    assert "## Not covered\n\n- test generation: needs a language model\n" in text
    assert "| cost | \\$0.00 |" in text
