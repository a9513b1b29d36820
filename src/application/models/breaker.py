"""A model that is left alone for a while after it failed several times in a row."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass

from ...domain.errors import ErrorKind, ModelFailure
from ...domain.models.circuit import Circuit, CircuitPolicy, CircuitState, Outcome, outcome_of
from ...domain.models.exchange import Finished, ModelEvent, ModelRequest
from ...domain.models.info import ModelInfo
from ...domain.ports.clock import Clock
from ...domain.ports.language_model import LanguageModel
from .closing import close
from .refusal import Refusals

CLOSED = Circuit()


@dataclass(frozen=True, slots=True)
class CircuitReport:
    """The circuit of `model` as it is now; `seconds_left` until it lets a trial through."""

    model: str
    state: CircuitState
    failures: int
    seconds_left: float


class CircuitBoard:
    """The circuits of all models, one a provider and model; shared by every call, task and thread."""

    def __init__(self, policy: CircuitPolicy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock
        self._circuits: dict[str, Circuit] = {}
        self._lock = threading.Lock()

    def admit(self, model: str) -> int | None:
        """Let one call of `model` through: what `settle` wants back; None when it must not be made."""
        with self._lock:
            before = self._circuits.get(model, CLOSED)
            after = before.admit(self._policy, self._clock.monotonic())
            if after is None:
                return None
            self._put(model, before, after)
            return after.period

    def settle(self, model: str, period: int, outcome: Outcome) -> None:
        """Say how a call that was let through has ended."""
        with self._lock:
            before = self._circuits.get(model, CLOSED)
            now = self._clock.monotonic()
            self._put(model, before, before.settle(period, outcome, self._policy, now))

    def state(self, model: str) -> CircuitReport:
        """The circuit of one model."""
        with self._lock:
            return self._report(model, self._circuits.get(model, CLOSED))

    def states(self) -> tuple[CircuitReport, ...]:
        """The circuits of all models that have ever failed, by name."""
        with self._lock:
            return tuple(self._report(model, circuit) for model, circuit in sorted(self._circuits.items()))

    def _put(self, model: str, before: Circuit, after: Circuit) -> None:
        if after is not before:
            self._circuits[model] = after

    def _report(self, model: str, circuit: Circuit) -> CircuitReport:
        left = circuit.seconds_left(self._policy, self._clock.monotonic())
        return CircuitReport(model, circuit.state, circuit.failures, left)


class BreakerModel(LanguageModel):
    """Refuses calls while the circuit of its model is open, and tells the board how the others end."""

    def __init__(self, inner: LanguageModel, board: CircuitBoard, refusals: Refusals) -> None:
        self._inner = inner
        self._board = board
        self._refusals = refusals

    @property
    def info(self) -> ModelInfo:
        """That of the model behind it."""
        return self._inner.info

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Pass the answer on; raises ModelFailure of kind `circuit_open` when no call is made."""
        name = self._inner.info.name
        period = self._board.admit(name)
        if period is None:
            refusal = _refusal(self._board.state(name))
            yield self._refusals.keep(self._inner.info, request, refusal.kind, str(refusal))
            raise refusal
        outcome = Outcome.UNKNOWN  # cancelled, abandoned, or broken in a way that is not the provider's
        events = self._inner.stream(request)
        try:
            async for event in events:
                if type(event) is Finished:
                    outcome = Outcome.ANSWERED
                yield event
        except ModelFailure as error:
            outcome = outcome_of(error.kind)
            raise
        finally:
            self._board.settle(name, period, outcome)
            await close(events)


def _refusal(circuit: CircuitReport) -> ModelFailure:
    when = f"after {circuit.seconds_left:.0f} s" if circuit.seconds_left else "when the trial call is over"
    return ModelFailure(
        f"{circuit.model} is not called: it failed {circuit.failures} times in a row",
        kind=ErrorKind.CIRCUIT_OPEN,
        retry_after=circuit.seconds_left,
        details={"model": circuit.model, "state": circuit.state.value},
        hint=f"it is tried again {when}; or choose another model",
    )
