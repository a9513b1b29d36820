"""What was learned from earlier runs: looking at it, and forgetting it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..domain.models.info import ModelInfo
from ..domain.ports.clock import Clock
from ..domain.ports.long_term_store import LongTermStore
from ..domain.ports.token_counter import TokenCounter
from ..domain.security.principal import Principal
from ..infrastructure.config.loader import LoadedSettings

if TYPE_CHECKING:
    from ..application.services.finding_memory import FindingMemory
    from ..application.services.memories import Memories
    from ..application.services.outcomes import OutcomeMemory
    from ..application.use_cases.dismiss_finding import DismissFinding
    from ..application.use_cases.forget_learning import ForgetLearning
    from ..application.use_cases.list_findings import ListFindings
    from ..application.use_cases.plan_task import PlanTask
    from ..application.use_cases.show_learning import ShowLearning


def show_learning(outcomes: OutcomeMemory, plan_task: PlanTask) -> ShowLearning:
    """Show what was learned."""
    from ..application.use_cases.show_learning import ShowLearning

    return ShowLearning(outcomes.runs, plan_task)


def forget_learning(outcomes: OutcomeMemory, clock: Clock) -> ForgetLearning:
    """Forget what was learned."""
    from ..application.use_cases.forget_learning import ForgetLearning

    return ForgetLearning(outcomes, clock)


def findings(store: LongTermStore) -> FindingMemory:
    """What runs have found in each folder."""
    from ..application.services.finding_memory import FindingMemory

    return FindingMemory(store)


def memories(
    loaded: LoadedSettings,
    outcomes: OutcomeMemory,
    findings: FindingMemory,
    store: LongTermStore,
    counter_for: Callable[[ModelInfo], TokenCounter],
) -> Memories:
    """What runs remember, and how agents are reminded."""
    from ..application.services.lessons import LessonBook
    from ..application.services.memories import Memories
    from ..application.services.recalling import Recaller

    recaller = Recaller(store, loaded.values.recall_tokens, counter_for)
    return Memories(outcomes, findings, recaller, LessonBook(store))


def list_findings(findings: FindingMemory) -> ListFindings:
    """List what was found."""
    from ..application.use_cases.list_findings import ListFindings

    return ListFindings(findings)


def dismiss_finding(findings: FindingMemory, principal: Principal, clock: Clock) -> DismissFinding:
    """Say that a finding does not count."""
    from ..application.use_cases.dismiss_finding import DismissFinding

    return DismissFinding(findings, principal, clock)
