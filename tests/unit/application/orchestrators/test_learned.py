"""Plans that have learned: better patterns, agents that work, estimates put right, and nothing that cannot run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from muster.application.orchestrators.meta import MetaOrchestrator, Wishes
from muster.application.orchestrators.patterns import PATTERNS, pattern_of
from muster.domain.agents.capability import Capability
from muster.domain.agents.roster import ROSTER
from muster.domain.agents.template import AgentTemplate
from muster.domain.errors import UserError
from muster.domain.memory.outcome import StepOutcome
from muster.domain.memory.run_outcome import RunOutcome, Taken
from muster.domain.models.info import ModelInfo
from muster.domain.orchestration.plan import ExecutionPlan
from muster.domain.orchestration.requirements import Complexity, TaskDomain, TaskRequirements
from tests.fakes.builders import ARRANGER, JUDGE, snapshot, template
from tests.fakes.outcomes import any_outcomes, outcome, outcomes, worked

TASK = "look for vulnerabilities"
CODE = snapshot({"src/app.py": 1000})
PLAN = TypeAdapter(ExecutionPlan)


async def steps_of_before(agent: str, model: str) -> Sequence[StepOutcome]:
    """One earlier step of the critic, and none of anybody else."""
    return [StepOutcome(agent, model, 1000, 500, 7.0)] if agent == "critic" else []


def planner(
    known: Sequence[RunOutcome],
    model: ModelInfo = JUDGE,
    templates: Sequence[AgentTemplate] = ROSTER,
    *,
    use_history: bool = True,
) -> MetaOrchestrator:
    """A planner that remembers these runs."""

    async def runs() -> Sequence[RunOutcome]:
        return known

    return MetaOrchestrator(templates, lambda _: model, steps_of_before, runs=runs, use_history=use_history)


def told(plan: ExecutionPlan) -> dict[str, str]:
    """The reasons of the plan itself."""
    return {reason.conclusion: reason.evidence for reason in plan.reasons}


def won(usual: str = "sequential") -> list[RunOutcome]:
    """Refinement has passed nine times, the usual pattern failed nine times."""
    return outcomes("refinement", 9) + outcomes(usual, 0, 9, first=20)


async def test_the_pattern_that_passed_more_often_is_taken_and_the_evidence_said() -> None:
    """The usual one for a single agent is sequential; refinement also gets its critic."""
    usual = await planner([]).analyze_and_compose(TASK, CODE)
    plan = await planner(won()).analyze_and_compose(TASK, CODE)
    assert usual.pattern == "sequential"
    assert plan.pattern == "refinement"
    assert [agent.agent for agent in plan.agents] == ["security-auditor", "critic"]
    assert told(plan)["pattern refinement"] == (
        "passed 9 of 9 similar runs, sequential 0 of 9 (the last one: run-009)"
    )


async def test_a_pattern_that_the_user_names_stays() -> None:
    """Whatever was learned."""
    plan = await planner(won()).analyze_and_compose(TASK, CODE, wishes=Wishes(pattern="sequential"))
    assert (plan.pattern, told(plan)["pattern sequential"]) == ("sequential", "asked for")


async def test_a_pattern_that_takes_another_number_of_agents_is_not_taken() -> None:
    """A team of one that the user has named cannot refine; that refinement passed elsewhere does not help."""
    alone = Wishes(agents=("security-auditor",))
    plan = await planner(won()).analyze_and_compose(TASK, CODE, wishes=alone)
    assert (plan.pattern, len(plan.agents)) == ("sequential", 1)


async def test_a_pattern_that_is_gone_is_passed_over() -> None:
    """It was installed once; the next best is taken."""
    known = outcomes("ring", 20, first=100) + won()
    assert (await planner(known).analyze_and_compose(TASK, CODE)).pattern == "refinement"


def failed(agent: str, times: int = 3) -> list[RunOutcome]:
    """The agent failed in so many of the last five similar runs."""
    return [outcome(i, "voting", team=[worked(agent, failed=i < times)]) for i in range(5)]


async def test_an_agent_that_failed_too_often_gives_way_to_another_that_does_the_same() -> None:
    """Both are named, with the last of those runs."""
    able = template("second-auditor", Capability.SECURITY_AUDIT, tools=("secrets",))
    plan = await planner(failed("security-auditor"), templates=(*ROSTER, able)).analyze_and_compose(
        TASK, CODE
    )
    assert [agent.agent for agent in plan.agents] == ["second-auditor"]
    assert told(plan)["security-auditor is left out"] == (
        "it failed in 3 of the last 5 similar runs (the last one: run-002); second-auditor does the same"
    )


async def test_an_agent_that_nobody_can_replace_stays_and_is_named() -> None:
    """So does one that the user names."""
    plan = await planner(failed("security-auditor")).analyze_and_compose(TASK, CODE)
    assert [agent.agent for agent in plan.agents] == ["security-auditor"]
    assert told(plan)["security-auditor may fail"] == (
        "it failed in 3 of the last 5 similar runs (the last one: run-002)"
    )
    able = template("second-auditor", Capability.SECURITY_AUDIT, tools=("secrets",))
    both = planner(failed("security-auditor"), templates=(*ROSTER, able))
    named = await both.analyze_and_compose(TASK, CODE, wishes=Wishes(agents=("security-auditor",)))
    assert [agent.agent for agent in named.agents] == ["security-auditor"]


async def test_two_failures_leave_a_team_as_it_is() -> None:
    """That may happen to anybody."""
    plan = await planner(failed("security-auditor", 2)).analyze_and_compose(TASK, CODE)
    assert "security-auditor may fail" not in told(plan)


async def test_guesses_are_put_right_by_what_other_steps_of_the_model_took() -> None:
    """Steps of the code reviewer took twice what its template says, so the auditor's template is doubled."""
    raw = (await planner([]).analyze_and_compose("review the code", CODE)).agents[0]
    assert raw.agent == "code-reviewer"
    twice = Taken(2 * raw.estimate.tokens.expected, 2 * raw.estimate.seconds.expected)
    known = [outcome(i, team=[worked("code-reviewer", taken=twice)]) for i in range(5)]
    before = (await planner([]).analyze_and_compose(TASK, CODE)).estimate
    after = (await planner(known).analyze_and_compose(TASK, CODE)).estimate
    assert after.tokens.expected == 2 * before.tokens.expected
    assert after.seconds.expected == 2 * before.seconds.expected
    assert before.cost is not None
    assert after.cost is not None
    assert after.cost[1] == 2 * before.cost[1]
    assert after.basis == (
        "a template, with tokens ×2 and seconds ×2 as 5 earlier steps of this model suggest: "
        "no earlier run of this agent and model"
    )
    other = await planner(known, replace(JUDGE, id="another")).analyze_and_compose(TASK, CODE)
    assert other.estimate == before, "another model is as fast as its template says"


