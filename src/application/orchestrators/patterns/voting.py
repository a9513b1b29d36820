"""Independent answers, and a count."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field, field_validator

from ....domain.errors import UserError
from ....domain.messaging.agent_message import AgentMessageType
from ....domain.orchestration.ballots import COUNTS, Ballot, Count, normal
from ....domain.orchestration.composition import Scalar
from ....domain.orchestration.decision import Decision, Dissent
from ....domain.orchestration.plan import PlannedAgent
from ....domain.orchestration.run import AgentResult
from ....domain.orchestration.team import MAX_AGENTS
from .asks import FREE_CHOICE, choice_of, ranking_of
from .base import Arity, Assignment, Bound, CompositionPattern, Stage, StepResult
from .options import Options, Share, read_options
from .parallel import Parallel, together

RANKED = "ranked"
BOX = "ballot-box"
"""Where votes are sent to."""


class VotingOptions(Options):
    """What may be voted for, and how it is counted."""

    rule: Literal["majority", "weighted", "ranked"] = Field(
        "majority", description="majority, weighted or ranked"
    )
    count: Literal["borda", "instant-runoff"] = Field(
        "borda", description="how rankings are counted: borda or instant-runoff"
    )
    choices: str = Field("", description="what may be voted for, with commas between; empty for any answer")
    weights: str = Field("", description='weights of voters, e.g. "critic=2, debugger=0.5"; 1 for the rest')
    ties: Literal["undecided", "first"] = Field(
        "undecided", description="undecided, or first: the tied choice whose voter stands first in the plan"
    )
    quorum: Share = Field(0.5, description="share of the voters that must vote, from 0 to 1")

    @field_validator("weights")
    @classmethod
    def _weigh(cls, value: str) -> str:
        _weights(value)
        return value

    @property
    def listed(self) -> tuple[str, ...]:
        """The choices as they are written."""
        return tuple(
            dict.fromkeys(" ".join(each.split()) for each in self.choices.split(",") if each.strip())
        )


class Voting(CompositionPattern):
    """Every agent answers for itself and votes; nobody sees another's answer.

    - majority: more than half of the votes that were cast. weighted: the same, by weight. ranked: by Borda's count, or
      by instant runoff.
    - Who fails, says nothing, or names what is not up for choice abstains, for a recorded reason; abstentions count
      towards the quorum alone. Below the quorum nothing is decided.
    - Ties are undecided, unless the option says that the first in the plan breaks them.
    """

    name = "voting"
    purpose = "independent answers, counted: majority, weighted or ranked"
    arity = Arity(2, MAX_AGENTS)

    def __init__(self, options: VotingOptions | None = None) -> None:
        self.options = options or VotingOptions()

    def configured(self, options: Mapping[str, Scalar]) -> Voting:
        """With `rule`, `count`, `choices`, `weights`, `ties` and `quorum`."""
        return Voting(read_options(VotingOptions, self.name, options))

    def refuse(self, names: Sequence[str]) -> None:
        """The arity, and weights for voters that are not there."""
        self.arity.refuse(len(names), self.name)
        for voter in _weights(self.options.weights):
            if voter not in names:
                hint = f"voters: {', '.join(names)}"
                raise UserError(
                    f"option 'weights' names {voter!r}, who does not vote", code="option", hint=hint
                )

    async def execute(self, team: Sequence[PlannedAgent], stage: Stage) -> tuple[AgentResult, ...]:
        """Ask all at once, count, and note what came of it."""
        steps = await together([Assignment(agent, asks=self._asks()) for agent in team], stage)
        ballots = [self._ballot(agent.agent, step) for agent, step in zip(team, steps, strict=True)]
        for ballot in ballots:
            said = " > ".join(ballot.ranking) or f"abstains: {ballot.why}"
            stage.send(ballot.voter, BOX, AgentMessageType.VOTE, said, None)
        stage.note(self._decision(ballots, steps))
        return tuple(step.result for step in steps)

    def turns(self, count: int, bound: Bound = Bound.USUAL) -> tuple[float, ...]:
        """Each once."""
        return (1,) * count

    def seconds(self, steps: Sequence[float], limit: int, bound: Bound = Bound.USUAL) -> float:
        """All side by side."""
        return Parallel().seconds(steps, limit)

    def _asks(self) -> tuple[str, ...]:
        listed = self.options.listed
        if self.options.rule == RANKED:
            return (ranking_of(listed),)
        return (choice_of(listed) if listed else FREE_CHOICE,)

    def _ballot(self, voter: str, step: StepResult) -> Ballot:
        """What an agent votes for: each choice once, as it is listed, or in its normal form where all are free."""
        if not step.completed:
            return Ballot(voter, why=f"it {step.result.status.value}")
        wished = (step.ranking or (step.choice,)) if self.options.rule == RANKED else (step.choice,)
        said = [normal(each) for each in wished if normal(each)]
        listed = {normal(each): each for each in self.options.listed} or {each: each for each in said}
        ranking = tuple(dict.fromkeys(listed[each] for each in said if each in listed))
        why = "" if ranking else f"{said[0]!r} is not up for choice" if said else "it named no choice"
        return Ballot(voter, ranking, why, _weights(self.options.weights).get(voter, 1.0))

    def _decision(self, ballots: Sequence[Ballot], steps: Sequence[StepResult]) -> Decision:
        cast = [ballot for ballot in ballots if ballot.cast]
        rule = self.options.count if self.options.rule == RANKED else self.options.rule
        count = COUNTS[rule](cast)
        winner, words = self._winner(count, cast, len(ballots))
        silent = [f"{ballot.voter} abstains: {ballot.why}" for ballot in ballots if not ballot.cast]
        summaries = {step.result.agent: step.result.summary for step in steps}
        by = [b for b in cast if b.ranking[0] == winner] or [b for b in cast if winner in b.ranking]
        against = [b for b in cast if winner and b not in by]
        return Decision(
            self.name,
            "; ".join((f"{words} ({rule})", *silent)),
            tuple(ballot.voter for ballot in by),
            answer=winner,
            rounds=1,
            tally=count.tally,
            dissent=tuple(Dissent(b.voter, f"{b.ranking[0]}: {summaries[b.voter]}") for b in against),
        )

    def _winner(self, count: Count, cast: Sequence[Ballot], voters: int) -> tuple[str, str]:
        """Who has won, "" for nobody, and the words for it."""
        if not cast:
            return "", "nobody voted: nothing is decided"
        if len(cast) < self.options.quorum * voters:
            return "", f"{len(cast)} of {voters} voted, fewer than the quorum: nothing is decided"
        if count.winner:
            return count.winner, f"{count.winner!r} wins"
        if len(count.tied) == 1:
            return "", f"{count.tied[0]!r} has the most, but not more than half: nothing is decided"
        tied = " and ".join(repr(each) for each in count.tied)
        if self.options.ties == "first":
            first = next((c for ballot in cast for c in ballot.ranking if c in count.tied), count.tied[0])
            return first, f"{tied} are tied; {first!r} was named first in the plan"
        return "", f"{tied} are tied: nothing is decided"


def _weights(text: str) -> dict[str, float]:
    """`name=number` with commas between; raises ValueError that names the part."""
    found: dict[str, float] = {}
    for part in (each.strip() for each in text.split(",") if each.strip()):
        name, _, number = (each.strip() for each in part.partition("="))
        try:
            weight = float(number)
        except ValueError:
            weight = math.nan
        if not name or name in found or not 0 < weight < math.inf:
            raise ValueError(f"{part!r} is no weight of one voter")
        found[name] = weight
    return found
