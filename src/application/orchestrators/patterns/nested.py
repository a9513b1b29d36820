"""Patterns inside patterns: a team takes the place of an agent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ....domain.evidence.merge import merge
from ....domain.orchestration.decision import Decision
from ....domain.orchestration.plan import Estimate, PlannedAgent, Range
from ....domain.orchestration.run import AgentResult, AgentStatus
from ....domain.orchestration.team import MAX_AGENTS
from .base import Arity, Assignment, Bound, CompositionPattern, Stage, StepResult, joined, skipped, standing
from .parallel import Parallel
from .sequential import Sequential

NOTHING = Estimate(Range(0, 0, 0), Range(0, 0, 0), None, "its members")


@dataclass(frozen=True, slots=True)
class Node:
    """A pattern with its seats: places in the plan, or teams; `name` is what others in the plan call the team."""

    pattern: CompositionPattern
    seats: tuple[int | Node, ...]
    name: str = ""

    def places(self) -> Iterator[int]:
        """The places in the plan of all agents in it, from left to right."""
        for seat in self.seats:
            if isinstance(seat, Node):
                yield from seat.places()
            else:
                yield seat

    def seconds(self, steps: Sequence[float], limit: int, bound: Bound) -> float:
        """Wall time when each place of the plan takes `steps`."""
        inner = [s.seconds(steps, limit, bound) if isinstance(s, Node) else steps[s] for s in self.seats]
        return self.pattern.seconds(inner, limit, bound)

    def turns(self, bound: Bound, times: float = 1.0) -> Iterator[tuple[int, float]]:
        """(place, how often it runs), when the team runs so many times."""
        for seat, each in zip(self.seats, self.pattern.turns(len(self.seats), bound), strict=True):
            if isinstance(seat, Node):
                yield from seat.turns(bound, times * each)
            else:
                yield seat, times * each


class Nested(CompositionPattern):
    """Runs a tree of teams; without one the agents work side by side, and the last makes one result of theirs.

    - A team takes an assignment as an agent does: its members all get the words and the messages, and those whose word
      stands in it answer for it. A team that came to nothing has failed.
    - A team that was not needed leaves all its members skipped, for that reason.
    - The limit on how many may run at once holds for the agents of the whole tree together.
    """

    name = "nested"
    purpose = "patterns inside patterns: a team takes the place of an agent"
    arity = Arity(2, MAX_AGENTS)

    def __init__(self, root: Node | None = None) -> None:
        self.root = root

    async def execute(self, team: Sequence[PlannedAgent], stage: Stage) -> tuple[AgentResult, ...]:
        """One result an agent, in the order of the plan, whatever the tree."""
        company = _Company(team)
        await company.run(self._tree(len(team)), _limited(stage), None)
        return company.results()

    def turns(self, count: int, bound: Bound = Bound.USUAL) -> tuple[float, ...]:
        """What each pattern asks of its seats, multiplied down the tree."""
        found = dict(self._tree(count).turns(bound))
        return tuple(found[place] for place in range(count))

    def seconds(self, steps: Sequence[float], limit: int, bound: Bound = Bound.USUAL) -> float:
        """The patterns' times inside each other; but not less than all the work shared among `limit`."""
        work = sum(s * t for s, t in zip(steps, self.turns(len(steps), bound), strict=True))
        return max(self._tree(len(steps)).seconds(steps, limit, bound), work / max(1, limit))

    def _tree(self, count: int) -> Node:
        if self.root is not None:
            return self.root
        return Node(Sequential(), (Node(Parallel(), tuple(range(count - 1)), "side-by-side"), count - 1))


