"""From a task to a plan: analyse, choose a team and a pattern, and say what it will take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from ...domain.agents.capability import Capability
from ...domain.agents.roster import LOOK, WRITE
from ...domain.agents.template import AgentTemplate
from ...domain.errors import InvalidTask, UnknownName, UserError
from ...domain.memory.outcome import StepOutcome
from ...domain.models.info import ModelInfo
from ...domain.models.tier import ModelTier
from ...domain.orchestration.analysis.classify import classify
from ...domain.orchestration.gates import KINDS, Direction, Gate
from ...domain.orchestration.plan import Estimate, ExecutionPlan, PlannedAgent, Range, Uncovered
from ...domain.orchestration.requirements import Complexity, Reason, TaskRequirements
from ...domain.orchestration.team import MAX_AGENTS, Member, cover
from ...domain.workspace.files import WorkspaceSnapshot
from .estimates import step_estimate, team_estimate
from .focus import paths_named, verb_of_change
from .grounds import asked_most, facts_of, gathers, grounds_for
from .learned import NOTHING_LEARNED, Learned, Runs, no_runs
from .lineup import Lineup, line_up, seating
from .patterns import pattern_named, pattern_of
from .patterns.base import CompositionPattern

DEFAULT_GATES = (Gate("critical", 0),)
FALLBACK = "researcher"
WRITES = "write"
"""The permission to change files."""
MAX_TASK = 20_000
NOTHING: Mapping[str, str] = MappingProxyType({})
UNKNOWN = Estimate(Range(0, 0, 0), Range(0, 0, 0), None, "not yet estimated")

History = Callable[[str, str], Awaitable[Sequence[StepOutcome]]]
"""history(agent, model): what earlier steps of the like took."""
Models = Callable[[ModelTier], ModelInfo]
"""The model that does the work of a tier."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user has decided instead of leaving it to the planner."""

    agents: tuple[str, ...] = ()
    pattern: str | None = None
    gates: tuple[Gate, ...] = ()
    since: str | None = None
    granted: frozenset[str] = frozenset()
    use_history: bool = True


