"""What must hold of runs that were killed; each law says in words what breaks it, and gives nothing when it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from muster.domain.orchestration.approvals import DoubtPolicy
from muster.domain.orchestration.run import AgentStatus, RunStatus

from .books import MODEL, Kept, Logs, Snapshot
from .driver import Ended
from .team import AGENTS, LOOK, WRITE, policy_of

ROUNDS = 3
COURSE = {1: LOOK, 2: WRITE}
"""The tool that an agent calls in each round."""


def broken(kills: Sequence[Snapshot], end: Snapshot, told: Sequence[Ended]) -> list[str]:
    """Every way in which the laws are broken, for a number of kills and the end of all runs."""
    snapshots = [*kills, end]
    return [
        *nothing_is_missing(end, told),
        *nothing_recorded_is_lost(snapshots),
        *nothing_recorded_is_done_again(snapshots),
        *all_in_flight_is_accounted_for(snapshots),
        *nothing_is_used_before_it_is_recorded(snapshots),
        *calls_made_again_are_told(end, told),
        *nothing_is_written_twice_unasked(snapshots),
    ]


def nothing_is_missing(end: Snapshot, told: Sequence[Ended]) -> Iterator[str]:
    """Each run is there once, and completed with all its agents."""
    for number in end.doubled:
        yield f"run {number} is in the journal twice"
    for one in told:
        kept = end.runs.get(one.number)
        if kept is None:
            yield f"run {one.number} is missing: {one.error}"
        elif (one.status, kept.run.status) != (RunStatus.COMPLETED, RunStatus.COMPLETED):
            yield f"run {one.number} is {kept.run.status.value}, and {one.status} to its caller: {one.error}"
        elif one.agents != (AgentStatus.COMPLETED,) * len(AGENTS):
            yield f"run {one.number} has agents {one.agents}: {one.error}"
        elif one.answered != len(AGENTS) * ROUNDS:
            yield f"run {one.number} tells of {one.answered} answers, not {len(AGENTS) * ROUNDS}"


def nothing_recorded_is_lost(snapshots: Sequence[Snapshot]) -> Iterator[str]:
    """What one snapshot holds, each later one holds unchanged."""
    for before, later in pairwise(snapshots):
        for number, kept in before.runs.items():
            now = later.runs.get(number)
            if now is None:
                yield f"run {number} was recorded, and is gone"
            elif now.run.id != kept.run.id:
                yield f"run {number} was {kept.run.id}, and is {now.run.id}"
            elif now.records[: len(kept.records)] != kept.records:
                yield f"run {number}: records have changed"


def nothing_recorded_is_done_again(snapshots: Sequence[Snapshot]) -> Iterator[str]:
    """A call whose result was on the disk at a kill is not seen again by whoever it was made to."""
    for before, later in pairwise(snapshots):
        since = later.logs.after(before.logs)
        for what, seen in _seen(since).items():
            for step in sorted(before.done(what) & set(seen)):
                yield f"{what} {step} was recorded, and made again"


def all_in_flight_is_accounted_for(snapshots: Sequence[Snapshot]) -> Iterator[str]:
    """Between two kills a call is made once; one that has no result at a kill is known to be under way."""
    before = Snapshot({}, Logs())
    for later in snapshots:
        seen = _seen(later.logs.after(before.logs))
        for what, steps in seen.items():
            for step, times in Counter(steps).items():
                if times > 1:
                    yield f"{what} {step} was made {times} times without a crash"
        for what in (MODEL, WRITE):
            for step in sorted(set(seen[what]) - later.done(what) - later.open(what)):
                yield f"{what} {step} was under way at a kill, and the journal knows nothing of it"
        before = later


def nothing_is_used_before_it_is_recorded(snapshots: Sequence[Snapshot]) -> Iterator[str]:
    """Whoever saw a call of an agent knows that the calls before it have results, in the journal.

    A write that was in doubt, and is left out by decision, has none.
    """
    doubted: set[str] = set()
    for one in snapshots:
        done = {what: one.done(what) for what in COURSE.values()} | {MODEL: one.done(MODEL)}
        for what, steps in _seen(one.logs).items():
            for step in sorted(set(steps)):
                for kind, name in _before(what, step):
                    if name not in done[kind] and not (kind == WRITE and name in doubted):
                        yield f"{what} {step} was made, and {kind} {name} before it is not recorded"
        doubted |= one.open(WRITE)


def _before(what: str, step: str) -> Iterator[tuple[str, str]]:
    """The call or calls of the same agent that come right before."""
    agent, _, number = step.rpartition("/")
    if what != MODEL:
        yield MODEL, step
    elif number != "1":
        last = int(number) - 1
        yield COURSE[last], f"{agent}/{last}"


def calls_made_again_are_told(end: Snapshot, told: Sequence[Ended]) -> Iterator[str]:
    """`repeated` is what was announced again; the server saw no call that was not announced."""
    asked = Counter(end.logs.asked)
    by_number = {one.number: one for one in told}
    for number, kept in end.runs.items():
        models = {name: step for (what, name), step in kept.steps.items() if what == MODEL}
        again = sum(step.announced - 1 for step in models.values())
        one = by_number[number]
        if one.repeated != again or one.lost != again:
            yield f"run {number}: {again} calls were made again, told are {one.repeated}, and {one.lost} lost"
        for name, step in models.items():
            if asked[name] > step.announced:
                yield f"model {name} was asked {asked[name]} times, and announced {step.announced} times"


def nothing_is_written_twice_unasked(snapshots: Sequence[Snapshot]) -> Iterator[str]:
    """A line is there once, or as the run's policy, or a person, has decided about its step in doubt."""
    end = snapshots[-1]
    lines = Counter(end.logs.lines)
    doubts = Counter(step for one in snapshots[:-1] for step in one.open(WRITE))
    for number, kept in end.runs.items():
        for agent in AGENTS:
            step = f"{number}/{agent}/2"
            least, most = _allowed(number, doubts[step], _again(number, kept))
            if not least <= lines[step] <= most:
                yield f"line {step} is there {lines[step]} times; in doubt {doubts[step]} times"


