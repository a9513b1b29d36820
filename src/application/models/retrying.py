"""A model that is asked again when a failure may pass."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from ...domain.errors import ModelFailure
from ...domain.models.exchange import AnswerRestarted, AttemptEnded, ModelEvent, ModelRequest
from ...domain.models.info import ModelInfo
from ...domain.models.retry import RetryPolicy
from ...domain.ports.clock import Clock
from ...domain.ports.language_model import LanguageModel
from .closing import close

SecondsLeft = Callable[[Sequence[str]], float | None]


class RetryingModel(LanguageModel):
    """Makes the same call again as its policy says; the one layer that retries.

    `random` gives numbers from 0 to 1, `seconds_left` what the budgets of a call have left: there is no waiting
    beyond that. The wait is told to the next attempt through the request's context.
    """

    def __init__(
        self,
        inner: LanguageModel,
        policy: RetryPolicy,
        clock: Clock,
        random: Callable[[], float],
        seconds_left: SecondsLeft = lambda _: None,
    ) -> None:
        self._inner = inner
        self._policy = policy
        self._clock = clock
        self._random = random
        self._seconds_left = seconds_left

    @property
    def info(self) -> ModelInfo:
        """That of the model that is asked."""
        return self._inner.info

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Pass the answer on; AnswerRestarted says that pieces which were passed on are void."""
        asked, attempt = request, 1
        while True:
            begun = False
            events = self._inner.stream(asked)
            try:
                async for event in events:
                    begun = begun or type(event) is not AttemptEnded
                    yield event
            except ModelFailure as error:
                wait = self._policy.delay(attempt, error.kind, error.retry_after, self._random())
                if wait is None or self._too_long(wait, request.context.accounts):
                    raise
                reason = error.kind.value
            else:
                return
            finally:
                await close(events)
            if begun:
                yield AnswerRestarted(reason)
            await self._clock.sleep(wait)
            attempt += 1
            asked = replace(request, context=replace(request.context, waited=wait))

    def _too_long(self, wait: float, accounts: Sequence[str]) -> bool:
        left = self._seconds_left(accounts) if accounts else None
        return left is not None and wait >= left
