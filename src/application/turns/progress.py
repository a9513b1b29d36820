"""What one turn has so far."""

from __future__ import annotations

from ...domain.models.attempt import Attempt
from ...domain.models.exchange import ModelResponse
from ...domain.models.usage import Usage
from ...domain.ports.clock import Clock
from ...domain.tools.result import ToolCallRecord


class TurnProgress:
    """Belongs to one turn alone; filled in as things happen, so that an end at any moment loses nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started = clock.monotonic()
        self._records: dict[tuple[int, int], ToolCallRecord] = {}
        self.started_at = clock.now()
        self.iterations = 0
        self.usage = Usage()
        self.attempts: list[Attempt] = []
        self.response: ModelResponse | None = None

    def begin_iteration(self) -> int:
        """Count one more model call; its number, from 1."""
        self.iterations += 1
        return self.iterations

    def hear(self, attempt: Attempt) -> None:
        """Keep an attempt as it is recorded."""
        self.attempts.append(attempt)
        self.usage += attempt.usage

    def hear_once(self, attempt: Attempt) -> None:
        """Keep an attempt that came as an event, unless it was recorded and heard of before."""
        if not any(heard is attempt for heard in self.attempts):
            self.hear(attempt)

    def add(self, usage: Usage) -> None:
        """Count what one model call took of which no attempt was recorded."""
        self.usage += usage

    def keep(self, index: int, record: ToolCallRecord) -> None:
        """Keep a tool call; `index` is its place in the answer that asked for it."""
        self._records[(self.iterations, index)] = record

    @property
    def records(self) -> tuple[ToolCallRecord, ...]:
        """Every finished tool call, in the order in which the model asked."""
        return tuple(record for _, record in sorted(self._records.items(), key=lambda item: item[0]))

    @property
    def elapsed(self) -> float:
        """Seconds since the turn began."""
        return self._clock.monotonic() - self._started