def _allowed(number: int, doubts: int, again: bool) -> tuple[int, int]:
    if not doubts:
        return 1, 1
    return (1, 1 + doubts) if again else (0, 1)


def _again(number: int, kept: Kept) -> bool:
    """Whether steps in doubt of this run are made again: by its policy, or by what a person has answered."""
    policy = policy_of(number)
    return policy is DoubtPolicy.RETRY or (policy is DoubtPolicy.ASK and number % 4 < 2)


def _seen(logs: Logs) -> dict[str, tuple[str, ...]]:
    return {MODEL: logs.asked, LOOK: logs.looks, WRITE: logs.lines}


def counted(kills: Sequence[Snapshot], end: Snapshot, told: Sequence[Ended]) -> list[tuple[str, object]]:
    """What is shown in the table."""
    asked, lines = Counter(end.logs.asked), Counter(end.logs.lines)
    models = [s for kept in end.runs.values() for (what, _), s in kept.steps.items() if what == MODEL]
    announced = sum(step.announced for step in models)
    doubts = [step for kill in kills for step in kill.open(WRITE)]
    unwritten = {step for step in doubts if not lines[step]}
    return [
        ("runs, completed", f"{sum(one.status == 'completed' for one in told)} of {len(told)}"),
        ("taken up again", sum(kept.run.resumed for kept in end.runs.values())),
        ("records in the journal", sum(len(kept.records) for kept in end.runs.values())),
        ("calls of models that the server saw", len(end.logs.asked)),
        ("  of them more than once", len(end.logs.asked) - len(asked)),
        ("  made again, as the runs tell", sum(one.repeated for one in told)),
        ("  announced, and never arrived", announced - len(end.logs.asked)),
        ("calls that were under way at a kill", sum(len(kill.open(MODEL)) for kill in kills)),
        ("recorded at a kill and made again", len(list(nothing_recorded_is_done_again([*kills, end])))),
        ("lines written by tools", len(end.logs.lines)),
        ("  in doubt at a kill", len(doubts)),
        ("  made again by decision", len(end.logs.lines) - len(lines)),
        ("  left out by decision", len(unwritten)),
        ("  made again without a decision", len(list(nothing_is_written_twice_unasked([*kills, end])))),
    ]
