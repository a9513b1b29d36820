"""Forget entries of memory."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UserError
from ...domain.ports.long_term_store import LongTermStore
from .show_memory import ShowMemory, ShowMemoryRequest


@dataclass(frozen=True, slots=True)
class ForgetMemoryRequest:
    """Keys (or ids of patterns), or all keys that begin with `prefix`; `dry_run` only tells which these are."""

    keys: tuple[str, ...] = ()
    prefix: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The keys, and the paths of backups in which they may still be."""

    keys: tuple[str, ...]
    unreached: tuple[str, ...] = ()


class ForgetMemory:
    """Deletes entries for good: from the index too, and from the backups within reach.

    - Backups that are out of reach are named: what was deleted may still be in them.
    - A key that is not there is an error, and then nothing is deleted.
    - Either keys or a prefix are given: forgetting everything is never the default.
    """

    def __init__(self, store: LongTermStore) -> None:
        self._store = store

    async def execute(self, request: ForgetMemoryRequest) -> Forgotten:
        """The keys that are gone; raises UnknownName, UserError, AccessDenied, StorageError."""
        if bool(request.keys) == bool(request.prefix):
            raise UserError("say which entries", code="usage", hint="give keys, or --prefix PREFIX")
        show = ShowMemory(self._store)
        if request.prefix:
            keys = await self._store.list_keys(prefix=request.prefix)
        else:
            found = [await show.execute(ShowMemoryRequest(key)) for key in request.keys]
            keys = tuple(dict.fromkeys(one.key for one in found))
        unreached = (
            tuple(one.path for one in await self._store.backups() if not one.reachable) if keys else ()
        )
        if not request.dry_run:
            for key in keys:
                await self._store.delete(key)
        return Forgotten(keys, unreached)
