"""A model that others stand in for when it does not answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from itertools import groupby

from ...domain.errors import BudgetExceeded, ErrorKind, ModelFailure, MusterError
from ...domain.models.attempt import Attempt, total_cost
from ...domain.models.exchange import AnswerRestarted, AttemptEnded, ModelEvent, ModelRequest
from ...domain.models.fallback import FallbackPolicy, kind_of
from ...domain.models.info import ModelInfo
from ...domain.ports.language_model import LanguageModel
from ...domain.ports.token_counter import TokenCounter
from .closing import close
from .request_estimate import count_input

OpenStandIn = Callable[[ModelInfo], LanguageModel | None]
"""Opens a model with its whole stack; None when it cannot be had, for want of a key or a server."""


class FallbackModel(LanguageModel):
    """Asks one model after another until one answers; where it goes next depends on why the last one failed.

    `options` are all that could stand in, the best first. A stand-in is opened only when it is needed.
    """

    def __init__(
        self,
        first: LanguageModel,
        options: Sequence[ModelInfo],
        open_model: OpenStandIn,
        policy: FallbackPolicy,
        counter: TokenCounter,
    ) -> None:
        self._first = first
        self._options = tuple(options)
        self._open = open_model
        self._policy = policy
        self._counter = counter

    @property
    def info(self) -> ModelInfo:
        """That of the first model."""
        return self._first.info

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Pass the answer on; raises one ModelFailure with every attempt when no model answers."""
        model, asked = self._first, request
        journey = _Journey()
        while True:
            begun = False
            events = model.stream(asked)
            try:
                async for event in events:
                    if type(event) is AttemptEnded:
                        journey.attempts.append(event.attempt)
                    else:
                        begun = type(event) is not AnswerRestarted
                    yield event
            except (ModelFailure, BudgetExceeded) as error:
                journey.failed(model.info, error)
                following = self._following(request, journey)
                if following is None:
                    failure = journey.failure()
                    if failure is error:
                        raise
                    raise failure from error
            else:
                return
            finally:
                await close(events)
            if begun:
                yield AnswerRestarted(journey.kinds[-1].value)
            model, asked = following, _for_stand_in(request, self.info, following.info)

    def _following(self, request: ModelRequest, journey: _Journey) -> LanguageModel | None:
        """The next model that suits and can be had; None when no other may be asked."""
        if len(journey.errors) > self._policy.max_retries or _nobody_can(journey.errors[-1]):
            return None
        failed, kind, tier = journey.tried[-1], journey.kinds[-1], self.info.tier
        needed: int | None = None
        for option in self._options:
            if option in journey.seen or not self._policy.suits(option, failed, kind, request, tier):
                continue
            needed = count_input(request, self._counter).at_most if needed is None else needed
            if 0 < option.input_limit < needed:
                continue
            journey.seen.append(option)
            model = self._open(option)
            if model is not None:
                return model
        return None


def _nobody_can(error: MusterError) -> bool:
    """Whether what is short is short for every model: a cheaper one needs a call, tokens and time as well."""
    return isinstance(error, BudgetExceeded) and error.details.get("limit") not in {None, "usd"}


class _Journey:
    """One call on its way from model to model."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.tried: list[ModelInfo] = []
        self.errors: list[MusterError] = []
        self.kinds: list[ErrorKind] = []
        self.seen: list[ModelInfo] = []

    def failed(self, info: ModelInfo, error: MusterError) -> None:
        """Keep why `info` did not answer."""
        self.tried.append(info)
        self.errors.append(error)
        self.kinds.append(kind_of(error) or ErrorKind.UNKNOWN)

    def failure(self) -> MusterError:
        """The one error of a single attempt as it is; of several one that lists all of them."""
        first = self.errors[0]
        details = {"attempts": tuple(self.attempts), "cost": total_cost(self.attempts)}
        only = len(self.errors) == 1 and len(self.attempts) <= 1
        if only or all(isinstance(error, BudgetExceeded) for error in self.errors):
            first.details.update(details)
            return first
        causes = [(info.name, kind.value) for info, kind in zip(self.tried, self.kinds, strict=True)]
        return ModelFailure(
            f"no model gave an answer: {self._story() or first.message}",
            kind=self.kinds[0],
            retry_after=getattr(first, "retry_after", None),
            details={**first.details, **details, "causes": causes},
            hint=first.hint,
        )

    def _story(self) -> str:
        """Model by model, each cause with how often it came in a row."""
        runs = groupby(self.attempts, lambda attempt: (attempt.model, attempt.error))
        told = []
        for (model, error), group in runs:
            times = sum(1 for _ in group)
            told.append(f"{model} {error.value if error else 'answered'}{f' ×{times}' if times > 1 else ''}")
        return ", ".join(told)


def _for_stand_in(request: ModelRequest, first: ModelInfo, info: ModelInfo) -> ModelRequest:
    """`request` as `info` can take it: what another provider's model has thought means nothing to it."""
    messages = request.messages
    if info.provider != first.provider and any(message.reasoning for message in messages):
        messages = tuple(replace(message, reasoning="") for message in messages)
    room = min(request.max_output_tokens, info.max_output) if info.max_output else request.max_output_tokens
    context = replace(request.context, fallback=True)
    return replace(request, messages=messages, max_output_tokens=room, context=context)
