"""When the same call is made again, and how long is waited before it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import ErrorKind


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with jitter, in seconds; it holds no state of any call.

    The wait before retry n is `base * factor ** (n - 1)`, at most `cap`, less a random share of at most `jitter`
    of it. A server's own `retry-after` wins over that, up to `patience`: who is asked to wait longer gives up,
    so that another model can be asked.
    """

    max_retries: int = 3
    base: float = 0.5
    factor: float = 2.0
    cap: float = 30.0
    jitter: float = 0.5
    patience: float = 60.0

    def __post_init__(self) -> None:
        times = (self.base, self.cap, self.patience)
        fit = all(math.isfinite(time) and time >= 0 for time in times)
        if not (fit and self.max_retries >= 0 and 1 <= self.factor < math.inf and 0 <= self.jitter <= 1):
            raise ValueError(f"no retry policy: {self!r} (times from 0, factor from 1, jitter from 0 to 1)")

    def delay(self, attempt: int, kind: ErrorKind, retry_after: float | None, chance: float) -> float | None:
        """Seconds to wait after failed attempt number `attempt` (from 1); None when it is not made again.

        `retry_after` is what the server asked for, in seconds; `chance` is a random number from 0 to 1.
        """
        if attempt > self.max_retries or not kind.passing:
            return None
        if retry_after is None or not retry_after >= 0:  # also one that is no number
            return self._backoff(attempt, chance)
        return retry_after if retry_after <= self.patience else None

    def _backoff(self, attempt: int, chance: float) -> float:
        try:
            full = min(self.cap, self.base * self.factor ** (attempt - 1))
        except OverflowError:
            full = self.cap
        return full * (1 - self.jitter * chance)