class _Company:
    """All agents of the plan, and what each of them gave wherever it was asked."""

    def __init__(self, agents: Sequence[PlannedAgent]) -> None:
        self._agents = agents
        self._given: dict[int, list[AgentResult]] = {}

    async def run(self, node: Node, stage: Stage, asked: Assignment | None) -> StepResult:
        """Let a team work on what it is asked, and answer as one agent would."""
        seats = {self._as_agent(seat, f"{i}").agent: seat for i, seat in enumerate(node.seats, 1)}
        people = [self._as_agent(seat, f"{i}") for i, seat in enumerate(node.seats, 1)]
        last: dict[str, StepResult] = {}
        noted: list[Decision] = []

        async def step(assignment: Assignment) -> StepResult:
            name, passed_on = assignment.agent.agent, _passed_on(asked, assignment)
            seat = seats[name]
            if isinstance(seat, Node):
                done = await self.run(seat, stage.branch(name), passed_on)
                last[name] = replace(done, result=replace(done.result, agent=name))
            else:
                last[name] = await stage.step(passed_on)
            return last[name]

        def note(decision: Decision) -> None:
            noted.append(decision)
            stage.note(replace(decision, team=decision.team or node.name))

        results = await node.pattern.execute(people, replace(stage, step=step, note=note))
        for seat, result in zip(node.seats, results, strict=True):
            self._keep(seat, result)
        return _spoken(noted, results, last)

    def results(self) -> tuple[AgentResult, ...]:
        """One result an agent in plan order; that it was skipped once is not told of one who worked."""
        told = []
        for place, agent in enumerate(self._agents):
            given = self._given.get(place, [])
            worked = [result for result in given if result.status is not AgentStatus.SKIPPED]
            told.append(joined(worked or given) or skipped(agent, "its team was not asked"))
        return tuple(told)

    def _keep(self, seat: int | Node, result: AgentResult) -> None:
        """An agent's result is kept as it is; of a team only that it was not needed: its members have the rest."""
        if not isinstance(seat, Node):
            self._given.setdefault(seat, []).append(result)
        elif result.status is AgentStatus.SKIPPED:
            for place in seat.places():
                self._given.setdefault(place, []).append(skipped(self._agents[place], result.error))

    def _as_agent(self, seat: int | Node, position: str) -> PlannedAgent:
        """The agent at a place, or a team in the shape of one."""
        if not isinstance(seat, Node):
            return self._agents[seat]
        members = [self._agents[place] for place in seat.places()]
        return PlannedAgent(
            agent=f"team:{seat.name or position}",
            assignment=" ".join(member.assignment for member in members),
            model="",
            covers=tuple(dict.fromkeys(c for member in members for c in member.covers)),
            because="a team of the composition",
            estimate=NOTHING,
        )


def _limited(stage: Stage) -> Stage:
    """One limit for the agents of all teams together; teams wait for nothing, so they cannot block each other."""
    free = asyncio.Semaphore(stage.limit)

    async def step(assignment: Assignment) -> StepResult:
        async with free:
            return await stage.step(assignment)

    return replace(stage, step=step)


def _passed_on(asked: Assignment | None, inner: Assignment) -> Assignment:
    """What a member of a team is asked: its own part, within what the team is asked."""
    if asked is None:
        return inner
    task = f"Your team is asked: {asked.task}\nYour part: {inner.task or inner.agent.assignment}"
    return replace(
        inner,
        inbox=(*asked.inbox, *inner.inbox),
        task=task if asked.task else inner.task,
        delegate_to=inner.delegate_to or asked.delegate_to,
        asks=inner.asks or asked.asks,
    )


def _spoken(
    noted: Sequence[Decision], results: Sequence[AgentResult], last: dict[str, StepResult]
) -> StepResult:
    """What a team says: the words of those who decided; it has failed when nothing was decided."""
    end = noted[-1] if noted else Decision("", "nothing is decided", standing(results))
    speakers = [result for result in results if result.agent in end.by]
    decided = bool(speakers or end.answer)
    words = "\n\n".join(
        [end.answer] * bool(end.answer) + [f"{each.agent}: {each.summary}" for each in speakers]
    )
    if len(speakers) == 1 and not end.answer:
        words = speakers[0].summary
    whole = AgentResult(
        agent="",
        status=AgentStatus.COMPLETED if decided else AgentStatus.FAILED,
        summary=words if decided else "",
        findings=merge(finding for result in results for finding in result.findings),
        evidence=tuple({report.tool: report for result in results for report in result.evidence}.values()),
        judged=any(each.judged for each in speakers or results),
        error="" if decided else end.words,
    )
    one = last.get(end.by[0]) if len(end.by) == 1 else None
    said = one or StepResult(whole)
    return replace(said, result=whole, choice=end.answer or said.choice)
