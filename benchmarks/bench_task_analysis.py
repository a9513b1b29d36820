"""How often the embedded classifier agrees with the labels of the held-out half, beside two floors of the same run.

The floors: the commonest label of the tuning half for every sentence, and the same lexicon's plain words searched as
substrings. All figures are of the one hand-labelled set in tests/data/tasks, whose agreement between labellers is
unmeasured.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from muster.domain.agents.capability import Capability
from muster.domain.orchestration.analysis.classify import classify
from muster.domain.orchestration.analysis.lexicon import CAPABILITIES, COMPLEXITIES, DOMAIN_OF
from muster.domain.orchestration.requirements import Complexity, TaskDomain

TASKS = Path(__file__).parent.parent / "tests" / "data" / "tasks"
Answer = tuple[str, str, frozenset[str]]
"""Domain, complexity and capabilities of one sentence."""


def labelled(half: str) -> list[tuple[str, Answer]]:
    """The sentences of one half with their labels."""
    rows = [json.loads(line) for line in (TASKS / f"{half}.jsonl").read_text("utf-8").splitlines()]
    return [(row["task"], (row["domain"], row["complexity"], frozenset(row["capabilities"]))) for row in rows]


def embedded(task: str) -> Answer:
    """What the classifier says."""
    found = classify(task)
    return found.domain.value, found.complexity.value, frozenset(c.value for c in found.capabilities)


def majority(rows: list[tuple[str, Answer]]) -> Callable[[str], Answer]:
    """The commonest domain, complexity and set of capabilities, whatever the sentence."""
    domain, complexity, capabilities = (
        Counter(answer[at] for _, answer in rows).most_common(1)[0][0] for at in range(3)
    )
    return lambda _: (str(domain), str(complexity), frozenset(capabilities))


def substrings(task: str) -> Answer:
    """The plain words and phrases of the lexicon, wherever their letters stand, without stems, weights or negation."""
    lower = task.lower()

    def hits(firm: str, plain: str) -> int:
        phrases = {phrase.lstrip("^>") for phrase in f"{firm}, {plain}".split(", ")}
        return sum(1 for phrase in phrases if phrase and not set(phrase) & set("|@<.") and phrase in lower)

    counts = {capability: hits(cues.firm, cues.plain) for capability, cues in CAPABILITIES.items()}
    sizes = {complexity: hits(cues.firm, cues.plain) for complexity, cues in COMPLEXITIES.items()}
    found = [capability for capability, count in counts.items() if count]
    best: Capability | None = max(found, key=lambda capability: counts[capability], default=None)
    domain = DOMAIN_OF[best][0] if best else TaskDomain.GENERAL
    complexity = max(sizes, key=lambda each: sizes[each]) if any(sizes.values()) else Complexity.MODERATE
    return domain.value, complexity.value, frozenset(capability.value for capability in found)


def scored(answer: Callable[[str], Answer], rows: list[tuple[str, Answer]]) -> dict[str, float]:
    """Capabilities as micro-F1, domain and complexity as accuracy, and micro-F1 over all three fields."""
    right = wrong = missed = domains = sizes = 0
    for task, (domain, complexity, wanted) in rows:
        said_domain, said_complexity, said = answer(task)
        right, wrong, missed = (
            right + len(wanted & said),
            wrong + len(said - wanted),
            missed + len(wanted - said),
        )
        domains += domain == said_domain
        sizes += complexity == said_complexity
    both = 2 * (right + domains + sizes)
    return {
        "capabilities F1": 2 * right / max(1, 2 * right + wrong + missed),
        "domain": domains / len(rows),
        "complexity": sizes / len(rows),
        "all fields F1": both / (2 * right + wrong + missed + 4 * len(rows)),
    }


def bench_task_analysis() -> None:
    """Print the figures of the classifier and of both floors on the held-out half."""
    rows = labelled("test")
    print(f"\ntask analysis, {len(rows)} held-out sentences (no rule was shaped on them)")
    readers = (("embedded", embedded), ("substrings", substrings), ("majority", majority(labelled("tuning"))))
    for name, answer in readers:
        figures = "   ".join(f"{what} {value:.3f}" for what, value in scored(answer, rows).items())
        print(f"  {name:<11} {figures}")
