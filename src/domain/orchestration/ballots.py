"""Counting votes: majority, weights, and two ways to count rankings; nothing depends on the order of the voters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one voter wants, best first; an empty ranking is an abstention, for the reason `why`."""

    voter: str
    ranking: tuple[str, ...] = ()
    why: str = ""
    weight: float = 1.0

    @property
    def cast(self) -> bool:
        """Whether it says anything."""
        return bool(self.ranking)


@dataclass(frozen=True, slots=True)
class Count:
    """What each choice got, who won, "" for nobody, and who shares the first place when several do."""

    tally: Mapping[str, float] = field(default_factory=dict)
    winner: str = ""
    tied: tuple[str, ...] = ()


def normal(choice: str) -> str:
    """Answers that differ in case, spaces or a full stop at the end are one answer."""
    return " ".join(choice.casefold().split()).rstrip(".!").rstrip()


def majority(ballots: Sequence[Ballot]) -> Count:
    """Who has more than half of the weight that was cast; abstentions weigh nothing."""
    tally = _firsts([(ballot.weight, ballot.ranking) for ballot in ballots])
    winner = next((choice for choice, got in tally.items() if 2 * got > fsum(tally.values())), "")
    return Count(tally, winner, () if winner else _best(tally))


def borda(ballots: Sequence[Ballot]) -> Count:
    """Of n choices the first of a ballot gets n-1 points, the next one fewer; what it does not name gets none.

    Borda 1781. The most points win.
    """
    choices = {choice for ballot in ballots for choice in ballot.ranking}
    points: dict[str, list[float]] = {choice: [] for choice in sorted(choices)}
    for ballot in ballots:
        for place, choice in enumerate(ballot.ranking):
            points[choice].append(ballot.weight * (len(choices) - 1 - place))
    return _first_of({choice: fsum(got) for choice, got in points.items()})


def instant_runoff(ballots: Sequence[Ballot]) -> Count:
    """The last is struck out until somebody has more than half of the ballots that still name anyone.

    Of several last ones it is the one with the fewest points by Borda, and if that leaves several, all of them; when
    all that are left are equal, they are tied.
    """
    left = {choice for ballot in ballots for choice in ballot.ranking}
    while True:
        tally = dict.fromkeys(sorted(left), 0.0)
        kept = [(b.weight, tuple(c for c in b.ranking if c in left)) for b in ballots]
        tally |= _firsts(kept)
        total, most = fsum(tally.values()), max(tally.values(), default=0.0)
        last = {choice for choice, got in tally.items() if got == min(tally.values())}
        if 2 * most > total or last == left:
            return _first_of(tally)
        points = borda([Ballot("", ranking, weight=weight) for weight, ranking in kept]).tally
        fewest = min(points.get(choice, 0.0) for choice in last)
        left -= {choice for choice in last if points.get(choice, 0.0) == fewest}


COUNTS: Mapping[str, Callable[[Sequence[Ballot]], Count]] = {
    "majority": majority,
    "weighted": majority,
    "borda": borda,
    "instant-runoff": instant_runoff,
}


def _firsts(rankings: Sequence[tuple[float, tuple[str, ...]]]) -> dict[str, float]:
    """The weight of those who put a choice first, by choice, in the order of the alphabet."""
    got: dict[str, list[float]] = {}
    for weight, ranking in rankings:
        if ranking:
            got.setdefault(ranking[0], []).append(weight)
    return {choice: fsum(got[choice]) for choice in sorted(got)}


def _best(tally: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(choice for choice, got in tally.items() if got == max(tally.values()))


def _first_of(tally: Mapping[str, float]) -> Count:
    best = _best(tally)
    return Count(tally, best[0]) if len(best) == 1 else Count(tally, "", best)
