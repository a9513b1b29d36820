"""What is tried after a failure: again, stronger, by somebody else, and at last by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

LIMIT = 3
"""Consecutive failures after which the same way is not tried again."""


class Rung(StrEnum):
    """The next thing to try, in the order in which they are tried."""

    AGAIN = "again"
    STRONGER_TIER = "stronger tier"
    ANOTHER_AGENT = "another agent"
    PERSON = "a person"
    STOP = "nothing more"


@dataclass(frozen=True, slots=True)
class Escalation:
    """How far a failure is followed up.

    `rounds` are the repair rounds: how often the same agent, or the same team, may try again with what was wrong.
    `ladder` goes on from there: a stronger tier, then another agent, then a person. Nothing of it happens unasked, for
    each try costs what the first one did.
    """

    rounds: int = 0
    ladder: bool = False


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt at a task, as it is in the journal; `rung` says what was tried, `why` how it failed ("" for not)."""

    rung: Rung
    why: str = ""

    @property
    def ok(self) -> bool:
        """Whether it went well."""
        return not self.why


def consecutive_failures(tries: Sequence[Try]) -> int:
    """Failures since the last success."""
    count = 0
    for one in reversed(tries):
        if one.ok:
            break
        count += 1
    return count


def next_rung(tries: Sequence[Try], policy: Escalation, possible: frozenset[Rung]) -> Rung:
    """What to try after `tries`, the last of which failed; what is not `possible` is passed over.

    The same way is tried for the repair rounds that are allowed, and never more than three times in a row. A success
    begins the count anew. The rule looks at recorded tries alone, so that a restart does not forget any.
    """
    failures = consecutive_failures(tries)
    if not failures:
        return Rung.STOP
    recent = [one.rung for one in tries[-failures:]]
    if all(rung is Rung.AGAIN for rung in recent) and failures <= min(policy.rounds, LIMIT - 1):
        return Rung.AGAIN
    if not policy.ladder:
        return Rung.STOP
    higher = [rung for rung in (Rung.STRONGER_TIER, Rung.ANOTHER_AGENT, Rung.PERSON) if rung in possible]
    return next((rung for rung in higher if rung not in recent), Rung.STOP)
