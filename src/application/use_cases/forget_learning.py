"""Forget what was learned from earlier runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ...domain.errors import UnknownName, UserError
from ...domain.memory.run_outcome import RunOutcome
from ...domain.ports.clock import Clock
from ..services.outcomes import OutcomeMemory


@dataclass(frozen=True, slots=True)
class ForgetLearningRequest:
    """One of three: a `run` (its id, or the beginning of it), what is older than so many `days`, or everything."""

    run: str = ""
    days: float | None = None
    everything: bool = False


class ForgetLearning:
    """Forgets what runs came to; the runs themselves stay in the journal, and what they cost in the ledger.

    - Everything is what runs came to and what their steps took: plans are then made as on the first day.
    - A single run, or old ones, take along what they came to; what steps took is kept by agent and model, not by run,
      and stays.
    """

    def __init__(self, memory: OutcomeMemory, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock

    async def execute(self, request: ForgetLearningRequest) -> int:
        """How many outcomes of runs and of agents' steps are gone; raises UserError, UnknownName, StorageError."""
        named = [bool(request.run), request.days is not None, request.everything]
        if sum(named) != 1:
            hint = "name a run, or give --older-than DAYS, or --all"
            raise UserError("what is to be forgotten is not clear", code="forget", hint=hint)
        if request.everything:
            return await self._memory.forget_all()
        known = await self._memory.runs.recall()
        if request.days is None:
            return await self._memory.runs.forget([_meant(known, request.run)])
        if request.days < 0:
            raise UserError(f"{request.days:g} days is no age", code="days", hint="give 0 or more")
        limit = self._clock.now() - timedelta(days=request.days)
        return await self._memory.runs.forget([one for one in known if one.at < limit])


def _meant(known: tuple[RunOutcome, ...], wanted: str) -> RunOutcome:
    """The outcome of the run with that id, or the unique beginning of one; "last" is the newest."""
    if wanted == "last" and known:
        return known[-1]
    exact = [one for one in known if one.run == wanted]
    found = exact or [one for one in known if one.run.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        hint = f"give more of it: {', '.join(one.run for one in found[:5])}"
        raise UnknownName(f"{wanted!r} is the beginning of several runs", details={"name": wanted}, hint=hint)
    raise UnknownName.of("run", wanted, (one.run for one in known))
