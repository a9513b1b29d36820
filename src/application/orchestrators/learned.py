"""What the planner takes from earlier runs, and how it says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ...domain.agents.roster import WRITE
from ...domain.agents.template import AgentTemplate
from ...domain.errors import MusterError
from ...domain.memory.advice import NO_ADVICE, Advice, Failing, advice, similar
from ...domain.memory.calibration import calibrate
from ...domain.memory.run_outcome import RunOutcome, Worked, project_of
from ...domain.models.info import ModelInfo
from ...domain.orchestration.plan import Estimate, PlannedAgent
from ...domain.orchestration.requirements import Reason, TaskRequirements
from .estimates import calibrated, from_template, step_estimate
from .lineup import Lineup
from .patterns import pattern_named
from .patterns.base import CompositionPattern

Runs = Callable[[], Awaitable[Sequence[RunOutcome]]]
"""What earlier runs came to."""
LEAST_SECONDS = 1e-3
"""No expectation is taken for less when something is measured by it."""
NOBODY: Mapping[str, AgentTemplate] = MappingProxyType({})


async def no_runs() -> Sequence[RunOutcome]:
    """Nothing is remembered."""
    return ()


class Learned:
    """Advice for one task; without outcomes, or for too few of them, it changes nothing and says nothing.

    `asked` tells whether earlier runs may be asked at all. Neither a pattern nor an agent that the user names is ever
    changed.
    """

    def __init__(
        self,
        outcomes: Sequence[RunOutcome],
        requirements: TaskRequirements | None,
        root: str,
        templates: Mapping[str, AgentTemplate],
        *,
        asked: bool = True,
    ) -> None:
        self.asked = asked
        self.advice: Advice = advice(outcomes, requirements, project_of(root)) if requirements else NO_ADVICE
        self._wanted = frozenset(requirements.capabilities if requirements else ())
        self._outcomes = outcomes
        self._like = similar(outcomes, requirements) if requirements else ()
        self._templates = templates
        self._replaced: dict[str, str] = {}

    def pool(self, templates: Sequence[AgentTemplate]) -> list[AgentTemplate]:
        """Those whom a team is chosen from: without agents that failed too often, where another does the same."""
        failing = {one.agent for one in self.advice.failing}
        for template in templates:
            needed = template.capabilities & self._wanted
            able = [one.id for one in templates if needed <= one.capabilities and one.id not in failing]
            if template.id in failing and needed and able:
                self._replaced[template.id] = able[0]
        return [template for template in templates if template.id not in self._replaced]

    def better(self, usual: str, seats: Callable[[str], Lineup]) -> tuple[CompositionPattern, str] | None:
        """A pattern that passed more often than `usual` and that the team can work in, and the evidence."""
        for tally in self.advice.better_than(usual):
            names = [member.template.id for member in seats(tally.pattern).members]
            try:
                pattern = pattern_named(tally.pattern)
                pattern.refuse(names)
            except MusterError:  # it is no longer installed, or takes another number
                continue
            other = self.advice.of(usual)
            than = f"{usual} {other.passed} of {other.runs}" if other else usual
            return pattern, f"{tally.words}, {than} (the last one: {tally.last})"
        return None

    def calibrated(self, guess: Estimate, model: ModelInfo) -> Estimate:
        """A guess from a template, put right by what earlier steps of the model took against theirs.

        Guesses are made anew for what was taken then: so nothing is put right twice, and what is learned today holds
        for the templates of today.
        """
        pairs = [
            (worked.taken, self._guess(model, worked, outcome.code_lines))
            for outcome in self._outcomes
            for worked in outcome.team
            if worked.taken is not None and worked.model == model.name and worked.agent in self._templates
        ]
        tokens = calibrate(taken.tokens / max(then.tokens.expected, 1) for taken, then in pairs)
        seconds = calibrate(
            taken.seconds / max(then.seconds.expected, LEAST_SECONDS) for taken, then in pairs
        )
        return calibrated(guess, model, tokens, seconds)

    def widened(self, estimate: Estimate, pattern: str) -> Estimate:
        """An estimate from earlier steps whose seconds also hold what like runs took besides their steps.

        Templates are left to `calibrated`: they were never measured.
        """
        told = [
            one.taken.seconds / max(one.planned.seconds.expected, LEAST_SECONDS)
            for one in self._like
            if one.taken is not None and one.pattern == pattern and not from_template(one.planned)
        ]
        found = None if from_template(estimate) else calibrate(told)
        seconds = estimate.seconds if found is None else found.widen(estimate.seconds)
        if found is None or seconds == estimate.seconds:
            return estimate
        basis = f"{estimate.basis}, with seconds as {found.cases} similar runs took them"
        return replace(estimate, seconds=seconds, basis=basis)

    def reasons(self, team: Sequence[PlannedAgent]) -> tuple[Reason, ...]:
        """What a plan for `team` says of earlier runs, with the evidence."""
        names = {agent.agent for agent in team}
        said = [self._of_failing(one, names) for one in self.advice.failing]
        score = self.advice.score
        if score is not None:
            times = "1 case" if score.of == 1 else f"{score.of} cases"
            told = (
                f"estimates of like runs were right in {score.right} of {times} (the last one: {score.last})"
            )
            said.append(Reason("earlier estimates", told))
        return tuple(said)

    def _guess(self, model: ModelInfo, worked: Worked, code_lines: int) -> Estimate:
        tools = [name for name in self._templates[worked.agent].tools if name not in WRITE]
        return step_estimate(model, len(tools), code_lines, ())

    def _of_failing(self, one: Failing, team: set[str]) -> Reason:
        words = f"it failed in {one.failed} of the last {one.of} similar runs (the last one: {one.last})"
        other = self._replaced.get(one.agent)
        if one.agent not in team and other:
            return Reason(f"{one.agent} is left out", f"{words}; {other} does the same")
        return Reason(
            f"{one.agent} may fail", words if one.agent in team else f"{words}; it is not in this team"
        )


NOTHING_LEARNED = Learned((), None, "", NOBODY, asked=False)
