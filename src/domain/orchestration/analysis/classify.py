"""From the words of a task to domain, capabilities and complexity, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ...agents.capability import Capability
from ..requirements import Complexity, Reason, TaskDomain
from .cues import FIRM
from .lexicon import DOMAIN_OF, EVERYDAY_WORK, Cue, capability_lexicon
from .size import size
from .words import words

THRESHOLD = 1.0
"""A capability is asked for when its cues weigh at least this much."""
SHARE = 0.3
"""… and at least this share of the strongest capability."""
MOST = 3.5
"""More words for the same thing do not make it weigh more than this."""
LEAD = 0.8
"""What the capability that is named first weighs more in the choice of the domain."""


@dataclass(slots=True)
class Score:
    """How strongly something is asked for, the words that say so, and the position of the first of them."""

    weight: float = 0.0
    cues: list[str] = field(default_factory=list)
    first: int = 1_000_000

    def add(self, weight: float, said: str, position: int) -> None:
        """Count `said` once, however often it stands in the task."""
        if said not in self.cues:
            self.cues.append(said)
            self.weight = min(MOST, self.weight + weight)
            self.first = min(self.first, position)


@dataclass(frozen=True, slots=True)
class Classification:
    """What the words of a task say; `cues` are how many different ones speak for each of the capabilities."""

    domain: TaskDomain
    complexity: Complexity
    capabilities: tuple[Capability, ...]
    reasons: tuple[Reason, ...]
    cues: tuple[int, ...] = ()


Said = tuple[Cue, str, int]


def classify(task: str) -> Classification:
    """Read `task`; deterministic, and the same for every spelling that differs in case or inflection only."""
    text = words(task)
    lexicon = capability_lexicon()
    said = [
        (lexicon.cues[match.phrase], " ".join(text[at].text for at in match.positions), match.positions[0])
        for match in lexicon.index.find(text)
    ]
    scores = _scores(said)
    everyday = _everyday(said, max(score.weight for score in scores.values()))
    capabilities = _chosen(scores, everyday)
    domain, why = _domain(scores, capabilities, everyday, _named(said, "carried out"))
    complexity, extent = size(text, capabilities)
    reasons = [Reason(f"needs {c.words}", quoted(scores[c].cues)) for c in capabilities]
    reasons.append(Reason(f"domain {domain.value}", why))
    reasons.append(Reason(f"complexity {complexity.value}", extent))
    cues = tuple(len(scores[capability].cues) for capability in capabilities)
    return Classification(domain, complexity, capabilities, tuple(reasons), cues)


def quoted(cues: Iterable[str]) -> str:
    """The words of the task as evidence."""
    return "the task says " + ", ".join(repr(cue) for cue in cues)


def _scores(said: Sequence[Said]) -> dict[Capability, Score]:
    """What each capability weighs; loose words count only where no firmer word says something else."""
    scores = {capability: Score() for capability in Capability}
    for loose in (False, True):
        settled = {capability for capability, score in scores.items() if score.weight >= THRESHOLD}
        for cue, words_said, position in said:
            target = cue.target
            if isinstance(target, Capability) and cue.loose is loose and not (loose and settled - {target}):
                scores[target].add(cue.weight, words_said, position)
    return scores


def _everyday(said: Sequence[Said], strongest: float) -> tuple[str, ...]:
    """The words of everyday life in a task that says nothing, or nothing as clear, of software."""
    found = _named(said, "everyday")
    clear = len(found) >= 2 or strongest < FIRM
    return found if clear and not _named(said, "software") else ()


def _named(said: Sequence[Said], target: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase for cue, phrase, _ in said if cue.target == target))


def _chosen(scores: Mapping[Capability, Score], everyday: Sequence[str]) -> tuple[Capability, ...]:
    possible = [capability for capability in Capability if not everyday or capability in EVERYDAY_WORK]
    least = max(THRESHOLD, SHARE * max(scores[capability].weight for capability in possible))
    chosen = [capability for capability in possible if scores[capability].weight >= least]
    return tuple(sorted(chosen, key=lambda capability: -scores[capability].weight))


def _domain(
    scores: Mapping[Capability, Score],
    chosen: Sequence[Capability],
    everyday: Sequence[str],
    carried: Sequence[str],
) -> tuple[TaskDomain, str]:
    if everyday:
        return TaskDomain.GENERAL, f"{quoted(everyday)}, and nothing about software"
    totals: dict[TaskDomain, float] = {}
    lead = min(chosen, key=lambda capability: scores[capability].first, default=None)
    for capability in chosen:
        domain, factor = DOMAIN_OF[capability]
        weight = factor * (scores[capability].weight + (LEAD if capability is lead else 0.0))
        totals[domain] = totals.get(domain, 0.0) + weight
    if carried and chosen:
        totals[TaskDomain.GENERAL] = totals.get(TaskDomain.GENERAL, 0.0) + MOST
    best = max(totals, key=lambda domain: totals[domain], default=TaskDomain.GENERAL)
    leading = [c.words for c in chosen if DOMAIN_OF[c][0] is best]
    if leading:
        return best, f"follows from {', '.join(leading)}"
    return best, quoted(carried) if carried else "no word points to another domain"
