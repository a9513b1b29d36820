"""What was learned from earlier runs: looking at it, and forgetting it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.ports.clock import Clock

if TYPE_CHECKING:
    from ..application.services.outcomes import OutcomeMemory
    from ..application.use_cases.forget_learning import ForgetLearning
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
