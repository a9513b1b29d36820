"""Show what was spent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ...domain.errors import UnknownName, UserError
from ...domain.ledger.entry import CostTotal, Grouping, LedgerEntry, LedgerQuery
from ...domain.models.info import ModelInfo
from ...domain.models.usage import Usage
from ...domain.ports.cost_ledger import CostLedger
from ...domain.ports.run_journal import RunJournal

Lookup = Callable[[str], ModelInfo | None]
"""Finds a model by `provider/id`."""
LAST = "last"
SHOWN = 5
"""Candidates that an ambiguous prefix is answered with."""


@dataclass(frozen=True, slots=True)
class ShowCostsRequest:
    """Sums by what, of which run, since when (UTC), and against which model.

    A run is an id, the unique beginning of one, or "last"; the id of a conversation will do as well.
    """

    by: Grouping = Grouping.MODEL
    run_id: str = ""
    since: datetime | None = None
    baseline: str = ""


@dataclass(frozen=True, slots=True)
class Savings:
    """The same calls at the prices of `baseline`: the tokens that they took, whatever that model would have taken.

    Dollars. `calls` are those compared; `left_out` are calls without a price, which cannot be. `saved` is below
    0 when the baseline would have been cheaper.
    """

    baseline: str
    calls: int
    left_out: int
    at_baseline: Decimal
    actual: Decimal

    @property
    def saved(self) -> Decimal:
        """Dollars less than the baseline."""
        return self.at_baseline - self.actual


@dataclass(frozen=True, slots=True)
class CostReport:
    """Sums by group, the dearest first, and over all; `run_id` is the whole id of the run that was asked for."""

    by: Grouping
    totals: tuple[CostTotal, ...]
    total: CostTotal
    run_id: str = ""
    savings: Savings | None = None


class ShowCosts:
    """Adds up the ledger; what has no price stays without one, and savings are told against a named model only."""

    def __init__(self, ledger: CostLedger, lookup: Lookup, journal: RunJournal | None = None) -> None:
        self._ledger = ledger
        self._lookup = lookup
        self._journal = journal

    async def execute(self, request: ShowCostsRequest) -> CostReport:
        """The sums; raises UnknownName for a run or a baseline that nobody knows, and for a prefix of several runs.

        Raises UserError for a baseline without a price and for the last run when there is none, StorageError when
        the ledger cannot be read.
        """
        baseline = self._baseline(request.baseline) if request.baseline else None
        run_id = await self._run(request.run_id) if request.run_id else ""
        query = LedgerQuery(run_id=run_id, since=request.since)
        totals = await self._ledger.totals(request.by, query)
        savings = None
        if baseline is not None:
            savings = _savings(baseline, await self._ledger.entries(query))
        return CostReport(request.by, totals, _overall(totals), run_id, savings)

    def _baseline(self, name: str) -> ModelInfo:
        info = self._lookup(name)
        if info is None:
            raise UnknownName(
                f"unknown model {name!r}",
                details={"kind": "model", "name": name},
                hint="give it as provider/model; muster models lists them",
            )
        if info.prices is None:
            raise UserError(
                f"{name!r} has no known price, so nothing can be compared with it",
                code="unpriced",
                hint="name another model, or set its price",
            )
        return info

    async def _run(self, prefix: str) -> str:
        """The run that is meant, also one that has called no model."""
        if prefix == LAST:
            return await self._last()
        known = {total.key for total in await self._ledger.totals(Grouping.RUN, LedgerQuery())}
        if prefix in known:
            return prefix
        run = None if self._journal is None else await self._journal.load(prefix)
        meant = sorted(
            {run_id for run_id in known if run_id.startswith(prefix)} | ({run.id} if run else set())
        )
        if not meant:
            raise UnknownName.of("run", prefix, known)
        if len(meant) > 1:
            more = ", …" if len(meant) > SHOWN else ""
            raise UnknownName(
                f"{prefix!r} is the beginning of several runs",
                details={"kind": "run", "name": prefix, "known": meant},
                hint=f"give more of it: {', '.join(meant[:SHOWN])}{more}",
            )
        return meant[0]

    async def _last(self) -> str:
        newest = () if self._journal is None else await self._journal.list(1)
        if not newest:
            raise UserError("there are no runs yet", code="no-runs", hint="start with: muster run TASK")
        return newest[0].id


def _savings(baseline: ModelInfo, entries: Iterable[LedgerEntry]) -> Savings:
    """Call by call, because the price of a call may depend on its size."""
    calls = left_out = 0
    at_baseline = actual = Decimal(0)
    for attempt in (entry.attempt for entry in entries):
        other = baseline.cost(attempt.usage)
        if attempt.cost is None or other is None:
            left_out += 1
        elif attempt.usage.total:
            calls += 1
            actual += attempt.cost
            at_baseline += other
    return Savings(baseline.name, calls, left_out, at_baseline, actual)


def _overall(totals: Iterable[CostTotal]) -> CostTotal:
    totals = tuple(totals)
    return CostTotal(
        key="total",
        calls=sum(one.calls for one in totals),
        failed=sum(one.failed for one in totals),
        usage=sum((one.usage for one in totals), Usage()),
        cost=sum((one.cost for one in totals), Decimal(0)),
        unpriced=sum(one.unpriced for one in totals),
        estimated=sum(one.estimated for one in totals),
        cached=sum(one.cached for one in totals),
        refused=sum(one.refused for one in totals),
        spared=sum((one.spared for one in totals), Decimal(0)),
    )
