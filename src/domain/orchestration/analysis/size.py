"""How much work a task is: a stated scope first, then the form of a short question or order."""

from __future__ import annotations

from collections.abc import Sequence

from ...agents.capability import Capability
from ..requirements import Complexity
from .lexicon import size_lexicon
from .words import Word

LARGE = 2.0
SMALL = 1.0
SHORT = 16
"""Words of a question or order that is still short."""


def size(text: Sequence[Word], capabilities: Sequence[Capability]) -> tuple[Complexity, str]:
    """The complexity of the task and the words that say so."""
    lexicon = size_lexicon()
    weights = dict.fromkeys(Complexity, 0.0)
    said: dict[Complexity, list[str]] = {complexity: [] for complexity in Complexity}
    for match in lexicon.index.find(text):
        cue = lexicon.cues[match.phrase]
        phrase = " ".join(text[at].text for at in match.positions)
        if isinstance(cue.target, Complexity) and phrase not in said[cue.target]:
            weights[cue.target] += cue.weight
            said[cue.target].append(phrase)
    chosen = _choose(weights, text, capabilities)
    evidence = "the task says " + ", ".join(repr(phrase) for phrase in said[chosen])
    return chosen, evidence if said[chosen] else _unsaid(chosen)


def _choose(
    weights: dict[Complexity, float], text: Sequence[Word], capabilities: Sequence[Capability]
) -> Complexity:
    large, small = weights[Complexity.COMPLEX], weights[Complexity.SIMPLE]
    if large >= LARGE and large >= small:
        return Complexity.COMPLEX
    if not capabilities and small >= weights[Complexity.MODERATE]:
        return Complexity.SIMPLE
    short = sum(1 for word in text if word.text[0].isalnum()) <= SHORT
    if small >= SMALL and small > weights[Complexity.MODERATE] and (short or small >= LARGE):
        return Complexity.SIMPLE
    return Complexity.MODERATE


def _unsaid(chosen: Complexity) -> str:
    return (
        "short, and nothing that makes it larger"
        if chosen is Complexity.SIMPLE
        else "no word that makes it small or large"
    )
