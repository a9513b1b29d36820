"""Calls that are refused before they are made: kept like every other, at no cost."""

from __future__ import annotations

from decimal import Decimal

from ...domain.errors import ErrorKind
from ...domain.ledger.entry import LedgerEntry
from ...domain.models.attempt import Attempt
from ...domain.models.exchange import AttemptEnded, ModelRequest
from ...domain.models.info import ModelInfo
from ...domain.ports.clock import Clock
from ...domain.ports.cost_ledger import CostLedger

DETAIL_LENGTH = 300
"""Characters of an error that an attempt keeps."""


class Refusals:
    """Records in the ledger what was refused; shared by the wrappers that refuse, and by all calls."""

    def __init__(self, ledger: CostLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def keep(
        self,
        info: ModelInfo,
        request: ModelRequest,
        kind: ErrorKind,
        detail: str,
        spared: Decimal | None = None,
    ) -> AttemptEnded:
        """Record that `info` was not called for `request`; yield what this returns, then raise.

        `spared` is what the call would have cost at most, in US dollars, where that is known.
        """
        context = request.context
        attempt = Attempt(
            info.provider,
            info.name,
            info.tier,
            error=kind,
            detail=detail[:DETAIL_LENGTH],
            waited=context.waited,
            spared=spared,
            fallback=context.fallback,
            batch=context.batch,
        )
        self._ledger.record(LedgerEntry(self._clock.now(), context.run_id, context.agent, attempt))
        context.heard(attempt)
        return AttemptEnded(attempt)
