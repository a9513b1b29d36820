"""Calls that were never made, on record."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from muster.application.models.refusal import DETAIL_LENGTH, Refusals
from muster.domain.errors import ErrorKind
from muster.domain.models.attempt import UsageSource
from muster.domain.models.exchange import AttemptEnded, CallContext
from muster.domain.models.usage import Usage
from tests.fakes.clock import START, FakeClock

from .calls import ASKED, ListedLedger, known


def test_a_refusal_is_kept_at_no_cost_with_what_it_spared() -> None:
    """The same attempt in the ledger and in the event; who asked and how it came about is kept."""
    ledger = ListedLedger()
    asked = replace(ASKED, context=CallContext("run-1", "reviewer", waited=2.0, fallback=True, batch=True))

    event = Refusals(ledger, FakeClock()).keep(
        known("one/a"), asked, ErrorKind.BUDGET, "x" * 1000, Decimal("0.25")
    )

    (entry,) = ledger.kept
    assert event == AttemptEnded(entry.attempt)
    assert (entry.at, entry.run_id, entry.agent) == (START, "run-1", "reviewer")
    attempt = entry.attempt
    assert (attempt.provider, attempt.model, attempt.error) == ("one", "one/a", ErrorKind.BUDGET)
    assert (attempt.usage, attempt.source, attempt.cost) == (Usage(), UsageSource.NONE, Decimal(0))
    assert (attempt.spared, len(attempt.detail)) == (Decimal("0.25"), DETAIL_LENGTH)
    assert (attempt.waited, attempt.fallback, attempt.batch) == (2.0, True, True)
