"""The lexicon as the classifier uses it: every phrase once, with all that it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ...agents.capability import Capability as C
from ..requirements import Complexity, TaskDomain
from .cues import FIRM, HINT, PLAIN, Cues
from .lexicon_code import CODE
from .lexicon_size import COMPLEX, EVERYDAY, MODERATE, SIMPLE, SOFTWARE
from .lexicon_work import WORK
from .phrases import Index, Phrase, parse

CAPABILITIES: Mapping[C, Cues] = {capability: {**CODE, **WORK}[capability] for capability in C}
COMPLEXITIES: Mapping[Complexity, Cues] = {
    Complexity.SIMPLE: SIMPLE,
    Complexity.MODERATE: MODERATE,
    Complexity.COMPLEX: COMPLEX,
}
IDIOMS = (
    "latest news, what to do, take .. into account, by the way, good news, test of time, secure .. "
    "room|place|seat|funding|deal|venue|job|spot, performance of .. play|opera|hamlet|symphony|band, "
    "document store, document database, feature branch, bug tracker, issue tracker, release the, note "
    "that, looking forward, stage environment, building site, free plan, error budget, fix point, "
    "test environment, review app, on page, next to, load balancer, learning rate, machine learning, "
    "retry limit, query builder, error branch, error handling, code name, hash map, memory lane, "
    "happy path, look at, data class, log in, login form, user name, test server, issue number, log4j"
)
"""Set phrases whose words say something else elsewhere, or nothing."""
CARRIED_OUT = (
    ">upgrade, >pin, >bump, prepare .. upgrade, prepare .. release, cut .. release, new feature, "
    "ready to ship, go live, >ship, >publish, >tag"
)
"""What makes releases, upgrades and features the subject, whatever else is looked at on the way."""
EVERYDAY_WORK = frozenset({C.RESEARCH, C.PLANNING, C.SYNTHESIS, C.CRITIQUE})
"""What can be wanted where software has no part."""

DOMAIN_OF: Mapping[C, tuple[TaskDomain, float]] = {
    C.CODE_REVIEW: (TaskDomain.CODE_QUALITY, 0.9),
    C.SECURITY_AUDIT: (TaskDomain.SECURITY, 1.4),
    C.ARCHITECTURE_ANALYSIS: (TaskDomain.ARCHITECTURE, 1.1),
    C.TEST_ANALYSIS: (TaskDomain.TESTING, 1.0),
    C.TEST_GENERATION: (TaskDomain.TESTING, 1.0),
    C.PERFORMANCE_ANALYSIS: (TaskDomain.PERFORMANCE, 1.2),
    C.DOCUMENTATION: (TaskDomain.DOCUMENTATION, 1.0),
    C.REFACTORING_ADVICE: (TaskDomain.REFACTORING, 1.0),
    C.DEPENDENCY_AUDIT: (TaskDomain.CODE_QUALITY, 0.9),
    C.RELEASE_PREPARATION: (TaskDomain.GENERAL, 1.0),
    C.CODE_GENERATION: (TaskDomain.GENERAL, 0.9),
    C.DEBUGGING: (TaskDomain.DEBUGGING, 1.1),
    C.RESEARCH: (TaskDomain.RESEARCH, 0.8),
    C.PLANNING: (TaskDomain.GENERAL, 0.4),
    C.SYNTHESIS: (TaskDomain.GENERAL, 0.5),
    C.CRITIQUE: (TaskDomain.GENERAL, 0.4),
}

Target = C | Complexity | str


@dataclass(frozen=True, slots=True)
class Cue:
    """What one phrase says: about which conclusion, how strongly, and whether only for want of better."""

    target: Target
    weight: float
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The index over all phrases and, by the number of a phrase, its cue."""

    index: Index
    cues: tuple[Cue, ...]


@cache
def capability_lexicon() -> Lexicon:
    """What the words say about capabilities and about software or everyday life."""
    listed = [pair for capability, cues in CAPABILITIES.items() for pair in _listed(capability, cues)]
    for name, phrases in (
        ("idiom", IDIOMS),
        ("software", SOFTWARE),
        ("everyday", EVERYDAY),
        ("carried out", CARRIED_OUT),
    ):
        listed += [(phrase, Cue(name, 0.0)) for phrase in parse(phrases)]
    return _lexicon(listed)


@cache
def size_lexicon() -> Lexicon:
    """What the words say about complexity."""
    return _lexicon([pair for complexity, cues in COMPLEXITIES.items() for pair in _listed(complexity, cues)])


def _lexicon(listed: list[tuple[Phrase, Cue]]) -> Lexicon:
    return Lexicon(Index([phrase for phrase, _ in listed]), tuple(cue for _, cue in listed))


def _listed(target: Target, cues: Cues) -> Iterator[tuple[Phrase, Cue]]:
    for weight, loose, phrases in (
        (FIRM, False, cues.firm),
        (PLAIN, False, cues.plain),
        (PLAIN, True, cues.loose),
        (HINT, False, cues.hint),
    ):
        for phrase in parse(phrases):
            yield phrase, Cue(target, weight, loose)
