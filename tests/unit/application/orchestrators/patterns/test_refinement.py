"""Draft, critique, revise."""

from __future__ import annotations

import pytest

from muster.application.orchestrators.patterns import pattern_named
from muster.application.orchestrators.patterns.asks import choice_of
from muster.application.orchestrators.patterns.base import Bound
from muster.domain.errors import UserError
from muster.domain.orchestration.decision import GateCheck
from muster.domain.orchestration.gates import Direction, GateResult, GateVerdict
from tests.fakes.builders import finding, planned
from tests.fakes.troupe import FakeTroupe, Line

TEAM = [planned(name) for name in ("d", "c", "e")]
PASSED = GateCheck(GateVerdict.PASSED)
FAILED = GateCheck.of((GateResult("high", 0, Direction.AT_MOST, 2, GateVerdict.FAILED),))


async def test_a_round_is_a_critique_and_a_revision_that_hears_all_of_it() -> None:
    """Critics get the draft with its findings; the drafter gets its draft, each critique, and what the gates say."""
    draft = Line("first draft", findings=(finding("B1", "a.py", 3, fingerprint="f1"),))
    troupe = FakeTroupe(
        script={"d": [draft, Line("second draft")], "c": [Line("too long")], "e": [Line("too short")]},
        checks=[FAILED, PASSED],
    )
    results = await pattern_named("refinement").execute(TEAM, troupe.stage())

    assert troupe.order == ["d", "c", "e", "d"]
    told = "first draft\n- medium a.py:3 B1 is here (evidence f1)"
    assert troupe.heard(1) == troupe.heard(2) == [("request", "d", told)]
    assert choice_of(("accept", "revise")) in troupe.given[1].words
    assert troupe.heard(3) == [
        ("handoff", "d", told),
        ("critique", "c", "too long"),
        ("critique", "e", "too short"),
        ("event", "gates", "high is 2, and <= 0 is wanted"),
    ]
    requests = {message.recipient: message.id for message in troupe.sent if message.type == "request"}
    answers = {message.sender: message.causation_id for message in troupe.sent if message.type == "critique"}
    assert answers == requests
    assert [result.summary for result in results] == ["second draft", "too long", "too short"]
    assert [result.usage.input for result in results] == [20, 10, 10]
    assert (troupe.decision.words, troupe.decision.rounds, troupe.decision.by) == (
        "the gates pass",
        1,
        ("d",),
    )


async def test_a_draft_that_passes_the_gates_is_criticised_all_the_same_and_its_revision_is_the_end() -> None:
    """Gates know less than critics; what they saw were the draft and its revision."""
    troupe = FakeTroupe(script={"d": [Line("one"), Line("two")]}, checks=[PASSED])
    await pattern_named("refinement").execute(TEAM, troupe.stage())
    assert troupe.order == ["d", "c", "e", "d"]
    assert [[r.summary for r in seen] for seen in troupe.checked] == [["one"], ["two"]]
    assert troupe.decision.words == "the gates pass"


async def test_it_ends_after_the_rounds_and_says_where_the_gates_stand() -> None:
    """Two rounds: three drafts, two critiques of each critic."""
    troupe = FakeTroupe(checks=[FAILED])
    pattern = pattern_named("refinement").configured({"rounds": 2})
    await pattern.execute(TEAM, troupe.stage())
    assert troupe.order == ["d", "c", "e"] * 2 + ["d"]
    assert troupe.decision.words == "2 rounds are over; high is 2, and <= 0 is wanted"
    assert len(troupe.checked) == 3


@pytest.mark.parametrize(("check", "steps"), [(GateCheck(), 3), (FAILED, 7)], ids=["unmeasured", "failed"])
async def test_critics_that_all_accept_end_it_unless_the_gates_fail(check: GateCheck, steps: int) -> None:
    """A failed gate is a fact that no opinion makes go away."""
    accepts = [Line(choice=" Accept ")]
    troupe = FakeTroupe(script={"c": accepts, "e": accepts}, checks=[check])
    await pattern_named("refinement").configured({"rounds": 2}).execute(TEAM, troupe.stage())
    assert len(troupe.given) == steps