class MetaOrchestrator:
    """Analyses tasks and composes teams; never spends money."""

    def __init__(
        self,
        templates: Sequence[AgentTemplate],
        models: Models,
        history: History,
        limit: int = 4,
        gates: Sequence[Gate] = (),
        *,
        use_history: bool = True,
        runs: Runs = no_runs,
    ) -> None:
        self._templates = {template.id: template for template in templates}
        self._models = models
        self._history = history
        self._limit = limit
        self.gates = merge_gates(DEFAULT_GATES, gates)
        self._use_history = use_history
        self._runs = runs

    def analyze_task(
        self,
        task: object,
        context: Mapping[str, str] = NOTHING,
        snapshot: WorkspaceSnapshot | None = None,
    ) -> TaskRequirements:
        """What `task` asks for, and why; raises InvalidTask (a ValueError) for anything but a sentence."""
        if not isinstance(task, str) or not task.strip():
            raise InvalidTask(
                "task must be a non-empty string", hint='say what is wanted, e.g. "review src for security"'
            )
        if len(task) > MAX_TASK:
            raise InvalidTask(
                f"the task has {len(task)} characters, more than {MAX_TASK}",
                hint="put the details into a file",
            )
        found = classify(task)
        return TaskRequirements(
            task=task.strip(),
            complexity=found.complexity,
            domain=found.domain,
            capabilities=found.capabilities,
            parallelisable=len(found.capabilities) > 1,
            gates=self.gates,
            context=dict(context),
            reasons=(*found.reasons, *(facts_of(snapshot) if snapshot else ())),
        )

    def check_names(self, wishes: Wishes) -> None:
        """Raise UnknownName for agents and a pattern that nobody knows, before anything is read for them."""
        for agent in wishes.agents:
            self._named(agent)
        if wishes.pattern:
            pattern_named(wishes.pattern)

    async def create_execution_plan(
        self, requirements: TaskRequirements, snapshot: WorkspaceSnapshot, wishes: Wishes | None = None
    ) -> ExecutionPlan:
        """A team for `requirements` that can run; raises UnknownName or UserError for wishes that cannot be met."""
        wishes = wishes or Wishes()
        learned = await self._learned(requirements, snapshot, wishes)
        members, uncovered = self._team(requirements, wishes, learned)
        focus, noted, absent = paths_named(requirements.task, snapshot)
        uncovered += tuple(Uncovered(asked_most(requirements), f"{path} is not here") for path in absent)
        pattern, why, lineup = self._seated(requirements, members, wishes, learned)
        planned = (self._planned(m, requirements, snapshot, wishes, learned, lineup) for m in lineup.members)
        agents = [await agent for agent in planned]
        plan = ExecutionPlan(
            requirements=requirements,
            root=snapshot.root,
            pattern=pattern.name,
            agents=tuple(agents),
            gates=merge_gates(requirements.gates if gathers(lineup.members) else (), wishes.gates),
            estimate=UNKNOWN,
            uncovered=uncovered,
            reasons=(Reason(f"pattern {pattern.name}", why), *learned.reasons(agents), *noted),
            focus=focus,
            since=wishes.since,
            max_concurrency=self._limit,
            granted=wishes.granted,
            composition=seating(pattern.name, [agent.agent for agent in agents]),
        )
        steps = [agent.estimate for agent in agents]
        whole = team_estimate(steps, pattern_of(plan), self._limit)
        return replace(plan, estimate=learned.widened(whole, pattern.name))

    async def analyze_and_compose(
        self,
        task: object,
        snapshot: WorkspaceSnapshot,
        context: Mapping[str, str] = NOTHING,
        wishes: Wishes | None = None,
    ) -> ExecutionPlan:
        """Both steps at once."""
        requirements = self.analyze_task(task, context, snapshot)
        return await self.create_execution_plan(requirements, snapshot, wishes)

    async def _learned(
        self, requirements: TaskRequirements, snapshot: WorkspaceSnapshot, wishes: Wishes
    ) -> Learned:
        """What earlier runs say to it; nothing at all when they are not to be asked."""
        if not (wishes.use_history and self._use_history):
            return NOTHING_LEARNED
        return Learned(await self._runs(), requirements, snapshot.root, self._templates)

    def _team(
        self, requirements: TaskRequirements, wishes: Wishes, learned: Learned
    ) -> tuple[list[Member], tuple[Uncovered, ...]]:
        pool = [self._named(agent) for agent in wishes.agents] or [
            template for template in self._templates.values() if self._useful(template)
        ]
        if len(pool) > MAX_AGENTS and wishes.agents:
            raise UserError(f"{len(pool)} agents are more than {MAX_AGENTS}", code="arity", hint="name fewer")
        chosen = cover(requirements.capabilities, pool if wishes.agents else learned.pool(pool))
        members = list(chosen.members)
        if wishes.agents:
            known = {member.template.id: member for member in members}
            members = [known.get(t.id) or Member(t, ()) for t in dict.fromkeys(pool)]
        if not members:
            members = [Member(self._templates.get(FALLBACK) or pool[0], ())]
        missing = (
            () if wishes.agents else chosen.missing
        )  # whoever names a team has decided what it leaves out
        gaps = self._uncovered(missing, members)
        return members, gaps or self._more_than_evidence(requirements, members, wishes.granted)

    def _more_than_evidence(
        self, requirements: TaskRequirements, members: Sequence[Member], granted: frozenset[str]
    ) -> tuple[Uncovered, ...]:
        """What is left undone although nobody in the team is missing: no model writes, or nothing may be written."""
        idle = [self._model(m.template) for m in members if not self._model(m.template).judges]
        first, verb = asked_most(requirements), verb_of_change(requirements.task)
        if len(idle) < len(members):
            writers = any(not set(WRITE).isdisjoint(member.template.tools) for member in members)
            if not verb or not writers or WRITES in granted:
                return ()
            return (
                Uncovered(first, f"the task says {verb!r}, and no file may be changed (--write allows it)"),
            )
        if verb:
            return (Uncovered(first, f"the task says {verb!r}: {idle[0].name} changes and writes nothing"),)
        lost = not requirements.capabilities and all(m.template.needs_judgement for m in members)
        why = "no word of the task says what is wanted; what it names was looked up"
        return (Uncovered(first, why),) if lost else ()

    def _uncovered(self, missing: Sequence[Capability], members: Sequence[Member]) -> tuple[Uncovered, ...]:
        able = {capability for t in self._templates.values() for capability in t.capabilities}
        gaps = []
        for capability in missing:
            why = "no agent of the team offers it" if capability in able else "no agent offers it"
            if capability in able and not self._models(ModelTier.CAPABLE).judges:
                why = f"needs a language model, and {self._models(ModelTier.CAPABLE).name} is none"
            gaps.append(Uncovered(capability, why))
        for member in members:
            model = self._model(member.template)
            if member.template.needs_judgement and not model.judges:
                why = f"{member.template.id} only gathers evidence: {model.name} does not judge or write"
                gaps += [Uncovered(capability, why) for capability in member.covers]
        return tuple(gaps)

    def _useful(self, template: AgentTemplate) -> bool:
        """Whether the agent can do anything at all with the model at hand."""
        if self._model(template).judges or not template.needs_judgement:
            return True
        writes = not set(WRITE).isdisjoint(template.tools)
        return bool(set(template.tools).difference(WRITE, LOOK if writes else ()))

    def _model(self, template: AgentTemplate) -> ModelInfo:
        return self._models(template.tier)

    def _named(self, agent: str) -> AgentTemplate:
        template = self._templates.get(agent.strip().lower())
        if template is None:
            raise UnknownName.of("agent", agent, self._templates)
        return template

    def _pattern(
        self, requirements: TaskRequirements, members: Sequence[Member], wishes: Wishes
    ) -> tuple[CompositionPattern, str]:
        if wishes.pattern:
            return pattern_named(wishes.pattern), "asked for"
        if len(members) == 1:
            return pattern_named("sequential"), "one agent is enough"
        if requirements.complexity is Complexity.COMPLEX and 3 <= len(members) < MAX_AGENTS:
            return pattern_named("hierarchical"), "a complex task of several parts needs one hand over it"
        return pattern_named("parallel"), "the parts do not need each other's results"

    def _seated(
        self, requirements: TaskRequirements, members: Sequence[Member], wishes: Wishes, learned: Learned
    ) -> tuple[CompositionPattern, str, Lineup]:
        """The pattern, why, and who sits where: the usual one unless another has passed more often."""

        def seats(pattern: str) -> Lineup:
            if wishes.agents:  # whoever names a team has decided who is in it, and where
                return Lineup(tuple(members), {})
            return line_up(members, pattern, self._templates)

        usual, why = self._pattern(requirements, members, wishes)
        better = None if wishes.pattern else learned.better(usual.name, seats)
        pattern, why = better or (usual, why)
        return pattern, why, seats(pattern.name)

    async def _planned(
        self,
        member: Member,
        requirements: TaskRequirements,
        snapshot: WorkspaceSnapshot,
        wishes: Wishes,
        learned: Learned,
        lineup: Lineup,
    ) -> PlannedAgent:
        template = member.template
        model = self._model(template)
        earlier = await self._history(template.id, model.name) if learned.asked else ()
        tools = [name for name in template.tools if name not in WRITE or WRITES in wishes.granted]
        estimate = step_estimate(model, len(tools), snapshot.facts.code_lines, earlier)
        return PlannedAgent(
            agent=template.id,
            assignment=f"{template.purpose[0].upper()}{template.purpose[1:]}.",
            model=model.name,
            covers=member.covers,
            because=lineup.because.get(template.id) or grounds_for(member, requirements),
            estimate=estimate if earlier else learned.calibrated(estimate, model),
        )


def stricter(one: Sequence[Gate], other: Sequence[Gate]) -> tuple[Gate, ...]:
    """The gates of both; of two with one name the one that is harder to pass."""
    gates = {gate.name: gate for gate in one}
    for gate in other:
        rival = gates.get(gate.name, gate)
        harder = max if KINDS[gate.name].direction is Direction.AT_LEAST else min
        gates[gate.name] = harder(rival, gate, key=lambda each: each.threshold)
    return tuple(gates.values())


def merge_gates(defaults: Sequence[Gate], wished: Sequence[Gate]) -> tuple[Gate, ...]:
    """Defaults with the wishes on top: a wish replaces the default of its name."""
    return tuple({gate.name: gate for gate in (*defaults, *wished)}.values())
