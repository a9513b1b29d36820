"""A store of which everybody sees what they may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ...domain.errors import AccessDenied
from ...domain.memory.backup import Backup
from ...domain.memory.entry import Entry, Hit, Query, Verified
from ...domain.ports.long_term_store import LongTermStore
from ...domain.security.classification import Classification
from ...domain.security.principal import Principal, Role
from .passing import PassingLongTermStore, Storing

AHEAD = 4
"""So many times as many hits are asked for at first as are wanted: some will not be shown."""


class GuardedLongTermStore(PassingLongTermStore):
    """The store as one principal sees it.

    An entry is read by its owner, by members of its project, and by whom its key was granted to; an entry without
    an owner by everybody who uses the store. Only its owner, and a steward, may change or delete it; an owner is
    never replaced. Lists and searches leave out what may not be read. A steward reads no more than others.
    """

    def __init__(self, inner: LongTermStore, principal: Principal) -> None:
        super().__init__(inner)
        self._principal = principal

    async def keep(self, storing: Storing) -> bool:
        """Keep the data as the principal's own. Raises AccessDenied."""
        self._check_role(Role.CONTRIBUTOR, "store", storing.key)
        there, project = await self._inner.entry(storing.key), storing.origin.project
        if there is not None:
            self._check_owner(there, "change")
        owner = self._principal.user if there is None else there.origin.owner
        if project and project not in self._principal.projects:
            raise self._denied("store into project", project, "become a member of the project")
        return await replace(storing, origin=replace(storing.origin, owner=owner)).into(self._inner)

    async def replace(
        self, seen: Entry, data: object, *, text: str | None = None, renewed: bool = False
    ) -> bool:
        """Put `data` in the place of `seen`, if that is still there. Raises AccessDenied."""
        self._check_role(Role.CONTRIBUTOR, "change", seen.key)
        there = await self._inner.entry(seen.key)
        if there is not None:
            self._check_owner(there, "change")
        return there is not None and await self._inner.replace(seen, data, text=text, renewed=renewed)

    async def entry(self, key: str) -> Entry | None:
        """What was stored. Raises AccessDenied when it is there and not for the principal."""
        found = await self._inner.entry(key)
        if found is not None and not self._may_read(found):
            raise self._denied("read", key, "ask its owner for a grant")
        return found

    async def delete(self, key: str) -> bool:
        """Whether there was something to delete. Raises AccessDenied."""
        self._check_role(Role.CONTRIBUTOR, "delete", key)
        there = await self._inner.entry(key)
        if there is not None:
            self._check_owner(there, "delete")
        return await self._inner.delete(key)

    async def list_keys(self, classification: str | None = None, *, prefix: str = "") -> tuple[str, ...]:
        """The keys of what the principal may read."""
        keys = await self._inner.list_keys(classification, prefix=prefix)
        entries = [await self._inner.entry(key) for key in keys]
        return tuple(one.key for one in entries if one is not None and self._may_read(one))

    async def search(self, query: Query) -> tuple[Hit, ...]:
        """The best of what the principal may read; others' entries take nobody's place."""
        wanted = query.limit * AHEAD
        while True:
            hits = await self._inner.search(replace(query, limit=wanted))
            readable = tuple(hit for hit in hits if self._may_read(hit.entry))[: query.limit]
            if len(readable) == query.limit or len(hits) < wanted:
                return readable
            wanted *= AHEAD

    async def prune(self, before: Mapping[Classification, datetime]) -> tuple[str, ...]:
        """Delete what is too old, whoever owns it: that is the rule of the store, not of a person."""
        return await self._inner.prune(before)

    async def verify(self, *, repair: bool = False) -> Verified:
        """Read every entry; setting damaged ones aside, whoever owns them, takes a steward. Raises AccessDenied."""
        if repair:
            self._check_role(Role.STEWARD, "repair", "the memory")
        return await self._inner.verify(repair=repair)

    async def backup(self, path: str, *, replace: bool = False) -> Backup:
        """Copy everything, whoever owns it: that takes a steward. Raises AccessDenied."""
        self._check_role(Role.STEWARD, "back up", "the memory")
        return await self._inner.backup(path, replace=replace)

    def _may_read(self, entry: Entry) -> bool:
        origin, me = entry.origin, self._principal
        mine = origin.owner in {"", me.user} or entry.key in me.granted
        return mine or bool(origin.project and origin.project in me.projects)

    def _check_owner(self, entry: Entry, what: str) -> None:
        if entry.origin.owner not in {"", self._principal.user}:
            self._check_role(Role.STEWARD, f"{what} what {entry.origin.owner!r} owns:", entry.key)

    def _check_role(self, needed: Role, what: str, key: str) -> None:
        if not self._principal.role.may(needed):
            raise self._denied(what, key, f"it takes the role of a {needed}")

    def _denied(self, what: str, thing: str, hint: str) -> AccessDenied:
        who = self._principal
        details = {"user": who.user, "role": who.role.value, "thing": thing}
        return AccessDenied(f"{who.user!r}, {who.role}, may not {what} {thing!r}", details=details, hint=hint)
