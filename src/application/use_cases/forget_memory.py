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


class ForgetMemory:
    """Deletes entries for good: from the index and from backups too.

    - A key that is not there is an error, and then nothing is deleted.
    - Either keys or a prefix are given: forgetting everything is never the default.
    """

    def __init__(self, store: LongTermStore) -> None:
        self._store = store

    async def execute(self, request: ForgetMemoryRequest) -> tuple[str, ...]:
        """The keys that are gone; raises UnknownName, UserError, AccessDenied, StorageError."""
        if bool(request.keys) == bool(request.prefix):
            raise UserError("say which entries", code="usage", hint="give keys, or --prefix PREFIX")
        show = ShowMemory(self._store)
        if request.prefix:
            keys = await self._store.list_keys(prefix=request.prefix)
        else:
            found = [await show.execute(ShowMemoryRequest(key)) for key in request.keys]
            keys = tuple(dict.fromkeys(one.key for one in found))
        if not request.dry_run:
            for key in keys:
                await self._store.delete(key)
        return keys
