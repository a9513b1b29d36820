"""What a crash took from the ledger, put back from the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...domain.errors import StorageError
from ...domain.journal.record import Record
from ...domain.ledger.entry import LedgerEntry, LedgerQuery
from ...domain.models.attempt import Attempt
from ...domain.ports.cost_ledger import CostLedger
from ..flow.durable_model import spent_in


async def close_gap(ledger: CostLedger, run_id: str, records: Sequence[Record]) -> int:
    """Enter the attempts of `records` that the ledger lacks; returns how many those were.

    The ledger writes a little later than the journal, so that a killed process may leave it short of its last calls.
    Attempts are told apart by what they are paid for: agent, model, outcome, tokens and cost. A ledger that cannot be
    read is left as it is.
    """
    told = [(record, attempt) for record in records for attempt in spent_in(record)]
    if not told:
        return 0
    try:
        entries = await ledger.entries(LedgerQuery(run_id=run_id))
    except StorageError:
        return 0
    there = Counter(_mark(entry.agent, entry.attempt) for entry in entries)
    missing = 0
    for record, attempt in told:
        agent = agent_of(record.key)
        mark = _mark(agent, attempt)
        if there[mark]:
            there[mark] -= 1
            continue
        ledger.record(LedgerEntry(record.at, run_id, agent, attempt))
        missing += 1
    return missing


def agent_of(key: str) -> str:
    """The agent to which the step `branch/agent#1/model/2` belongs."""
    return next((part.partition("#")[0] for part in key.split("/") if "#" in part), "")


def _mark(agent: str, attempt: Attempt) -> tuple[object, ...]:
    return (agent, attempt.model, attempt.error, attempt.usage, attempt.cost)
