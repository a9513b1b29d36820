"""From the words of a task to domain, capabilities and complexity, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...agents.capability import Capability
from ..requirements import Complexity, Reason, TaskDomain
from .lexicon import CAPABILITIES, COMPLEXITIES, DOMAIN_OF, Cues, weighted
from .words import Word, find, words

THRESHOLD = 1.0
"""A capability is asked for when its cues weigh at least this much."""
SHARE = 0.34
"""… and at least this share of the strongest capability."""


@dataclass(frozen=True, slots=True)
class Score:
    """How strongly something is asked for, and the words that say so."""

    weight: float = 0.0
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Classification:
    """What the words of a task say."""

    domain: TaskDomain
    complexity: Complexity
    capabilities: tuple[Capability, ...]
    reasons: tuple[Reason, ...]


def classify(task: str) -> Classification:
    """Read `task`; deterministic, and the same for every spelling that differs in case or inflection only."""
    text = words(task)
    scores = {capability: _score(cues, text) for capability, cues in CAPABILITIES.items()}
    capabilities = _chosen(scores)
    domain = _domain(scores, capabilities)
    complexity, why = _complexity(text)
    reasons = [Reason(f"needs {c.words}", _said(scores[c])) for c in capabilities]
    reasons.append(Reason(f"domain {domain.value}", _domain_evidence(domain, capabilities)))
    reasons.append(Reason(f"complexity {complexity.value}", why))
    return Classification(domain, complexity, capabilities, tuple(reasons))


def _score(cues: Cues, text: Sequence[Word]) -> Score:
    taken: set[int] = set()
    weight = 0.0
    said: list[str] = []
    longest_first = sorted(weighted(cues), key=lambda cue: (-len(cue[1]), -cue[0]))
    for value, phrase in longest_first:
        for start in find(phrase, text):
            span = set(range(start, start + len(phrase)))
            if span & taken:
                continue
            taken |= span
            weight += value
            said.append(" ".join(word.text for word in text[start : start + len(phrase)]))
            break
    return Score(weight, tuple(said))


def _chosen(scores: Mapping[Capability, Score]) -> tuple[Capability, ...]:
    best = max(score.weight for score in scores.values())
    least = max(THRESHOLD, best * SHARE)
    chosen = [capability for capability, score in scores.items() if score.weight >= least]
    return tuple(sorted(chosen, key=lambda capability: -scores[capability].weight))


def _domain(scores: Mapping[Capability, Score], chosen: Sequence[Capability]) -> TaskDomain:
    totals: dict[TaskDomain, float] = {}
    for capability in chosen:
        domain, factor = DOMAIN_OF[capability]
        totals[domain] = totals.get(domain, 0.0) + factor * scores[capability].weight
    return max(totals, key=lambda domain: totals[domain], default=TaskDomain.GENERAL)


def _complexity(text: Sequence[Word]) -> tuple[Complexity, str]:
    scores = {complexity: _score(cues, text) for complexity, cues in COMPLEXITIES.items()}
    complex_, simple = scores[Complexity.COMPLEX], scores[Complexity.SIMPLE]
    if complex_.weight >= 1.5 and complex_.weight > simple.weight:
        return Complexity.COMPLEX, _said(complex_)
    if simple.weight > scores[Complexity.MODERATE].weight:
        return Complexity.SIMPLE, _said(simple)
    moderate = scores[Complexity.MODERATE]
    return Complexity.MODERATE, _said(moderate) if moderate.cues else "no word that makes it small or large"


def _said(score: Score) -> str:
    return "the task says " + ", ".join(repr(cue) for cue in score.cues)


def _domain_evidence(domain: TaskDomain, capabilities: Sequence[Capability]) -> str:
    leading = [c.words for c in capabilities if DOMAIN_OF[c][0] is domain]
    return f"follows from {', '.join(leading)}" if leading else "no word points to another domain"
