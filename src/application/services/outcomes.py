"""What steps and runs took and came to, kept in the long-term store."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from pydantic import TypeAdapter, ValidationError

from ...domain.errors import StorageError
from ...domain.memory.outcome import StepOutcome
from ...domain.ports.long_term_store import LongTermStore
from .run_memory import RunMemory

KEPT = 20
"""Outcomes kept an agent and model; the newest ones."""
PREFIX = "outcome/"
OUTCOMES = TypeAdapter(tuple[StepOutcome, ...])


class OutcomeMemory:
    """Remembers finished steps by agent and model, newest last; `runs` remembers what whole runs came to."""

    def __init__(self, store: LongTermStore) -> None:
        self._store = store
        self.runs = RunMemory(store)

    async def remember(self, outcomes: Sequence[StepOutcome]) -> None:
        """Add what was measured just now; a store that fails costs later estimates, not this run."""
        for outcome in outcomes:
            earlier = await self.recall(outcome.agent, outcome.model)
            kept = OUTCOMES.dump_python((*earlier, outcome)[-KEPT:], mode="json")
            with suppress(StorageError):
                await self._store.store(_key(outcome.agent, outcome.model), kept, text="")

    async def recall(self, agent: str, model: str) -> tuple[StepOutcome, ...]:
        """Earlier outcomes; what cannot be read counts as none."""
        with suppress(StorageError, ValidationError):
            stored = await self._store.retrieve(_key(agent, model))
            return () if stored is None else OUTCOMES.validate_python(stored)
        return ()

    async def forget_all(self) -> int:
        """Forget steps and runs; returns how many entries there were. Raises StorageError."""
        steps = [await self._store.delete(key) for key in await self._store.list_keys(prefix=PREFIX)]
        return sum(steps) + await self.runs.forget_all()


def _key(agent: str, model: str) -> str:
    return f"{PREFIX}{model}/{agent}"
