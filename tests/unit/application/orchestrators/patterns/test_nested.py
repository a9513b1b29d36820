"""A team takes the place of an agent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.orchestrators.estimates import team_estimate
from muster.application.orchestrators.patterns import pattern_named, pattern_of
from muster.application.orchestrators.patterns.base import Bound
from muster.domain.errors import UnknownName, UserError
from muster.domain.evidence.severity import Severity
from muster.domain.orchestration.composition import Composition
from muster.domain.orchestration.plan import ExecutionPlan
from tests.fakes.builders import finding, plan, planned
from tests.fakes.troupe import FakeTroupe, Line


def composed(tree: Composition, agents: str) -> ExecutionPlan:
    """A plan of one-letter agents in a tree."""
    return replace(plan(*agents, pattern=tree.pattern), composition=tree)


async def test_a_team_in_a_row_hears_the_one_before_it_and_speaks_to_the_one_after() -> None:
    """a, then b and c side by side, then d: results in the order of the plan, not of the tree."""
    tree = Composition("sequential", ("a", Composition("parallel", ("b", "c"), name="pair"), "d"))
    nested = composed(tree, "dcba")
    troupe = FakeTroupe(waits={"b": 0.02})
    results = await pattern_of(nested).execute(nested.agents, troupe.stage())

    assert [result.agent for result in results] == list("dcba")
    assert {result.status for result in results} == {"completed"}
    assert (troupe.order[0], set(troupe.order[1:3]), troupe.order[3]) == ("a", {"b", "c"}, "d")
    assert troupe.heard(1) == troupe.heard(2) == [("handoff", "a", "a is done")]
    assert troupe.heard(3) == [("handoff", "team:pair", "b: b is done\n\nc: c is done")]
    branches = {given.agent.agent: given.branch for given in troupe.given}
    assert branches == {"a": "", "b": "team:pair/b", "c": "team:pair/c", "d": ""}
    assert [(d.pattern, d.team, d.by) for d in troupe.decisions] == [
        ("parallel", "pair", ("b", "c")), ("sequential", "", ("d",)),
    ]  # fmt: skip


async def test_a_team_may_draft_and_each_of_its_members_is_counted_for_every_round() -> None:
    """The revision asks the whole team again: it hears the critique, its members have two steps each."""
    tree = Composition(
        "refinement", (Composition("sequential", ("a", "b"), name="desk"), "c"), options={"rounds": 1}
    )
    nested = composed(tree, "abc")
    troupe = FakeTroupe(script={"c": [Line("too long")]})
    results = await pattern_of(nested).execute(nested.agents, troupe.stage())
    assert troupe.order == ["a", "b", "c", "a", "b"]
    assert ("critique", "c", "too long") in troupe.heard(3)
    assert troupe.given[3].words.startswith("Your team is asked: Revise your draft")
    assert troupe.given[3].words.endswith("Your part: The part of a.")
    assert [result.usage.input for result in results] == [20, 20, 10]


async def test_a_team_that_was_not_needed_leaves_all_its_members_skipped_with_the_reason() -> None:
    """Down to the deepest of them."""
    deep = Composition("parallel", ("b", Composition("sequential", ("c", "d"))))
    nested = composed(Composition("teaching", ("a", deep)), "abcd")
    troupe = FakeTroupe(script={"a": [Line(confidence=1.0)]})
    results = await pattern_of(nested).execute(nested.agents, troupe.stage())
    assert troupe.order == ["a"]
    assert {result.error for result in results[1:]} == {"not needed: a is 1 sure; 0.7 was wanted"}


async def test_a_team_votes_with_what_it_has_decided() -> None:
    """Two teams and one agent: a debate and a ballot answer with one voice each."""
    debate = Composition("debate", ("a", "b", "j"), name="court")
    ballot = Composition("voting", ("x", "y"), name="jury")
    nested = composed(Composition("voting", (debate, ballot, "z")), "abjxyz")
    yes = [Line(choice="yes")]
    troupe = FakeTroupe(script={"j": yes, "x": yes, "y": yes, "z": [Line(choice="no")]})
    await pattern_of(nested).execute(nested.agents, troupe.stage())
    end = troupe.decisions[-1]
    assert (end.answer, end.by, end.tally) == ("yes", ("team:court", "team:jury"), {"no": 1, "yes": 2})


async def test_what_a_team_found_decides_a_condition() -> None:
    """Findings of all its members, each once."""
    same = finding("X", "a.py", 1, severity=Severity.HIGH, fingerprint="f")
    tree = Composition(
        "conditional", (Composition("parallel", ("a", "b")), "c"), {"when": "findings high at most 1"}
    )
    nested = composed(tree, "abc")
    troupe = FakeTroupe(script={"a": [Line(findings=(same,))], "b": [Line(findings=(same,))]})
    await pattern_of(nested).execute(nested.agents, troupe.stage())
    assert troupe.order[-1] == "c"


async def test_a_team_that_came_to_nothing_has_failed() -> None:
    """In a row nobody after it works, and is told why."""
    nested = composed(Composition("sequential", (Composition("voting", ("a", "b"), name="jury"), "c")), "abc")
    troupe = FakeTroupe()
    results = await pattern_of(nested).execute(nested.agents, troupe.stage())
    assert [result.status for result in results] == ["completed", "completed", "skipped"]
    assert results[2].error == "team:jury failed before it"


async def test_the_limit_holds_for_the_agents_of_all_teams_together() -> None:
    """Three pairs side by side, two at once, and nobody waits for ever."""
    pairs = tuple(Composition("parallel", pair) for pair in (("a", "b"), ("c", "d"), ("e", "f")))
    nested = composed(Composition("parallel", pairs), "abcdef")
    troupe = FakeTroupe(waits=dict.fromkeys("abcdef", 0.01))
    await pattern_of(nested).execute(nested.agents, troupe.stage(2))
    assert troupe.most == 2


async def test_without_a_tree_all_but_the_last_work_side_by_side_and_the_last_makes_one_result() -> None:
    """What `--pattern nested` means for a team that was named."""
    troupe = FakeTroupe()
    await pattern_named("nested").execute([planned(name) for name in "abc"], troupe.stage())
    assert troupe.heard(2) == [("handoff", "team:side-by-side", "a: a is done\n\nb: b is done")]


def test_time_and_tokens_come_from_the_tree() -> None:
    """A team that runs twice has every member twice; a pair side by side takes as long as the slower."""
    pair = Composition("parallel", ("a", "b"))
    nested = pattern_of(composed(Composition("refinement", (pair, "c")), "abc"))
    assert nested.turns(3) == (2, 2, 1)
    assert nested.seconds((4.0, 3.0, 1.0), 4) == 9
    assert nested.seconds((4.0, 3.0, 1.0), 1) == 15
    estimate = team_estimate([planned(name).estimate for name in "abc"], nested, 4)
    assert (estimate.tokens.low, estimate.tokens.expected, estimate.tokens.high) == (3, 10, 33)


def test_work_in_teams_side_by_side_is_never_faster_than_the_limit_lets_it() -> None:
    """Two pairs, two at once: four seconds of work take two."""
    pairs = (Composition("parallel", ("a", "b")), Composition("parallel", ("c", "d")))
    assert pattern_of(composed(Composition("parallel", pairs), "abcd")).seconds((1.0,) * 4, 2) == 2


LINE = Composition("parallel", ("a", "b"))
DEEP = Composition("parallel", ("b",))
for _ in range(3):
    DEEP = Composition("parallel", (DEEP,))
DEEP = Composition("parallel", ("a", DEEP))
REFUSED = {
    "too deep": (DEEP, "ab", "the composition is 5 levels deep, more than 4"),
    "twice": (Composition("parallel", ("a", "a")), "a", "agent 'a' stands 2 times"),
    "a stranger": (LINE, "a", "agent 'b' stands in the composition, but not among the agents"),
    "nowhere": (LINE, "abc", "agent 'c' has no place"),
    "arity": (Composition("parallel", ("a", Composition("debate", ("b", "c")))), "abc", "'debate' takes 3 to 10"),
    "an option": (Composition("debate", ("a", "b", "c"), {"round": 1}), "abc", "has no option 'round'"),
    "nested": (Composition("parallel", ("a", Composition("nested", ("b", "c")))), "abc", "the pattern 'nested'"),
    "two names": (
        Composition("parallel", (Composition("parallel", ("a",), name="x"), Composition("parallel", ("b",), name="x"))),
        "ab", "'team:x' is the name of two members",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("tree", "agents", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_tree_that_cannot_run_is_refused(tree: Composition, agents: str, words: str) -> None:
    """Before anything runs, with the thing that is wrong."""
    with pytest.raises(UserError) as caught:
        pattern_of(composed(tree, agents))
    assert words in caught.value.message


def test_a_plan_and_its_tree_name_one_pattern() -> None:
    """Or else an edit of one of them would silently do nothing."""
    nested = composed(LINE, "ab")
    with pytest.raises(UserError, match="has the pattern 'voting', its composition 'parallel'"):
        pattern_of(replace(nested, pattern="voting"))
    assert pattern_of(replace(nested, pattern="nested")).turns(2) == (1, 1)
    with pytest.raises(UnknownName, match="unknown pattern 'ring'"):
        pattern_of(composed(Composition("parallel", (Composition("ring", ("a",)), "b")), "ab"))


FLAT = {"sequential": 1, "parallel": 1, "refinement": 2, "hierarchical": 2, "debate": 3, "voting": 2, "teaching": 2,
        "adaptive": 2, "conditional": 2}  # fmt: skip


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Composition:
    """Any tree that fits its arities, its agents not yet named."""
    pattern = draw(st.sampled_from(sorted(FLAT)))
    most = 3 if depth > 1 else FLAT[pattern]
    count = draw(st.integers(FLAT[pattern], max(most, FLAT[pattern])))
    below = st.just("?") if depth == 1 else st.just("?") | trees(depth - 1)
    return Composition(pattern, tuple(draw(below) for _ in range(count)))


def named(tree: Composition, names: list[str]) -> Composition:
    """The tree with a new name for every agent."""
    members: list[str | Composition] = []
    for member in tree.members:
        if isinstance(member, str):
            names.append(f"a{len(names)}")
            members.append(names[-1])
        else:
            members.append(named(member, names))
    return Composition(tree.pattern, tuple(members))


lines = st.builds(
    Line,
    fails=st.booleans(),
    confidence=st.none() | st.floats(0, 1),
    choice=st.sampled_from(["", "yes", "accept", "a1"]),
)


@st.composite
def courses(draw: st.DrawFn) -> tuple[ExecutionPlan, dict[str, list[Line]]]:
    """A tree with its agents in any order, and what each of them gives."""
    names: list[str] = []
    whole = named(draw(trees()), names)
    order = draw(st.permutations(names))
    run = replace(plan(*order, pattern=whole.pattern), composition=whole)
    return run, {name: draw(st.lists(lines, min_size=1, max_size=2)) for name in names}


@given(courses())
async def test_any_tree_gives_one_result_an_agent_in_plan_order_and_loses_no_token(
    course: tuple[ExecutionPlan, dict[str, list[Line]]],
) -> None:
    """Whoever fails, abstains or is unsure: all that was spent is in the results, and nothing twice."""
    run, script = course
    order = [agent.agent for agent in run.agents]
    troupe = FakeTroupe(script=script)
    pattern = pattern_of(run)
    results = await pattern.execute(run.agents, troupe.stage(3))

    assert [result.agent for result in results] == order
    spent = {name: troupe.order.count(name) for name in order}
    ran = {result.agent for result in results if result.status != "skipped"}
    assert ran == {name for name, times in spent.items() if times}
    assert sum(result.usage.input for result in results) == troupe.tokens
    assert troupe.most <= 3
    most = pattern.turns(len(order), Bound.MOST)
    assert all(spent[name] <= times for name, times in zip(order, most, strict=True))
    least, usual = pattern.turns(len(order), Bound.LEAST), pattern.turns(len(order))
    assert all(low <= mid <= high for low, mid, high in zip(least, usual, most, strict=True))
