"""Telling somebody who waits that a call has failed and is tried again."""

from __future__ import annotations

import asyncio

from ...domain.models.attempt import Attempt
from ...domain.models.exchange import AnswerRestarted, AttemptEnded, ModelEvent
from .terminal import say

SOON = 0.25
"""Seconds after which a wait is told: a call that fails for good has done so by then, and says more."""


class Waits:
    """Says why nothing comes, for one call at a time; used in the event loop of the call."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._timer: asyncio.TimerHandle | None = None

    def tell(self, event: ModelEvent) -> None:
        """Take note of what the model says."""
        if isinstance(event, AttemptEnded):
            self.end()
            if not event.attempt.ok and not self._quiet:
                self._timer = asyncio.get_running_loop().call_later(SOON, _say, event.attempt)
        elif not isinstance(event, AnswerRestarted):
            self.end()

    def end(self) -> None:
        """There is nothing to wait for any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def words(name: str) -> str:
    """A kind or code of an error as people write it: `rate limit`, `no key`."""
    return name.replace("_", " ").replace("-", " ")


def _say(attempt: Attempt) -> None:
    assert attempt.error is not None  # noqa: S101 - only failures are waited for
    say(f"muster: {attempt.model}: {words(attempt.error.value)}; still trying")
