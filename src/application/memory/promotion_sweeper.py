"""Short-term entries become long-term ones when their time is over."""

from __future__ import annotations

import logging
from typing import NoReturn

from ...domain.errors import MusterError, StorageError
from ...domain.memory.due import Due
from ...domain.memory.entry import Origin
from ...domain.ports.clock import Clock
from ...domain.ports.long_term_store import LongTermStore
from ...domain.ports.short_term_store import ShortTermStore

AT_ONCE = 100
"""Entries that are listed at a time."""
log = logging.getLogger(__name__)


class PromotionSweeper:
    """Stores what is due for promotion in `long`, and only then takes it away from `short`.

    The long-term entry names the writing that it was, so that a sweep which was ended between the two finds it done.
    Several sweepers may be at work: each promotion is reported by one of them.
    """

    def __init__(self, short: ShortTermStore, long: LongTermStore, clock: Clock) -> None:
        self._short = short
        self._long = long
        self._clock = clock

    async def sweep(self) -> tuple[str, ...]:
        """Promote everything that is due; returns the keys that were promoted.

        An entry that the long-term store refuses is logged and waits on, without holding up others. Where there is
        no room, all that is left waits. Raises StorageError when one of the stores is away.
        """
        promoted: list[str] = []
        refused: set[str] = set()
        while True:
            found = await self._short.due(AT_ONCE + len(refused))
            fresh = [due for due in found if due.version not in refused]
            if not fresh:
                return tuple(promoted)
            for due in fresh:
                try:
                    kept = await self._keep(due)
                except StorageError:
                    raise
                except (MusterError, ValueError, TypeError) as error:
                    log.warning("%r cannot be promoted and waits: %s", due.key, error)
                    refused.add(due.version)
                    continue
                if not kept:
                    log.warning("%r is not promoted yet: the long-term memory has no room", due.key)
                    return tuple(promoted)
                if await self._short.settle(due):
                    promoted.append(due.key)

    async def run(self, every_seconds: float) -> NoReturn:
        """Sweep now and again until cancelled; a store that is away is logged, once until it is back."""
        away = False
        while True:
            try:
                await self.sweep()
                away = False
            except StorageError as error:
                if not away:
                    log.warning("nothing is promoted until the memory is back: %s", error)
                away = True
            await self._clock.sleep(every_seconds)

    async def _keep(self, due: Due) -> bool:
        """Whether `due` needs nothing more in the long-term store."""
        if due.key not in await self._short.retrieve_many([due.key]):
            return True  # somebody else has moved it, and it may have been deleted since
        there = await self._long.entry(due.key)
        if there is not None and (there.origin.promotion == due.version or there.stored_at > due.stashed_at):
            return True
        return await self._long.store(due.key, due.value, origin=Origin(promotion=due.version))
