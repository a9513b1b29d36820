"""How a run went, in every format: waits, decisions, repeats, and what was planned."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from muster.domain.models.attempt import Attempt, UsageSource
from muster.domain.models.tier import ModelTier
from muster.domain.orchestration.approvals import Wait, WaitKind
from muster.domain.orchestration.decision import Decision, Dissent
from muster.domain.orchestration.plan import Estimate, Range
from muster.domain.orchestration.run import GivenAnswer, RunRecord, RunStatus
from muster.presentation.reports import render_run
from muster.presentation.reports.course import course, planned
from tests.unit.presentation.reports import samples

PEOPLE = ("text", "markdown", "html")
ASKS = Wait(WaitKind.APPROVAL, "approve:fixer/fixer#1", "fixer wants to call <write> & go")
DOUBT = Wait(WaitKind.DOUBT, "doubt:fixer#1/tool/1/it's", "whether it was done is not known")
LATER = Wait(WaitKind.TIMER, "timer:x", "x waits", datetime(2026, 1, 1, tzinfo=UTC))
WORD = Wait(WaitKind.SIGNAL, "deployed", "waits for deployed")
VOTE = Decision(
    "voting",
    "2 of 3 are for yes",
    ("ann", "bob"),
    "ship it",
    1,
    {"yes": 2.0, "no <now>": 1.0},
    (Dissent("cyd", "too early & <risky>"),),
)
DEBATE = Decision("debate", "the judge follows ann", ("judge",), rounds=2, team="inner")


def waiting(*waits: Wait) -> RunRecord:
    """A run that was put aside."""
    return samples.run(
        status=RunStatus.WAITING, report=None, waits=waits, finished_at=None, agents=samples.agents()[:1]
    )


def decided(*decisions: Decision) -> RunRecord:
    """A finished run whose team came to these."""
    return samples.run(report=samples.report(decisions=decisions))


def estimated(**changes: Any) -> RunRecord:
    """A run of 12.3 seconds, 15,400 tokens and $0.0421, with another estimate."""
    paid = samples.paid_run()
    base = Estimate(
        Range(1, 2, 3), Range(1.0, 2.0, 20.0), (Decimal(1), Decimal(2), Decimal(3)), "earlier runs"
    )
    return replace(paid, plan=replace(paid.plan, estimate=replace(base, **changes)))


@pytest.mark.parametrize("form", PEOPLE)
def test_a_waiting_run_shows_what_it_waits_for_and_the_command(form: str) -> None:
    """One alone needs no step; a signal has no command."""
    text = render_run(waiting(ASKS, LATER, WORD), form, width=200)
    assert text.count("muster approve 01HRUN0001") == text.count("muster deny 01HRUN0001") == 1
    assert "muster resume 01HRUN0001" in text
    assert "waits for deployed" in text
    assert "--step" not in text


def test_of_several_questions_each_has_a_command_that_a_shell_understands() -> None:
    """Whatever is in the name of the step."""
    text = render_run(waiting(ASKS, DOUBT), "text", width=200)
    assert "    muster approve 01HRUN0001 --step 'fixer/fixer#1'\n" in text
    assert """    muster deny 01HRUN0001 --step 'fixer#1/tool/1/it'"'"'s'\n""" in text


def test_programs_read_the_waits_too() -> None:
    """JSON has the commands; SARIF and JUnit say why there is no result."""
    run = waiting(ASKS)
    (row,) = json.loads(render_run(run, "json"))["summary"]["waits"]
    assert row["answers"] == ["muster approve 01HRUN0001", "muster deny 01HRUN0001"]
    words = "for approval: fixer wants to call <write> & go"
    note = json.loads(render_run(run, "sarif"))["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]
    assert note["message"]["text"] == f"the run is waiting: {words}"
    assert "the run is waiting: approval: fixer wants to call &lt;write&gt; &amp; go" in render_run(
        run, "junit"
    )


@pytest.mark.parametrize("form", PEOPLE)
def test_a_vote_and_a_debate_can_be_read(form: str) -> None:
    """Who decided, by which count, after how many rounds, and who saw it otherwise."""
    text = render_run(decided(VOTE, DEBATE), form, width=120)
    assert "Decisions" in text
    for words in (
        "2 of 3 are for yes",
        "ship it",
        "by ann, bob, after 1 round",
        "cyd",
        "the judge follows ann",
    ):
        assert words in text
    assert "inner: debate" in text
    assert "by judge, after 2 rounds" in text
    if form == "html":
        assert "<now>" not in text
        assert "no &lt;now&gt;" in text


def test_the_count_of_a_vote_is_drawn_to_scale_on_a_terminal() -> None:
    """The highest is twenty columns."""
    lines = render_run(decided(VOTE), "text", width=100).split("\n")
    start = lines.index("Decision")
    assert lines[start + 1 : start + 7] == [
        "  voting  by ann, bob, after 1 round",
        "    2 of 3 are for yes",
        "    → ship it",
        f"    2  {'█' * 20}  yes",
        f"    1  {'█' * 10}            no <now>",
        "    against: cyd: too early & <risky>",
    ]


def test_a_straight_run_has_no_course_and_one_that_crashed_tells_it() -> None:
    """Forks, resumptions, repeated and inherited calls."""
    assert course(samples.run()) == ()
    taken = Attempt("p", "p/m", ModelTier.CHEAP, cached=True, source=UsageSource.REPORTED)
    cached = replace(taken, source=UsageSource.NONE)
    agent = replace(samples.paid_run().agents[0], attempts=(taken, cached))
    run = samples.run(agents=(agent,), parent="run-0", resumed=2, repeated=1)
    assert course(run) == (
        ("forked from", "run-0"),
        ("taken over", "1 call, at no cost"),
        ("resumed", "2 times"),
        ("repeated", "1 call whose answer a crash had taken"),
    )
    for form in PEOPLE:
        text = render_run(run, form, width=120)
        for words in (
            "run-0",
            "2 times",
            "whose answer a crash had taken",
            "(taken over)",
            "(from the cache)",
        ):
            assert words.replace("(", "\\(").replace(")", "\\)") in text or words in text


def test_what_it_took_is_held_against_what_was_planned() -> None:
    """Inside the range, above or below it; nothing is said of what has no price, or has not ended."""
    assert [row.stands for row in planned(estimated())] == ["as planned", "more", "less"]
    assert [row.stands for row in planned(estimated(cost=None))] == ["as planned", "more", ""]
    assert planned(estimated())[2].cells == ("cost", "$1.00–$3.00 (expected $2.00)", "$0.042", "less")
    assert next(row.stands for row in planned(replace(estimated(), resumed=1))) == "with its pauses"
    open_run = replace(estimated(), status=RunStatus.WAITING, finished_at=None)
    assert [row.stands for row in planned(open_run)] == ["", "so far", "so far"]


def test_who_answered_a_question_stands_in_the_course() -> None:
    asked = samples.run(answers=(GivenAnswer("first#1/agent", "approved", "ann", "looks fine"),))
    assert ("asked", "first#1/agent approved by ann, looks fine") in course(asked)
