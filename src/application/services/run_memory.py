"""What runs came to, kept in the long-term store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from pydantic import TypeAdapter, ValidationError

from ...domain.errors import StorageError
from ...domain.journal.record import Record, RecordKind
from ...domain.memory.run_outcome import RunOutcome
from ...domain.orchestration.run import RunStatus
from ...domain.ports.long_term_store import LongTermStore

KEPT = 200
"""Outcomes that are kept; the newest ones."""
LOOSE = 20
"""So many of the newest may have no copy yet."""
PREFIX = "run-outcome/"
TOGETHER = "run-outcomes"
OUTCOME = TypeAdapter(RunOutcome)


class RunMemory:
    """Remembers ended runs, a key each, so that runs at the same time do not overwrite each other.

    A key begins with the moment at which its run began: a run that goes on after it was stopped takes its own old
    place, and keys in order are runs in order. Completed runs never change: copies of them stand together under one
    more key, which spares whoever plans two hundred reads. It may be lost or old at no harm.
    """

    def __init__(self, store: LongTermStore) -> None:
        self._store = store

    async def remember(self, outcome: RunOutcome) -> None:
        """Keep what a run came to, and forget the oldest; a store that fails costs later advice, not this run."""
        if outcome.status is RunStatus.WAITING:
            return
        with suppress(
            StorageError, TypeError
        ):  # TypeError: an infinite number in a plan that was written by hand
            await self._store.store(_key(outcome), OUTCOME.dump_python(outcome, mode="json"), text="")
            keys = await self._store.list_keys(prefix=PREFIX)
            for key in keys[:-KEPT]:
                await self._store.delete(key)
            if len(keys) >= LOOSE and not (await self._together()).keys() & set(keys[-LOOSE:]):
                await self._gather()

    async def recall(self) -> tuple[RunOutcome, ...]:
        """The newest outcomes, oldest first; what cannot be read counts as none."""
        with suppress(StorageError):
            keys, together = (await self._store.list_keys(prefix=PREFIX))[-KEPT:], await self._together()
            found = [_read(key, together.get(key)) or await self._one(key) for key in keys]
            return tuple(outcome for outcome in found if outcome is not None)
        return ()

    async def forget(self, outcomes: Collection[RunOutcome]) -> int:
        """Forget these; returns how many of them were there. Raises StorageError."""
        await self._store.delete(TOGETHER)
        return sum([await self._store.delete(_key(outcome)) for outcome in outcomes])

    async def forget_all(self) -> int:
        """Forget everything, also what cannot be read; returns how many runs there were. Raises StorageError."""
        await self._store.delete(TOGETHER)
        return sum([await self._store.delete(key) for key in await self._store.list_keys(prefix=PREFIX)])

    async def _one(self, key: str) -> RunOutcome | None:
        with suppress(StorageError):
            return _read(key, await self._store.retrieve(key))
        return None

    async def _together(self) -> Mapping[str, object]:
        """The copies by key."""
        with suppress(StorageError):
            copies = await self._store.retrieve(TOGETHER)
            return copies if isinstance(copies, dict) else {}
        return {}

    async def _gather(self) -> None:
        """Copy what will not change any more; a run that was stopped may still go on."""
        done = [outcome for outcome in await self.recall() if outcome.status is RunStatus.COMPLETED]
        copies = {_key(outcome): OUTCOME.dump_python(outcome, mode="json") for outcome in done}
        await self._store.store(TOGETHER, copies, text="")


def borrowed_agents(records: Sequence[Record]) -> frozenset[str]:
    """Agents of whose work not everything was made in this drive: taken over from another run, or begun before.

    `records` are what the drive began with. Steps that an earlier drive of the same run finished are whole.
    """
    ended = {one.key for one in records if one.kind is RecordKind.AGENT and one.epoch}
    return frozenset(agent for one in records for step, agent in _steps_in(one.key) if step not in ended)


def _steps_in(key: str) -> tuple[tuple[str, str], ...]:
    """The agents' steps (`branch/agent#2`) that a record belongs to, each with the agent's name."""
    parts = key.split("/")
    return tuple(
        ("/".join(parts[: place + 1]), part.rpartition("#")[0])
        for place, part in enumerate(parts)
        if "#" in part
    )


def _read(key: str, stored: object) -> RunOutcome | None:
    """The outcome that stands under `key`; None for nothing, and for what belongs elsewhere or is of another form."""
    with suppress(ValidationError):
        outcome = None if stored is None else OUTCOME.validate_python(stored)
        return outcome if outcome is not None and _key(outcome) == key else None
    return None


def _key(outcome: RunOutcome) -> str:
    """The moment in UTC, which sorts as text, then project and run."""
    return f"{PREFIX}{outcome.at.timestamp():017.6f}/{outcome.project}/{outcome.run}"