async def test_one_critic_that_does_not_accept_is_enough_to_go_on() -> None:
    """The other's acceptance is no majority."""
    troupe = FakeTroupe(script={"c": [Line(choice="accept")], "e": [Line(choice="revise")]})
    await pattern_named("refinement").configured({"rounds": 1}).execute(TEAM, troupe.stage())
    assert troupe.order == ["d", "c", "e", "d"]


async def test_a_critic_that_fails_is_left_out_and_one_that_answers_is_heard() -> None:
    """Its failure is its result; the revision hears the other one alone."""
    troupe = FakeTroupe(failing=frozenset({"c"}))
    results = await pattern_named("refinement").configured({"rounds": 1}).execute(TEAM, troupe.stage())
    assert [sender for kind, sender, _ in troupe.heard(3) if kind == "critique"] == ["e"]
    assert [result.status for result in results] == ["completed", "failed", "completed"]


async def test_when_no_critic_can_answer_the_draft_stays() -> None:
    """And it is said so."""
    troupe = FakeTroupe(failing=frozenset({"c", "e"}))
    results = await pattern_named("refinement").execute(TEAM, troupe.stage())
    assert troupe.order == ["d", "c", "e"]
    assert results[0].summary == "d is done"
    assert troupe.decision.words == "no critic could answer: the draft stays as it is"


async def test_critics_without_a_language_model_change_nothing() -> None:
    """What only arranges evidence has no opinion to revise for."""
    silent = [Line(judged=False)]
    troupe = FakeTroupe(script={"c": silent, "e": silent})
    await pattern_named("refinement").execute(TEAM, troupe.stage())
    assert troupe.order == ["d", "c", "e"]
    assert "without a language model" in troupe.decision.words


async def test_a_revision_that_fails_leaves_the_draft_and_is_counted() -> None:
    """The words of the first draft, the tokens of both steps."""
    troupe = FakeTroupe(script={"d": [Line("draft"), Line(fails=True)]})
    results = await pattern_named("refinement").execute(TEAM, troupe.stage())
    assert (results[0].summary, results[0].status, results[0].usage.input) == ("draft", "completed", 11)
    assert troupe.decision.words == "a revision failed: the draft before it stands"


async def test_without_a_draft_there_is_nothing_to_criticise() -> None:
    """The critics are skipped."""
    troupe = FakeTroupe(failing=frozenset({"d"}))
    results = await pattern_named("refinement").execute(TEAM, troupe.stage())
    assert [result.status for result in results] == ["failed", "skipped", "skipped"]
    assert troupe.decision.by == ()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rounds": 0}, "option 'rounds' of pattern 'refinement' is 0: "),
        ({"rounds": 11}, "option 'rounds' of pattern 'refinement' is 11: "),
        ({"rounds": "3"}, "option 'rounds' of pattern 'refinement' is '3': "),
        ({"rounds": True}, "option 'rounds' of pattern 'refinement' is True: "),
        ({"round": 3}, "pattern 'refinement' has no option 'round'"),
    ],
)
def test_a_wrong_option_is_refused_by_name(options: dict[str, int | str], words: str) -> None:
    """Pattern, option, value, and what is allowed."""
    with pytest.raises(UserError) as caught:
        pattern_named("refinement").configured(options)
    assert caught.value.message.startswith(words)
    assert "rounds" in caught.value.hint


def test_time_and_turns_are_those_of_the_rounds() -> None:
    """At best nothing is to be revised; usually once; at most in three rounds."""
    pattern = pattern_named("refinement")
    assert [pattern.turns(3, bound) for bound in Bound] == [(1, 1, 1), (2, 1, 1), (4, 3, 3)]
    assert pattern.seconds((10.0, 4.0, 3.0), 4) == 24