async def test_estimates_from_earlier_steps_are_not_moved() -> None:
    """They are measured already."""
    slow = [outcome(i, team=[worked("code-reviewer", taken=Taken(1e6, 1e6))]) for i in range(9)]
    wishes = Wishes(agents=("critic",))
    plan = await planner(slow).analyze_and_compose(TASK, CODE, wishes=wishes)
    assert plan.estimate.seconds.expected == 7.0


async def test_what_runs_take_besides_their_steps_widens_the_seconds() -> None:
    """Like runs took three times what their steps did; what is expected of the steps was measured, and stays."""
    known = [outcome(i, "sequential", taken=Taken(20, 6.0)) for i in range(5)]
    wishes = Wishes(agents=("critic",))
    before = (await planner([]).analyze_and_compose(TASK, CODE, wishes=wishes)).estimate
    after = (await planner(known).analyze_and_compose(TASK, CODE, wishes=wishes)).estimate
    assert (before.seconds.expected, before.seconds.high) == (7.0, 10.5)
    assert after == replace(before, seconds=replace(before.seconds, high=21.0), basis=after.basis)
    assert after.basis == ("1 earlier run of this agent and model, with seconds as 5 similar runs took them")


async def test_a_plan_says_how_good_the_estimates_of_like_runs_were() -> None:
    """Two of three took what had been said."""
    known = [outcome(1), outcome(2), outcome(3, taken=Taken(1e9, 2))]
    plan = await planner(known).analyze_and_compose(TASK, CODE)
    assert told(plan)["earlier estimates"] == (
        "estimates of like runs were right in 2 of 3 cases (the last one: run-003)"
    )


