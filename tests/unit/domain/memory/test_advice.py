"""What earlier runs say about the next one, and what they do not."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from muster.domain.agents.capability import Capability as C
from muster.domain.memory.advice import advice, likeness, wilson
from muster.domain.memory.run_outcome import RunOutcome, Taken, project_of
from muster.domain.orchestration.requirements import Complexity, TaskDomain, TaskRequirements
from muster.domain.orchestration.run import RunStatus, Verdict
from tests.fakes.outcomes import HERE, any_outcomes, outcome, outcomes, worked

PATTERNS = ("parallel", "refinement", "debate")
PROJECT = project_of(HERE)
TASK = TaskRequirements(
    "audit it", Complexity.MODERATE, TaskDomain.SECURITY, (C.SECURITY_AUDIT,), parallelisable=False
)


def better(known: list[RunOutcome], usual: str = "parallel", project: str = PROJECT) -> list[str]:
    """Patterns that are advised instead of the usual one."""
    return [tally.pattern for tally in advice(known, TASK, project).better_than(usual)]


@pytest.mark.parametrize(
    ("there", "likely"),
    [
        ((C.SECURITY_AUDIT,), 1.0),
        ((C.SECURITY_AUDIT, C.CODE_REVIEW), 0.5),
        ((C.SECURITY_AUDIT, C.CODE_REVIEW, C.DOCUMENTATION), pytest.approx(1 / 3)),
        ((C.CODE_REVIEW,), 0.0),
        ((), 0.0),
    ],
)
def test_tasks_are_alike_by_what_they_have_in_common(there: tuple[C, ...], likely: float) -> None:
    """Shared capabilities over all of both, and none in another domain."""
    one = outcome(capabilities=there)
    assert likeness(one, TaskDomain.SECURITY, (C.SECURITY_AUDIT,)) == likely
    assert likeness(one, TaskDomain.TESTING, (C.SECURITY_AUDIT,)) == 0.0


def test_tasks_of_one_domain_that_ask_for_nothing_in_particular_are_alike() -> None:
    """Nothing in common of nothing at all is everything."""
    assert likeness(outcome(capabilities=()), TaskDomain.SECURITY, ()) == 1.0


def test_wilson_s_interval_is_the_published_one() -> None:
    """Newcombe (1998), table I: 81 of 263 at 95 % give .2553 to .3662; at 90 % it lies inside."""
    low, high = wilson(81, 263)
    assert 0.2553 < low < 81 / 263 < high < 0.3662
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(5, 5)[0] == pytest.approx(0.6489, abs=1e-4)


def test_a_pattern_that_passes_more_often_beyond_chance_is_advised() -> None:
    """Nine of nine against one of eight; the evidence names the runs."""
    known = outcomes("refinement", 9) + outcomes("parallel", 1, 7, first=20)
    assert better(known) == ["refinement"]
    (tally,) = advice(known, TASK, PROJECT).better_than("parallel")
    assert (tally.words, tally.last) == ("passed 9 of 9 similar runs", "run-009")
    assert better(known, "refinement") == []


@pytest.mark.parametrize(
    ("here", "there"),
    [((4, 0), (0, 9)), ((9, 0), (0, 4)), ((5, 4), (4, 5)), ((0, 0), (0, 9)), ((9, 0), (0, 0))],
)
def test_too_few_runs_or_a_difference_that_may_be_chance_change_nothing(
    here: tuple[int, int], there: tuple[int, int]
) -> None:
    """Five similar runs each, and intervals that do not touch."""
    assert better(outcomes("refinement", *here) + outcomes("parallel", *there, first=50)) == []


def test_what_failed_on_this_code_is_not_advised_for_having_passed_on_other_code() -> None:
    """Easy code elsewhere must not decide here."""
    elsewhere = outcomes("refinement", 20, root="/easy") + outcomes("parallel", 0, 9, first=30, root="/hard")
    here = outcomes("refinement", 0, 1, first=60) + outcomes("parallel", 1, 0, first=70)
    assert better(elsewhere) == ["refinement"]
    assert better(elsewhere + here) == []


@pytest.mark.parametrize(
    "change",
    [
        {"shared": True},
        {"composed": True},
        {"verdict": Verdict.PARTIAL},
        {"verdict": None},
        {"status": RunStatus.CANCELLED},
    ],
)
def test_runs_that_do_not_tell_of_their_pattern_do_not_count_for_it(change: dict[str, object]) -> None:
    """Parts of other runs, teams of their own form, what was not measured, and what somebody stopped."""
    losing = outcomes("parallel", 0, 9, first=30)
    winning = outcomes("refinement", 9)
    assert better(winning + losing) == ["refinement"]
    assert better([replace(one, **change) for one in winning] + losing) == []  # type: ignore[arg-type]


def test_a_run_that_broke_down_counts_against_its_pattern() -> None:
    """Failures are evidence too, though nothing was measured."""
    broken = [outcome(50 + i, status=RunStatus.FAILED, verdict=None, taken=None) for i in range(8)]
    assert better(outcomes("refinement", 9) + broken) == ["refinement"]


def test_an_agent_that_failed_in_three_of_the_last_five_similar_runs_is_named() -> None:
    """Two are too few, and what was long ago is forgiven."""

    def known(ends: str) -> list[RunOutcome]:
        return [outcome(i, team=[worked("critic", failed=end == "x")]) for i, end in enumerate(ends, 1)]

    (critic,) = advice(known("xx.x."), TASK).failing
    assert (critic.agent, critic.failed, critic.of, critic.last) == ("critic", 3, 5, "run-004")
    assert advice(known("xx.."), TASK).failing == ()
    assert advice(known("xxx..."), TASK).failing == ()


def test_a_cancelled_run_teaches_who_failed() -> None:
    """Their failures count, whatever became of the run."""
    team = [worked("critic", failed=True)]
    known = [outcome(i, status=RunStatus.CANCELLED, verdict=None, team=team, taken=None) for i in range(3)]
    assert [one.agent for one in advice(known, TASK).failing] == ["critic"]
    assert advice(known, TASK).score is None


def test_estimates_are_scored_by_what_runs_took() -> None:
    """Right is who has tokens, seconds and dollars inside the ranges; unpriced dollars are not held against it."""
    known = [
        outcome(1, taken=Taken(20, 2)),
        outcome(2, taken=Taken(31, 2)),
        outcome(3, taken=Taken(20, 0.5)),
        outcome(4, taken=None),
    ]
    score = advice(known, TASK).score
    assert score is not None
    assert (score.right, score.of, score.last) == (1, 3, "run-003")


@given(any_outcomes(PATTERNS), st.randoms(use_true_random=False))
def test_the_order_of_outcomes_does_not_matter(known: list[RunOutcome], chance: Random) -> None:
    """They come from a store as it likes."""
    shuffled = list(known)
    chance.shuffle(shuffled)
    assert advice(shuffled, TASK, PROJECT) == advice(known, TASK, PROJECT)
    assert advice(known + shuffled, TASK, PROJECT) == advice(known, TASK, PROJECT), "nothing counts twice"


@given(
    st.integers(0, 12),
    st.integers(0, 12),
    st.integers(0, 12),
    st.integers(0, 12),
    st.sampled_from([HERE, "/there"]),
)
def test_one_more_passed_run_never_makes_a_pattern_less_preferred(
    passed: int, failed: int, other_passed: int, other_failed: int, root: str
) -> None:
    """Wherever it passed: who was advised stays advised, and is not beaten by whom it did not lose to before."""
    known = outcomes("refinement", passed, failed) + outcomes(
        "parallel", other_passed, other_failed, first=100
    )
    more = [*known, outcome(500, "refinement", root=root)]
    if "refinement" in better(known):
        assert "refinement" in better(more)
    if "parallel" not in better(known, "refinement") and passed + failed >= 5:
        assert "parallel" not in better(more, "refinement")


@given(any_outcomes(PATTERNS, most=9))
def test_fewer_than_ten_runs_advise_no_pattern(known: list[RunOutcome]) -> None:
    """Two patterns need five each."""
    assume(len(known) < 10)
    assert all(not advice(known, TASK, PROJECT).better_than(pattern) for pattern in (*PATTERNS, "gone"))
