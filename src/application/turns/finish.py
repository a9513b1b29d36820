"""Stage 5: what a turn took, and what it gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from ...domain.models.attempt import total_cost
from ...domain.models.info import ModelInfo
from ...domain.ports.clock import Clock
from ...domain.turns.types import TurnMetrics, TurnOutput, TurnStatus
from .progress import TurnProgress

ATTRIBUTE = "turn_output"


def collect_metrics(progress: TurnProgress, info: ModelInfo, clock: Clock) -> TurnMetrics:
    """Sums over every iteration so far, the one that failed included.

    Where attempts were recorded each counts at the price of the model that it called, else all at that of `info`.
    """
    return TurnMetrics(
        usage=progress.usage,
        cost=total_cost(progress.attempts) if progress.attempts else info.cost(progress.usage),
        duration=progress.elapsed,
        tool_call_count=len(progress.records),
        iteration_count=progress.iterations,
        model=progress.response.model if progress.response else info.name,
        tier=info.tier,
        started_at=progress.started_at,
        finished_at=clock.now(),
        attempts=tuple(progress.attempts),
    )


def finish_turn(
    progress: TurnProgress,
    metrics: TurnMetrics,
    status: TurnStatus,
    error: str = "",
    metadata: Mapping[str, str] | None = None,
) -> TurnOutput:
    """The turn's output, with every record and the last answer whatever its status."""
    return TurnOutput(progress.response, progress.records, metrics, status, error, dict(metadata or {}))


def together(first: TurnOutput, then: TurnOutput | None) -> TurnOutput:
    """The second of two turns about one thing, with the records and costs of both; the first if there is none."""
    if then is None:
        return first
    one, two = first.metrics, then.metrics
    unpriced = one.cost is None or two.cost is None
    metrics = replace(
        two,
        usage=one.usage + two.usage,
        cost=None if unpriced else (one.cost or 0) + (two.cost or Decimal(0)),
        duration=one.duration + two.duration,
        tool_call_count=one.tool_call_count + two.tool_call_count,
        iteration_count=one.iteration_count + two.iteration_count,
        started_at=one.started_at,
        attempts=one.attempts + two.attempts,
    )
    return replace(then, tool_calls=first.tool_calls + then.tool_calls, metrics=metrics)


def leave_output(error: BaseException, output: TurnOutput) -> None:
    """Let `error` carry what the turn had when it ended."""
    error.__dict__[ATTRIBUTE] = output


def output_left_by(error: BaseException) -> TurnOutput | None:
    """What the turn that ended with `error` had by then; None when the error came from no turn.

    It is an attribute of the error rather than a class of its own: `asyncio.timeout` and task groups look for
    exactly CancelledError.
    """
    output = error.__dict__.get(ATTRIBUTE)
    return output if isinstance(output, TurnOutput) else None
