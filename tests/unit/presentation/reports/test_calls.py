"""Every call of a model, as a report shows it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from muster.domain.errors import ErrorKind
from muster.domain.models.attempt import Attempt, UsageSource
from muster.domain.models.tier import ModelTier
from muster.domain.models.usage import Usage
from muster.domain.orchestration.run import RunRecord
from muster.presentation.reports import render_run
from muster.presentation.reports.calls import calls
from tests.unit.presentation.reports import samples

CALLED = Attempt(
    "openai", "openai/big", ModelTier.CAPABLE, duration=1.25, usage=Usage(1000, 50, cache_read=200),
    source=UsageSource.REPORTED, cost=Decimal("0.0123"),
)  # fmt: skip
ATTEMPTS = (
    replace(CALLED, error=ErrorKind.RATE_LIMIT, usage=Usage(), source=UsageSource.NONE, cost=Decimal(0)),
    replace(CALLED, waited=2.0, error=ErrorKind.INCOMPLETE, source=UsageSource.ESTIMATED),
    replace(CALLED, model="anthropic/\x1b[31mred", fallback=True, cost=None),
    replace(CALLED, cached=True, usage=Usage(), source=UsageSource.NONE, cost=Decimal(0)),
    replace(CALLED, error=ErrorKind.BUDGET, usage=Usage(), spared=Decimal("0.25"), duration=0.0),
)


def record() -> RunRecord:
    """A run whose first agent asked a model five times."""
    run = samples.run()
    first, *others = run.agents
    return replace(run, agents=(replace(first, judged=True, attempts=ATTEMPTS), *others))


def test_each_attempt_is_a_row_with_its_end_its_tokens_and_its_cost() -> None:
    """An estimate is marked, a missing price is not zero, and what was refused says what it would have cost."""
    rows = [(row.result, row.time, row.tokens, row.cost) for row in calls(record())]
    assert rows == [
        ("rate limit", "1.2 s", "none", "$0.00"),
        ("incomplete", "1.2 s after 2.0 s", "about 1,200 in, 50 out", "about $0.012"),
        ("answered (fallback)", "1.2 s", "1,200 in, 50 out", "unpriced"),
        ("answered (from the cache)", "1.2 s", "none", "$0.00"),
        ("budget", "0 ms", "none", "not made, up to $0.25"),
    ]


def test_every_format_for_people_shows_them_and_a_name_cannot_colour_the_terminal() -> None:
    """Text, Markdown and the page; the name of a model is somebody else's word."""
    for name in ("text", "markdown", "html"):
        shown = render_run(record(), name)
        assert "0.25" in shown.split("not made, up to")[1][:8], name
        assert "Model calls" in shown, name
        assert "\x1b" not in shown, name


def test_a_run_without_a_language_model_has_no_such_section() -> None:
    """The offline model's calls are of no interest."""
    run = record()
    offline = replace(run, agents=tuple(replace(agent, judged=False) for agent in run.agents))
    assert calls(offline) == ()
    assert "Model calls" not in render_run(offline, "text")
