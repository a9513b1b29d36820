"""Independent answers, counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.orchestrators.patterns import pattern_named
from muster.domain.errors import UserError
from muster.domain.orchestration.decision import Decision, Dissent
from tests.fakes.builders import planned
from tests.fakes.troupe import FakeTroupe, Line

NAMES = "abcde"
YES, NO, NOTHING = Line(choice="yes"), Line(choice="no"), Line()


async def voted(*lines: Line, **options: str | float) -> tuple[Decision, FakeTroupe]:
    """One voter a line, in the order of the alphabet."""
    troupe = FakeTroupe(script={name: [line] for name, line in zip(NAMES, lines, strict=False)})
    pattern = pattern_named("voting").configured(options)
    results = await pattern.execute([planned(name) for name in NAMES[: len(lines)]], troupe.stage())
    assert [result.agent for result in results] == list(NAMES[: len(lines)])
    return troupe.decision, troupe


async def test_more_than_half_of_the_votes_win_and_the_others_are_dissent() -> None:
    """The tally, the voters of the winner, and what the one against it said."""
    decision, troupe = await voted(YES, Line("I would not", choice=" No. "), Line(choice="YES"))
    assert (decision.answer, decision.by, decision.tally) == ("yes", ("a", "c"), {"no": 1, "yes": 2})
    assert decision.dissent == (Dissent("b", "no: I would not"),)
    assert decision.words == "'yes' wins (majority)"
    assert all(assignment.inbox == () for assignment in troupe.given), "nobody hears of the others"
    assert [(m.sender, m.type, m.payload) for m in troupe.sent] == [
        ("a", "vote", "yes"), ("b", "vote", "no"), ("c", "vote", "yes"),
    ]  # fmt: skip


async def test_the_most_votes_are_no_majority() -> None:
    """Two of five with three against, each for itself."""
    decision, _ = await voted(YES, YES, NO, Line(choice="later"), Line(choice="never"))
    assert (decision.answer, decision.by) == ("", ())
    assert "'yes' has the most, but not more than half: nothing is decided" in decision.words


async def test_a_tie_is_undecided_unless_the_first_in_the_plan_may_break_it() -> None:
    """Who breaks it is said."""
    decision, _ = await voted(NO, YES, YES, NO)
    assert (decision.answer, decision.words) == ("", "'no' and 'yes' are tied: nothing is decided (majority)")
    decision, _ = await voted(NO, YES, YES, NO, ties="first")
    assert decision.answer == "no"
    assert "'no' was named first in the plan" in decision.words


async def test_abstentions_count_for_the_quorum_alone_and_say_why() -> None:
    """A failure, silence, and what is not up for choice; the rest decides if it is half of the voters."""
    lines = (YES, YES, Line(fails=True), NOTHING)
    decision, troupe = await voted(*lines)
    assert (decision.answer, decision.tally) == ("yes", {"yes": 2})
    assert decision.words == ("'yes' wins (majority); c abstains: it failed; d abstains: it named no choice")
    assert [m.payload for m in troupe.sent][2:] == ["abstains: it failed", "abstains: it named no choice"]
    decision, _ = await voted(*lines, NOTHING)
    assert decision.answer == ""
    assert "2 of 5 voted, fewer than the quorum: nothing is decided" in decision.words
    decision, _ = await voted(*lines, NOTHING, quorum=0.4)
    assert decision.answer == "yes"


async def test_when_nobody_votes_nothing_is_decided() -> None:
    """Not even with no quorum."""
    decision, _ = await voted(NOTHING, NOTHING, quorum=0.0)
    assert (decision.answer, decision.tally) == ("", {})
    assert decision.words.startswith("nobody voted: nothing is decided")


async def test_a_choice_that_is_not_listed_is_an_abstention() -> None:
    """The voters are told the list, and spell it as they like."""
    decision, troupe = await voted(Line(choice="SHIP IT"), Line(choice="maybe"), choices="Ship it, Hold")
    assert (decision.answer, decision.by) == ("Ship it", ("a",))
    assert "b abstains: 'maybe' is not up for choice" in decision.words
    assert 'one of "Ship it", "Hold"' in troupe.given[0].words


async def test_weights_decide_against_the_number_of_heads() -> None:
    """Three against two."""
    decision, _ = await voted(YES, NO, NO, rule="weighted", weights="a=3")
    assert (decision.answer, decision.tally) == ("yes", {"no": 2, "yes": 3})


async def test_rankings_are_counted_by_borda_or_by_instant_runoff() -> None:
    """The same ballots, two rules, two winners: both are stated."""
    ballots = [Line(ranking=tuple(order)) for order in ("xyz", "xyz", "xyz", "yzx", "yzx")]
    decision, troupe = await voted(*ballots, rule="ranked", choices="x, y, z")
    assert (decision.answer, decision.tally) == ("y", {"x": 6, "y": 7, "z": 2})
    assert decision.words == "'y' wins (borda)"
    assert decision.by == ("d", "e")
    assert '"ranking"' in troupe.given[0].words
    decision, _ = await voted(*ballots, rule="ranked", count="instant-runoff")
    assert (decision.answer, decision.words) == ("x", "'x' wins (instant-runoff)")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rule": "loudest"}, "option 'rule' of pattern 'voting' is 'loudest'"),
        (
            {"weights": "a=-1"},
            "option 'weights' of pattern 'voting' is 'a=-1': 'a=-1' is no weight of one voter",
        ),
        ({"weights": "a=1, a=2"}, "is no weight of one voter"),
        ({"quorum": 1.5}, "option 'quorum' of pattern 'voting' is 1.5"),
    ],
)
def test_wrong_rules_are_refused(options: dict[str, str | float], words: str) -> None:
    """Before anybody is asked."""
    with pytest.raises(UserError) as caught:
        pattern_named("voting").configured(options)
    assert words in caught.value.message


def test_a_weight_for_somebody_who_does_not_vote_is_refused() -> None:
    """A slip of the pen must not make a vote weigh one."""
    with pytest.raises(UserError, match="names 'z', who does not vote"):
        pattern_named("voting").configured({"weights": "z=2"}).refuse(["a", "b"])


choices = st.sampled_from(["yes", "no", "later", ""])
rows = st.lists(choices, min_size=2, max_size=5).flatmap(
    lambda votes: st.tuples(st.just(votes), st.permutations(votes))
)


@given(rows, st.sampled_from(["majority", "weighted", "ranked"]))
async def test_the_order_of_the_agents_never_changes_who_wins(
    votes: tuple[list[str], list[str]], rule: str
) -> None:
    """Winner, tally and the number of those behind it are the same for every permutation."""
    ends = []
    for row in votes:
        troupe = FakeTroupe(script={str(i): [Line(choice=vote)] for i, vote in enumerate(row)})
        pattern = pattern_named("voting").configured({"rule": rule})
        await pattern.execute([planned(str(i)) for i in range(len(row))], troupe.stage(2))
        ends.append(troupe.decision)
    one, other = ends
    assert (one.answer, one.tally, len(one.by)) == (other.answer, other.tally, len(other.by))
    if one.answer and rule != "ranked":
        assert 2 * votes[0].count(one.answer) > sum(bool(vote) for vote in votes[0])
