"""One works; what it gives decides who works next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from pydantic import Field, field_validator

from ....domain.errors import UserError
from ....domain.messaging.agent_message import AgentMessageType
from ....domain.orchestration.composition import Scalar
from ....domain.orchestration.conditions import (
    Condition,
    ConfidenceIs,
    Facts,
    GatesAre,
    Joined,
    Not,
    parse_condition,
)
from ....domain.orchestration.decision import Decision
from ....domain.orchestration.gates import GateVerdict
from ....domain.orchestration.plan import PlannedAgent
from ....domain.orchestration.run import AgentResult
from .asks import CONFIDENCE, told
from .base import Arity, Assignment, Bound, CompositionPattern, Stage, StepResult
from .minutes import Minutes
from .options import Options, read_options


class ConditionalOptions(Options):
    """What decides."""

    when: str = Field(
        "findings any at least 1", description='a condition, e.g. "findings high or worse at least 1"'
    )

    @field_validator("when")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            return str(parse_condition(value))
        except UserError as error:
            raise ValueError(str(error)) from error

    @property
    def condition(self) -> Condition:
        """The condition, read."""
        return parse_condition(self.when)


class Conditional(CompositionPattern):
    """The first works; when the condition holds of its result the second goes on, else the third, if there is one.

    The branch that is not taken is skipped with the condition's words. A condition on what is not known, such as a
    confidence that was not given, does not hold, and this is said. The first one's failure is a result like another:
    a condition may ask for it.
    """

    name = "conditional"
    purpose = "what the first gives decides whether the second or the third goes on"
    arity = Arity(2, 3)

    def __init__(self, options: ConditionalOptions | None = None) -> None:
        self.options = options or ConditionalOptions()

    def configured(self, options: Mapping[str, Scalar]) -> Conditional:
        """With `when`."""
        return Conditional(read_options(ConditionalOptions, self.name, options))

    async def execute(self, team: Sequence[PlannedAgent], stage: Stage) -> tuple[AgentResult, ...]:
        """Run the first, look, run the branch."""
        minutes = Minutes(team, stage)
        condition = self.options.condition
        asks = (CONFIDENCE,) if any(isinstance(each, ConfidenceIs) for each in _atoms(condition)) else ()
        first = await minutes.step(Assignment(team[0], asks=asks))
        facts = await _facts(condition, first, stage)
        holds = condition.holds(facts)
        words = f"{condition}: {_ANSWERS[holds]} ({_told(facts)})"
        branch = team[1] if holds else team[2] if len(team) > 2 else None
        word = first
        if branch is not None:
            said = stage.send(team[0].agent, branch.agent, AgentMessageType.HANDOFF, told(first.result), None)
            word = await minutes.step(Assignment(branch, (said,)))
        by = (word.result.agent,) if word.completed else ()
        stage.note(Decision(self.name, words, by))
        return minutes.results(f"branch not taken: {words}")

    def turns(self, count: int, bound: Bound = Bound.USUAL) -> tuple[float, ...]:
        """The first once; each branch perhaps."""
        return (1.0, *[{Bound.LEAST: 0.0, Bound.USUAL: 0.5, Bound.MOST: 1.0}[bound]] * (count - 1))

    def seconds(self, steps: Sequence[float], limit: int, bound: Bound = Bound.USUAL) -> float:
        """The first, then the faster branch, the mean, or the slower one; no branch takes no time."""
        branches = [*steps[1:], 0.0][:2]
        usual = sum(branches) / 2
        return steps[0] + {Bound.LEAST: min(branches), Bound.USUAL: usual, Bound.MOST: max(branches)}[bound]


_ANSWERS = {True: "yes", False: "no", None: "cannot be told, so no"}


async def _facts(condition: Condition, step: StepResult, stage: Stage) -> Facts:
    counts = Counter(finding.severity for finding in step.result.findings)
    wanted = any(isinstance(each, GatesAre) for each in _atoms(condition))
    gates = (await stage.gates([step.result])).verdict if wanted else GateVerdict.UNMEASURED
    return Facts(step.result.status.value, counts, step.confidence, gates)


def _atoms(condition: Condition) -> list[object]:
    parts = condition.conditions if isinstance(condition, Joined) else (condition,)
    return [part.condition if isinstance(part, Not) else part for part in parts]


def _told(facts: Facts) -> str:
    """What was known when it was decided."""
    found = ", ".join(f"{count} {severity.value}" for severity, count in facts.findings.items()) or "none"
    sure = "not said" if facts.confidence is None else f"{facts.confidence:g}"
    return f"status {facts.status}, findings {found}, confidence {sure}, gates {facts.gates.value}"
