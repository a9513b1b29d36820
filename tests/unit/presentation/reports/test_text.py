"""What is seen in a terminal."""

from dataclasses import replace

import pytest
from rich.cells import cell_len

from muster.presentation.reports import render_plan, render_run
from tests.unit.presentation.reports import samples


def lines_of(text: str, start: str, end: str = "") -> list[str]:
    """The lines from the one that starts with `start` to the next empty one."""
    lines = text.split("\n")
    first = next(index for index, line in enumerate(lines) if line.startswith(start))
    return lines[first : lines.index(end, first)]


def test_the_verdict_and_what_the_score_leaves_out_come_first() -> None:
    lines = render_run(samples.run(), "text", width=80).split("\n")
    assert lines[:2] == [
        "FAILED  health 66.8/100, grade D (−3.4 since the last run)",
        "  coverage, documentation: not measured; the score rests on 65% of the weights",
    ]


def test_sections_come_in_the_order_of_their_weight() -> None:
    text = render_run(samples.run(), "text", width=80)
    heads = [
        "FAILED",
        "\nHealth",
        "\nGates",
        "\nFindings: 8",
        "\nAgents",
        "\nNot covered: 13",
        "\nrun 01HRUN0001",
    ]
    places = [text.index(head) for head in heads]
    assert places == sorted(places)


def test_gates_are_aligned_and_the_unmeasured_one_has_no_number() -> None:
    assert lines_of(render_run(samples.run(), "text", width=80), "Gates") == [
        "Gates",
        "  ✗  high      ≤ 0     2             failed",
        "  ✓  medium    ≤ 5     1             passed",
        "  –  coverage  ≥ 80 %  not measured  unmeasured: no coverage file",
    ]


def test_a_finding_shows_place_quote_suggestion_and_eight_digits_of_its_fingerprint() -> None:
    text = render_run(samples.run(), "text", width=80)
    (one,) = [finding for finding in samples.findings() if finding.rule == "S608"]
    block = lines_of(text, "  src/db.py")
    assert block[1:6] == [
        "    high      line 12:5  S608  90% sure",
        "      SQL is built from strings",
        '      │ query = f"SELECT * FROM t WHERE id = {key}"',
        "      → Pass values as parameters.",
        f"      {one.fingerprint[:8]}  by ruff, secrets · CWE-89",
    ]
    assert one.fingerprint not in text


def test_each_agent_says_what_it_used_and_whether_a_model_spoke() -> None:
    assert lines_of(render_run(samples.run(), "text", width=80), "Agents") == [
        "Agents  pattern parallel",
        "  ✓ security_auditor  4.2 s",
        "    Three weaknesses.",
        "    tools: ruff, secrets (failed); no language model was used",
        "    1 citation or quote that nothing bears out left out",
        "  ✓ code_reviewer  1.1 s",
        "    Four smaller things.",
        "    tools: ruff; no language model was used",
        "  ✗ test_analyst  50 ms  failed",
        "    the tool <crashed>",
        "    tools: none; no language model was used",
        "  – synthesizer  skipped",
    ]


def test_ten_things_that_are_not_covered_are_listed_and_the_rest_counted() -> None:
    block = lines_of(render_run(samples.run(), "text", width=80), "Not covered: 13")
    assert len(block) == 12
    assert block[-1] == "  and 3 more"


def test_the_last_lines_tell_what_was_planned_and_cost_and_model() -> None:
    assert render_run(samples.run(), "text").split("\n")[-7:-1] == [
        "Planned and taken  typical times for 1,200 lines of code",
        "  time    12.3 s  more        planned: 1.0 s – 6.0 s (expected 2.5 s)",
        "  tokens  0       as planned  planned: 0",
        "  cost    $0.00   as planned  planned: $0.00",
        "",
        "run 01HRUN0001 · 12.3 s · $0.00 for no tokens · no language model was used",
    ]
    assert "$0.042 for 15,400 tokens (12,000 in, 3,400 out) · language model: acme/large-1" in render_run(
        samples.paid_run(), "text", width=120
    )


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for build in (samples.run, samples.clean_run, samples.cancelled_run):
        text = render_run(build(), "text", width=width)
        assert [line for line in text.split("\n") if cell_len(line) > width] == []
    plan = render_plan(samples.plan(), "text", width=width)
    assert [line for line in plan.split("\n") if cell_len(line) > width] == []


def test_hostile_code_leaves_no_escape_on_the_terminal_even_in_colour() -> None:
    plain = render_run(samples.run(), "text")
    coloured = render_run(samples.run(), "text", color=True)
    assert "\x1b" not in plain
    assert "\x1b[31mred" not in coloured
    assert "]0;title" not in coloured
    assert "\x1b[1;31mFAILED" in coloured
    assert "\\u202e" in plain
    assert "<script>alert(1)</script>' ]]> red | `tick` 🎉" in plain


def test_no_findings_is_a_good_result() -> None:
    text = render_run(samples.clean_run(), "text")
    assert text.startswith("PASSED  health 100/100, grade A\n")
    assert "Findings: 0\n  Nothing was found in what was looked at.\n" in text
    assert "Not covered" not in text


def test_a_cancelled_run_says_so_and_shows_what_was_done() -> None:
    text = render_run(samples.cancelled_run(), "text")
    assert text.startswith("CANCELLED  the run has no report\n")
    assert "  error: stopped by the user\n" in text
    assert "  ✓ security_auditor  4.2 s\n" in text
    assert "health" not in text


def test_five_thousand_findings_are_all_shown_in_their_order() -> None:
    record = samples.large_run()
    assert record.report is not None
    lines = render_run(record, "text").splitlines()
    quoted = [line.partition("│ ")[2].rstrip() for line in lines if "│ value = " in line]
    assert quoted == [finding.quote for finding in record.report.findings]
    assert len(quoted) == 5000


def test_a_plan_shows_the_team_the_ranges_and_their_basis() -> None:
    text = render_plan(samples.plan(), "text", width=80)
    assert lines_of(text, "Team: 2")[:5] == [
        "Team: 2",
        "  security_auditor  offline/evidence",
        "    Look for weaknesses.",
        "    covers security audit; because the task names security",
        "    $0.00, 0 tokens, 1.0 s – 6.0 s (expected 2.5 s)",
    ]
    assert lines_of(text, "Estimate") == [
        "Estimate",
        "  cost    $0.00",
        "  tokens  0",
        "  time    1.0 s – 6.0 s (expected 2.5 s)",
        "  basis   typical times for 1,200 lines of code",
    ]
    assert lines_of(text, "Gates") == ["Gates", "  high ≤ 0", "  coverage ≥ 80 %"]
    assert lines_of(text, "Not covered: 1")[1] == "  test generation  needs a language model"


def test_a_plan_without_a_price_is_unpriced() -> None:
    plan = samples.plan(estimate=replace(samples.FREE, cost=None))
    assert "  cost    unpriced\n" in render_plan(plan, "text")
    assert "| cost | unpriced |" in render_plan(plan, "markdown")
