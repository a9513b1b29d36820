"""Which model stands in for one that did not answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from ..errors import BudgetExceeded, ErrorKind, ModelFailure
from .exchange import ModelRequest
from .info import ModelCapability, ModelInfo
from .tier import ModelTier

NOWHERE = frozenset({ErrorKind.REFUSED, ErrorKind.INVALID_REQUEST, ErrorKind.BLOCKED, ErrorKind.CANCELLED})
"""Failures that are the caller's own, or meant: no other model is asked."""

OF_THE_PROVIDER = frozenset(
    {ErrorKind.AUTHENTICATION, ErrorKind.QUOTA, ErrorKind.CONNECTION, ErrorKind.OUR_LIMIT}
)
"""Failures that hold for every model of the provider."""


class Models(Protocol):
    """The part of a registry that is needed to find stand-ins."""

    def get_model(self, provider: str, tier: ModelTier) -> ModelInfo | None:
        """The model of `provider` for `tier`."""
        ...

    def get_providers(self) -> Iterable[str]:
        """All providers, the preferred first."""
        ...


@dataclass(frozen=True, slots=True)
class FallbackRequest:
    """A request on its way to another tier: what was asked is kept; `attempt` counts from 1 for the first call."""

    request: ModelRequest
    tier: ModelTier
    is_fallback: bool
    fallback_from: ModelTier
    attempt: int


@dataclass(frozen=True, slots=True)
class FallbackPolicy:
    """Where a call goes when its model fails; at most `max_retries` others are asked.

    With a `chain` they are those, in that order, whatever their tier and provider. `stay` are the providers of
    one's own: who chose one did not say that the text may go anywhere else, or cost money. No state of a call
    lives here.
    """

    max_retries: int = 3
    chain: tuple[ModelInfo, ...] = ()
    stay: frozenset[str] = frozenset()

    def get_next_tier(self, tier: ModelTier) -> ModelTier | None:
        """The tier above; None from premium."""
        return tier.next

    def should_fallback(self, error: Exception, tier: ModelTier) -> bool:
        """Whether a call of `tier` that failed with `error` may be made in another tier.

        That is the next one up, and the one below when the budget is what is short.
        """
        kind = kind_of(error)
        if kind is None or kind in NOWHERE:
            return False
        return (tier.cheaper if kind is ErrorKind.BUDGET else tier.next) is not None

    def prepare_fallback_request(
        self, request: ModelRequest | FallbackRequest, tier: ModelTier
    ) -> FallbackRequest:
        """`request`, which failed in `tier`, for the next tier up; raises ValueError from the top.

        Nothing of what was asked changes, and the argument stays as it is.
        """
        above = self.get_next_tier(tier)
        if above is None:
            raise ValueError(f"there is no tier above {tier.value!r} to fall back to")
        if isinstance(request, FallbackRequest):
            asked, attempt = request.request, request.attempt
        else:
            asked, attempt = request, 1
        return FallbackRequest(asked, above, is_fallback=True, fallback_from=tier, attempt=attempt + 1)

    def candidates(self, first: ModelInfo, models: Models) -> tuple[ModelInfo, ...]:
        """All that could stand in for `first`, the best first: the chain, or what `models` knows.

        The same tier at other providers; then the tiers above, at the same provider first; then those below,
        which are asked only when the budget is short.
        """
        if self.chain:
            return tuple(info for info in self.chain if info.name != first.name)
        names = [first.provider, *(name for name in models.get_providers() if name != first.provider)]
        tiers = [first.tier, *_above(first.tier), *_below(first.tier)]
        found: dict[str, ModelInfo] = {}
        for tier in tiers:
            for name in names:
                info = models.get_model(name, tier)
                if info is not None and info.name != first.name and self._stands_in(info, first):
                    found.setdefault(info.name, info.in_tier(tier))
        return tuple(found.values())

    def suits(
        self,
        candidate: ModelInfo,
        failed: ModelInfo,
        kind: ErrorKind,
        request: ModelRequest,
        wanted: ModelTier | None = None,
    ) -> bool:
        """Whether `candidate` may be asked for what `failed` could not do for a reason of `kind`.

        `wanted` is the tier that was asked for at first, where `failed` stood in itself.
        """
        if kind in NOWHERE or (request.tools and not candidate.can(ModelCapability.TOOLS)):
            return False
        below = frozenset(_below(failed.tier))
        if kind is ErrorKind.BUDGET:
            return bool(self.chain) or candidate.tier in below  # the budget itself says what a chain may cost
        if kind is ErrorKind.CONTEXT_TOO_LONG and candidate.input_limit <= failed.input_limit:
            return False
        if kind in OF_THE_PROVIDER and candidate.provider == failed.provider:
            return False
        return bool(self.chain) or candidate.tier not in below.intersection(_below(wanted or failed.tier))

    def _stands_in(self, info: ModelInfo, first: ModelInfo) -> bool:
        """Nothing outdated, nothing that leaves the house, and no opinion from what has none."""
        leaves = first.provider in self.stay and info.provider not in self.stay
        return not (info.deprecated or leaves or (first.judges and not info.judges))


def kind_of(error: BaseException) -> ErrorKind | None:
    """Why a call failed; None for what is no failure of a model call."""
    if isinstance(error, ModelFailure):
        return error.kind
    return ErrorKind.BUDGET if isinstance(error, BudgetExceeded) else None


def _above(tier: ModelTier) -> tuple[ModelTier, ...]:
    return () if tier.next is None else (tier.next, *_above(tier.next))


def _below(tier: ModelTier) -> tuple[ModelTier, ...]:
    return () if tier.cheaper is None else (tier.cheaper, *_below(tier.cheaper))