capabilities = st.lists(st.sampled_from(list(Capability)), unique=True, max_size=4).map(tuple)
agents = st.lists(st.sampled_from([one.id for one in ROSTER]), unique=True, max_size=4).map(tuple)
domains = st.sampled_from([TaskDomain.SECURITY, TaskDomain.CODE_QUALITY])


def asked(wanted: tuple[Capability, ...], complexity: Complexity, domain: TaskDomain) -> TaskRequirements:
    """What a task asks for."""
    return TaskRequirements("do it", complexity, domain, wanted, parallelisable=True)


@given(
    st.one_of(any_outcomes(list(PATTERNS)), st.sampled_from([
        outcomes(better, 9) + outcomes(worse, 0, 9, first=50)
        for better in PATTERNS for worse in ("sequential", "parallel", "hierarchical")
    ])),
    capabilities, st.sampled_from(list(Complexity)), domains, agents, st.sampled_from([JUDGE, ARRANGER]),
)  # fmt: skip
async def test_whatever_is_remembered_every_plan_can_run(
    known: list[RunOutcome],
    wanted: tuple[Capability, ...],
    complexity: Complexity,
    domain: TaskDomain,
    names: tuple[str, ...],
    model: ModelInfo,
) -> None:
    """Arity, agents and ranges; gaps are the same as ever; and a refusal is one that there would be anyhow."""
    requirements, wishes = asked(wanted, complexity, domain), Wishes(names)
    plain = await planner([], model).create_execution_plan(requirements, CODE, wishes)
    plan = await planner(known, model).create_execution_plan(requirements, CODE, wishes)
    pattern_of(plan)
    team = [agent.agent for agent in plan.agents]
    assert len(set(team)) == len(team)
    assert set(team) <= {one.id for one in ROSTER}
    assert set(names) <= set(team)
    for one in (plan.estimate, *(agent.estimate for agent in plan.agents)):
        assert one.tokens.low <= one.tokens.expected <= one.tokens.high
        assert one.seconds.low <= one.seconds.expected <= one.seconds.high
    assert plan.uncovered == plain.uncovered


@given(any_outcomes(list(PATTERNS)), capabilities, domains, agents, st.sampled_from([None, *PATTERNS]))
async def test_who_is_told_not_to_use_history_plans_as_if_there_were_none(
    known: list[RunOutcome],
    wanted: tuple[Capability, ...],
    domain: TaskDomain,
    names: tuple[str, ...],
    pattern: str | None,
) -> None:
    """Byte for byte, whether the wish or the setting says so."""
    requirements = asked(wanted, Complexity.MODERATE, domain)

    async def written(meta: MetaOrchestrator, *, use_history: bool) -> bytes:
        wishes = Wishes(names, pattern, use_history=use_history)
        try:
            return PLAN.dump_json(await meta.create_execution_plan(requirements, CODE, wishes))
        except UserError as error:
            return error.code.encode()

    async def nobody(agent: str, model: str) -> Sequence[StepOutcome]:
        return ()

    without = await written(MetaOrchestrator(ROSTER, lambda _: JUDGE, nobody), use_history=True)
    assert await written(planner(known), use_history=False) == without
    assert await written(planner(known, use_history=False), use_history=True) == without
