"""From a task to a plan that can run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.application.orchestrators.meta import MetaOrchestrator, Wishes
from muster.application.orchestrators.patterns import PATTERNS, pattern_of
from muster.domain.agents.capability import Capability
from muster.domain.agents.roster import ROSTER
from muster.domain.errors import InvalidTask, MusterError, UnknownName, UserError
from muster.domain.memory.outcome import StepOutcome
from muster.domain.models.info import ModelInfo
from muster.domain.orchestration.composition import Composition
from muster.domain.orchestration.gates import Gate
from muster.domain.orchestration.plan import ExecutionPlan
from muster.domain.orchestration.requirements import Complexity, TaskRequirements
from tests.fakes.builders import ARRANGER, JUDGE, snapshot

DATA = Path(__file__).parents[3] / "data" / "tasks"
SENTENCES = [
    json.loads(line)["task"]
    for half in ("tuning", "test")
    for line in (DATA / f"{half}.jsonl").read_text("utf-8").splitlines()
]
CODE = snapshot({"src/auth/login.py": 400, "src/shop.py": 600, "tests/test_shop.py": 100})


async def no_history(agent: str, model: str) -> Sequence[StepOutcome]:
    """Nothing was ever run."""
    return ()


def meta(model: ModelInfo = ARRANGER, gates: Sequence[Gate] = ()) -> MetaOrchestrator:
    """A planner with the built-in roster."""
    return MetaOrchestrator(ROSTER, lambda _: model, no_history, gates=gates)


def runs(plan: ExecutionPlan) -> bool:
    """Whether a plan can run: arity, options, depth and places of its pattern, known agents, none twice."""
    names = [agent.agent for agent in plan.agents]
    known = {template.id for template in ROSTER}
    try:
        pattern_of(plan)
    except MusterError:
        return False
    return set(names) <= known and len(set(names)) == len(names)


@pytest.mark.parametrize("task", ["", "   ", "\n\t", None, 7, ["review"]])
def test_a_task_that_is_no_sentence_is_refused(task: object) -> None:
    """The very words of the specification, and a ValueError."""
    with pytest.raises(ValueError, match=r"^task must be a non-empty string") as caught:
        meta().analyze_task(task)
    assert isinstance(caught.value, InvalidTask)


def test_a_task_of_a_book_s_length_is_refused() -> None:
    """Twenty thousand characters are enough for any task."""
    with pytest.raises(InvalidTask, match="more than 20000"):
        meta().analyze_task("review " * 4000)


@pytest.mark.parametrize("model", [ARRANGER, JUDGE], ids=["offline", "judging"])
async def test_every_plan_that_is_emitted_can_run(model: ModelInfo) -> None:
    """Over all labelled sentences: arity holds, agents exist, at most ten, every gap is named."""
    assert len(SENTENCES) >= 300
    for task in SENTENCES:
        plan = await meta(model).analyze_and_compose(task, CODE)
        assert runs(plan), task
        assert 1 <= len(plan.agents) <= 10, task
        covered = {capability for agent in plan.agents for capability in agent.covers}
        gaps = {gap.capability for gap in plan.uncovered}
        assert covered | gaps == set(plan.requirements.capabilities or gaps), task
        tokens, seconds = plan.estimate.tokens, plan.estimate.seconds
        assert tokens.low <= tokens.expected <= tokens.high, task
        assert seconds.low <= seconds.expected <= seconds.high, task


capabilities = st.lists(st.sampled_from(list(Capability)), unique=True).map(tuple)
agents = st.lists(st.sampled_from([template.id for template in ROSTER]), unique=True, max_size=10).map(tuple)


@given(capabilities, st.sampled_from(list(Complexity)), agents, st.sampled_from([None, *PATTERNS]))
async def test_any_requirements_and_wishes_give_a_plan_that_runs_or_a_clear_refusal(
    wanted: tuple[Capability, ...], complexity: Complexity, names: tuple[str, ...], pattern: str | None
) -> None:
    """Whatever is asked for: a plan that runs, or a UserError about the arity."""
    base = meta().analyze_task("do it")
    requirements = TaskRequirements("do it", complexity, base.domain, wanted, parallelisable=True)
    plan, refused = None, ""
    try:
        plan = await meta().create_execution_plan(requirements, CODE, Wishes(names, pattern))
    except UserError as error:
        refused = error.code
    assert (plan is None) == (refused == "arity")
    if plan is not None:
        assert runs(plan)
        assert plan.pattern == (pattern or plan.pattern)
        tokens, seconds = plan.estimate.tokens, plan.estimate.seconds
        assert tokens.low <= tokens.expected <= tokens.high
        assert seconds.low <= seconds.expected <= seconds.high
        assert set(names) <= {agent.agent for agent in plan.agents}


@given(capabilities)
async def test_complex_never_gets_fewer_agents_than_simple(wanted: tuple[Capability, ...]) -> None:
    """For the same capabilities."""
    base = meta().analyze_task("do it")
    teams = [
        len((await meta().create_execution_plan(
            TaskRequirements("do it", complexity, base.domain, wanted, parallelisable=True), CODE
        )).agents)
        for complexity in Complexity
    ]  # fmt: skip
    assert teams == sorted(teams)


async def test_offline_says_what_needs_a_language_model() -> None:
    """Writing tests is asked for: the evidence is gathered, the writing is named as a gap."""
    plan = await meta().analyze_and_compose("write unit tests for src/shop.py", CODE)
    (gap,) = [gap for gap in plan.uncovered if gap.capability is Capability.TEST_GENERATION]
    assert "does not judge or write" in gap.reason
    may = Wishes(granted=frozenset({"write"}))
    judged = await meta(JUDGE).analyze_and_compose("write unit tests for src/shop.py", CODE, wishes=may)
    assert judged.uncovered == ()


@pytest.mark.parametrize(
    ("task", "why"),
    [
        ("rename Scaffold to Base everywhere", "the task says 'rename'"),
        ("look at the docs, then translate them", "the task says 'translate'"),
        ("hello", "no word of the task says what is wanted"),
        ("review src/auth/nosuch.py", "src/auth/nosuch.py is not here"),
        ("review nosuchfolder/ for security", "nosuchfolder is not here"),
    ],
)
async def test_what_evidence_alone_cannot_do_is_named(task: str, why: str) -> None:
    """A change that nobody makes, words that say nothing, a file that is not there: none of them is a pass."""
    gaps = (await meta().analyze_and_compose(task, CODE)).uncovered
    assert [why in gap.reason for gap in gaps] == [True], gaps


async def test_a_review_leaves_nothing_undone() -> None:
    """Evidence is what was asked for; a slash alone makes no path."""
    for task in ("review src/auth for security", "check the tests", "review the client/server documentation"):
        assert (await meta().analyze_and_compose(task, CODE)).uncovered == (), task


async def test_a_named_team_keeps_its_order_and_its_first_agent_leads() -> None:
    """As the user wrote it."""
    names = ("security-auditor", "code-reviewer", "critic")
    wishes = Wishes(agents=names, pattern="hierarchical")
    plan = await meta(JUDGE).analyze_and_compose("review the code", CODE, wishes=wishes)
    assert tuple(agent.agent for agent in plan.agents) == names


async def test_a_path_in_the_task_becomes_the_focus() -> None:
    """A folder that is here narrows the run; one that is not is said, and does not."""
    plan = await meta().analyze_and_compose("review src/auth for security, not src/payments", CODE)
    assert plan.focus == ("src/auth",)
    assert plan.in_focus("src/auth/login.py")
    assert not plan.in_focus("src/shop.py")
    elsewhere = await meta().analyze_and_compose("review src/nowhere for security", CODE)
    assert elsewhere.focus == ()
    assert any(reason.conclusion == "src/nowhere is not here" for reason in elsewhere.reasons)


@pytest.mark.parametrize(
    ("task", "focus"),
    [
        ("review src for security", ("src",)),
        ("look for bugs in tests", ("tests",)),
        ("review tests", ()),
        ("review the shop", ()),
        ("is the src folder documented?", ("src",)),
        ("lint src/shop.py and src/auth", ("src/shop.py", "src/auth")),
        ("lint ./src/auth/", ("src/auth",)),
        ("lint /etc/passwd", ()),
    ],
)
async def test_a_bare_word_is_a_path_only_where_a_place_stands(task: str, focus: tuple[str, ...]) -> None:
    """After "in" or before "folder" it is a place; after a verb "tests" is a subject."""
    assert (await meta().analyze_and_compose(task, CODE)).focus == focus


async def test_wished_gates_win_over_defaults() -> None:
    """critical=0 is the default, settings come on top, and the wish on top of both."""
    plan = await meta(gates=[Gate("high", 3)]).analyze_and_compose(
        "review this", CODE, wishes=Wishes(gates=(Gate("critical", 2), Gate("coverage", 80)))
    )
    assert {gate.name: gate.threshold for gate in plan.gates} == {"critical": 2, "high": 3, "coverage": 80}


async def test_unknown_names_are_refused_with_the_nearest() -> None:
    """Agents and patterns."""
    with pytest.raises(UnknownName, match="unknown agent 'security-auditer'") as caught:
        await meta().analyze_and_compose("x", CODE, wishes=Wishes(agents=("security-auditer",)))
    assert "security-auditor" in caught.value.hint
    with pytest.raises(UnknownName, match="unknown pattern 'ring'"):
        await meta().analyze_and_compose("x", CODE, wishes=Wishes(pattern="ring"))


async def test_a_hierarchy_gets_a_manager_and_a_lonely_agent_cannot_be_one() -> None:
    """The planner leads; a hierarchy of one named agent is refused with the arity."""
    plan = await meta().analyze_and_compose(
        "review src for security", CODE, wishes=Wishes(pattern="hierarchical")
    )
    assert plan.agents[0].agent == "planner"
    with pytest.raises(UserError, match="takes 2 to 10 agents, not 1"):
        await meta().analyze_and_compose(
            "review", CODE, wishes=Wishes(agents=("code-reviewer",), pattern="hierarchical")
        )


TEAMS = {
    "refinement": ["security-auditor", "critic"],
    "debate": ["security-auditor", "code-reviewer", "synthesiser"],
    "voting": ["security-auditor", "code-reviewer", "critic"],
    "teaching": ["security-auditor", "code-reviewer"],
    "adaptive": ["planner", "security-auditor", "code-reviewer"],
    "conditional": ["security-auditor", "code-reviewer"],
    "hierarchical": ["planner", "security-auditor"],
    "nested": ["security-auditor", "code-reviewer", "synthesiser"],
}


@pytest.mark.parametrize(("pattern", "team"), TEAMS.items(), ids=TEAMS.keys())
async def test_a_pattern_gets_the_agents_that_it_needs_and_says_why(pattern: str, team: list[str]) -> None:
    """A task for one agent: who joins is named with the reason, and the one who was asked for keeps its own."""
    task = "look for vulnerabilities"
    plan = await meta(JUDGE).analyze_and_compose(task, CODE, wishes=Wishes(pattern=pattern))
    assert [agent.agent for agent in plan.agents] == team
    because = {agent.agent: agent.because for agent in plan.agents}
    assert "vulnerab" in because["security-auditor"]
    joined = [why for name, why in because.items() if name != "security-auditor"]
    assert all(why not in {"", "asked for"} for why in joined)


async def test_a_conditional_of_many_makes_a_team_of_those_who_follow() -> None:
    """The first decides; the others go on side by side."""
    names = ("code-reviewer", "security-auditor", "test-analyst", "critic")
    plan = await meta().analyze_and_compose("x", CODE, wishes=Wishes(names, "conditional"))
    assert plan.composition == Composition(
        "conditional", ("code-reviewer", Composition("parallel", names[1:], name="follow-up"))
    )


async def test_in_a_lesson_the_cheapest_agent_comes_first() -> None:
    """The junior is the one whose model costs least."""
    task = "write documentation and look for vulnerabilities"
    plan = await meta().analyze_and_compose(task, CODE, wishes=Wishes(pattern="teaching"))
    assert [agent.agent for agent in plan.agents] == ["documentation-writer", "security-auditor"]


async def test_estimates_come_from_history_when_there_is_one_and_say_so() -> None:
    """Three runs of 2, 4 and 6 s on as much code: expected 4 s, and the basis names them."""

    async def history(agent: str, model: str) -> Sequence[StepOutcome]:
        lines = CODE.facts.code_lines
        return [StepOutcome(agent, model, lines, 1000, seconds) for seconds in (2.0, 4.0, 6.0)]

    planner = MetaOrchestrator(ROSTER, lambda _: JUDGE, history)
    wishes = Wishes(agents=("code-reviewer",))
    plan = await planner.analyze_and_compose("review this code", CODE, wishes=wishes)
    assert plan.estimate.seconds.expected == 4.0
    assert plan.estimate.basis == "3 earlier runs of this agent and model"
    assert plan.estimated_cost == Decimal("0.00145"), "850 tokens in at $1, 150 out at $4 a million"
    told_not_to = await planner.analyze_and_compose(
        "review this code", CODE, wishes=Wishes(agents=("code-reviewer",), use_history=False)
    )
    assert "no earlier run" in told_not_to.estimate.basis


async def test_an_unpriced_model_makes_an_unpriced_plan() -> None:
    """Unknown is not free."""
    unpriced = ModelInfo("x", "y", JUDGE.tier, 1000, 100, None)
    plan = await meta(unpriced).analyze_and_compose("review this", CODE)
    assert plan.estimated_cost is None
