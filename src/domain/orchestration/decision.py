"""What a team came to, beyond the results of its agents: who decided what, by which count, against whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .gates import GateResult, GateVerdict


@dataclass(frozen=True, slots=True)
class Dissent:
    """An agent whose view did not prevail, and the view."""

    agent: str
    words: str


@dataclass(frozen=True, slots=True)
class Decision:
    """How a pattern ended.

    `by` are the agents whose word stands, none when nothing was decided; `answer` is what was decided, when that is
    more than their words; `rounds` counts those that were run; `tally` holds what each choice got; `team` names the
    part of a nested plan that decided, "" for the whole.
    """

    pattern: str
    words: str
    by: tuple[str, ...] = ()
    answer: str = ""
    rounds: int = 0
    tally: Mapping[str, float] = field(default_factory=dict)
    dissent: tuple[Dissent, ...] = ()
    team: str = ""


@dataclass(frozen=True, slots=True)
class GateCheck:
    """Where the gates stand in the middle of a run; `unmeasured` when nobody looked, or there was nothing to see."""

    verdict: GateVerdict = GateVerdict.UNMEASURED
    results: tuple[GateResult, ...] = ()

    @classmethod
    def of(cls, results: tuple[GateResult, ...]) -> GateCheck:
        """One failed gate fails the check; it passes when there are gates, and each of them passed."""
        verdicts = {result.verdict for result in results}
        if GateVerdict.FAILED in verdicts:
            return cls(GateVerdict.FAILED, results)
        passed = verdicts == {GateVerdict.PASSED}
        return cls(GateVerdict.PASSED if passed else GateVerdict.UNMEASURED, results)

    @property
    def words(self) -> str:
        """The failed gates with what was measured, else the verdict."""
        failed = [
            f"{gate.name} is {gate.value:g}, and {gate.direction.value} {gate.threshold:g} is wanted"
            for gate in self.results
            if gate.verdict is GateVerdict.FAILED and gate.value is not None
        ]
        return "; ".join(failed) or f"the gates are {self.verdict.value}"
