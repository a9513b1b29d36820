"""Explain which model a task would get."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ...domain.agents.capability import Capability
from ...domain.errors import InvalidTask
from ...domain.models.info import ModelInfo
from ...domain.models.selection import ANYTHING, TYPICAL, Choice, Constraints, ModelSelector
from ...domain.models.tasks import TASK_TIERS, TaskType, leading_task, task_type
from ...domain.models.tier import ModelTier
from ...domain.models.unknown import NO_PROVIDERS, Providers, unknown_provider
from ...domain.orchestration.analysis.classify import Classification, classify
from ...domain.orchestration.requirements import Complexity

MOST_WORDS = 20_000
FIRM_CUES = 2
"""Words of a text that must speak for premium work before it is taken for such."""
KIND_OF: Mapping[Capability, TaskType] = {
    Capability.CODE_REVIEW: TaskType.SUGGEST_FIX,
    Capability.SECURITY_AUDIT: TaskType.REVIEW_SECURITY,
    Capability.ARCHITECTURE_ANALYSIS: TaskType.ARCHITECTURAL_DECISION,
    Capability.TEST_ANALYSIS: TaskType.WRITE_TESTS,
    Capability.TEST_GENERATION: TaskType.WRITE_TESTS,
    Capability.PERFORMANCE_ANALYSIS: TaskType.ANALYZE_PERFORMANCE,
    Capability.DOCUMENTATION: TaskType.DOCUMENT_CODE,
    Capability.REFACTORING_ADVICE: TaskType.REFACTOR,
    Capability.DEPENDENCY_AUDIT: TaskType.REVIEW_SECURITY,
    Capability.RELEASE_PREPARATION: TaskType.FINAL_REVIEW,
    Capability.CODE_GENERATION: TaskType.CODE_GENERATION,
    Capability.DEBUGGING: TaskType.FIX_BUG,
    Capability.RESEARCH: TaskType.EXPLAIN_CODE,
    Capability.PLANNING: TaskType.MULTI_STEP_PLANNING,
    Capability.SYNTHESIS: TaskType.SYNTHESIZE_RESULTS,
    Capability.CRITIQUE: TaskType.FINAL_REVIEW,
}
Named = Callable[[str, ModelTier], ModelInfo]
"""The model that a name, or "" for the settings, means for a tier; raises UserError for a name that means none."""


@dataclass(frozen=True, slots=True)
class ExplainModelRequest:
    """A kind of work, or a task in words, and what the model must be.

    `model` is what the settings name unless it is told here: `provider/id`, or a provider.
    """

    task: str
    within: Constraints = ANYTHING
    model: str = ""


@dataclass(frozen=True, slots=True)
class ModelExplanation:
    """The tier of a task, the model that it would get, and why; costs in US dollars, None when unpriced.

    `cost` is that of a call of 10,000 tokens in and 1,000 out, `batch_cost` that of the same call in a batch.
    `used` is the model that a run really uses for the tier, as the settings (or `model`) say, and `used_cost` that
    of the same call of it. `usable` says whether there is a provider that can be called here, of those that are
    chosen from.
    """

    task: str
    tier: ModelTier
    choice: Choice
    cost: Decimal | None
    batch_cost: Decimal | None
    used: ModelInfo | None = None
    used_cost: Decimal | None = None
    usable: bool = True


class ExplainModel:
    """Says which model a task gets, which one would be chosen for it, and why not the nearest others; calls none.

    - A kind of work has the tier that the user or the table gives it.
    - Any other text has the tier of the kind of work that it asks for most; one tier more when it is complex.
    - One word, like a verb of the table, is no reason for a premium model.
    - Without a wish for providers, those come first that can be used here.

    `usable` are the providers for which there is a key, `named` finds the model that is set, and `providers` are
    all that can be called.
    """

    def __init__(
        self,
        selector: ModelSelector,
        usable: tuple[str, ...] = (),
        named: Named | None = None,
        providers: Providers = NO_PROVIDERS,
    ) -> None:
        self._selector = selector
        self._usable = usable
        self._named = named
        self._providers = providers

    async def execute(self, request: ExplainModelRequest) -> ModelExplanation:
        """The explanation; raises InvalidTask when there is no task, UserError for a provider without models."""
        task = request.task.strip()
        if not task or len(task) > MOST_WORDS:
            raise InvalidTask(
                f"a task has 1 to {MOST_WORDS} characters, this one {len(task)}",
                hint="name a kind of work, e.g. fix_bug, or say what is wanted",
            )
        within = request.within
        for name in within.providers:
            if not self._selector.registry.get_models_by_provider(name):
                raise unknown_provider(name, self._selector.registry, self._providers)
        if not within.providers:
            within = replace(within, providers=self._usable)
        tier, why = self._tier(task)
        used = None if self._named is None else self._named(request.model, tier).in_tier(tier)
        choice = self._selector.for_tier(tier, within, why)
        model = choice.model
        batch = model.prices.batch if model and model.prices else None
        batched = None if model is None or batch is None else model.cost(TYPICAL, batch=True)
        return ModelExplanation(
            task, choice.tier or tier, choice, choice.cost(), batched,
            used, None if used is None else used.cost(TYPICAL), model is None or self._callable(model.provider),
        )  # fmt: skip

    def _callable(self, provider: str) -> bool:
        known = self._providers.get(provider.lower())
        return provider in self._usable or (known is not None and not known.key_env)

    def _tier(self, task: str) -> tuple[ModelTier, str]:
        if task_type(task) is not None or not any(letter.isspace() for letter in task):
            return self._selector.tier_of(task), self._selector.why_tier(task)
        found = classify(task)
        kind, cues = _kind(task, found)
        if kind is None:
            tier, why = ModelTier.CAPABLE, "it asks for no kind of work that is known"
        else:
            tier, why = self._selector.tier_of(kind), self._selector.why_tier(kind)
        if tier is ModelTier.PREMIUM and cues < FIRM_CUES and kind and TASK_TIERS[kind] is tier:
            tier, why = (
                ModelTier.CAPABLE,
                f"{why}, but one word for it is no reason for more than a capable one",
            )
        evidence = "; ".join(dict.fromkeys(_evidence(task, kind, found)))
        if found.complexity is Complexity.COMPLEX and tier.next is not None:
            return tier.next, f"{why}, and it is complex: one tier more ({evidence})"
        return tier, f"{why} ({evidence})"


def _kind(task: str, found: Classification) -> tuple[TaskType | None, int]:
    """The kind of work that is asked for most, and how many words say so.

    What the task begins with counts more than what it is about: "summarise the audit" asks for no audit. A question
    that asks for no more than an answer is a simple one.
    """
    leading = leading_task(task)
    if leading is not None:
        return leading
    first = found.capabilities[0] if found.capabilities else None
    if found.complexity is Complexity.SIMPLE and first in {None, Capability.RESEARCH}:
        return TaskType.SIMPLE_QA, 1
    if first is None:
        return None, 0
    cues = found.cues[0]
    kind = TaskType.SUMMARIZE if first is Capability.SYNTHESIS and cues < FIRM_CUES else KIND_OF[first]
    return kind, cues


def _evidence(task: str, kind: TaskType | None, found: Classification) -> Iterator[str]:
    """The words for the kind of work, and what is said about how large the task is."""
    leading = leading_task(task)
    if leading is not None and leading[0] is kind:
        yield f"the task begins with {' '.join(task.split()[: leading[1]])!r}"
    first = found.capabilities[0].words if found.capabilities and leading is None else ""
    for reason in found.reasons:
        if reason.conclusion.startswith("complexity") or reason.conclusion == f"needs {first}":
            yield reason.evidence
