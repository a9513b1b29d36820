"""What steps took in earlier runs, kept in the long-term store."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from ...domain.memory.outcome import StepOutcome
from ...domain.ports.long_term_store import LongTermStore

KEPT = 20
"""Outcomes kept an agent and model; the newest ones."""
OUTCOMES = TypeAdapter(tuple[StepOutcome, ...])


class OutcomeMemory:
    """Remembers finished steps by agent and model, newest last."""

    def __init__(self, store: LongTermStore) -> None:
        self._store = store

    async def remember(self, outcomes: Sequence[StepOutcome]) -> None:
        """Add what was measured just now."""
        for outcome in outcomes:
            earlier = await self.recall(outcome.agent, outcome.model)
            kept = (*earlier, outcome)[-KEPT:]
            await self._store.store(_key(outcome.agent, outcome.model), OUTCOMES.dump_python(kept, mode="json"))

    async def recall(self, agent: str, model: str) -> tuple[StepOutcome, ...]:
        """Earlier outcomes; what cannot be read counts as none."""
        stored = await self._store.retrieve(_key(agent, model))
        if stored is None:
            return ()
        try:
            return OUTCOMES.validate_python(stored)
        except ValidationError:
            return ()


def _key(agent: str, model: str) -> str:
    return f"outcome/{model}/{agent}"
