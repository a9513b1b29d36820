"""Patterns: learned by one, staged, validated, kept, found again."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from ...domain.errors import AccessDenied, SecurityViolation, UnknownName
from ...domain.memory.entry import Entry, Origin, Query
from ...domain.memory.lifetime import Lifetime
from ...domain.memory.pattern import PREFIX, Pattern, checked_type, pattern_data, pattern_of
from ...domain.ports.ids import Ids
from ...domain.security.automatic_class import classify
from ...domain.security.classification import Classification
from ...domain.security.principal import Principal, Role
from .tiers import Tiers

STAGED = "staged/"
log = logging.getLogger(__name__)


class PatternBook:
    """A contributor persists and stages patterns; a validator promotes a staged one; an observer reads."""

    def __init__(self, tiers: Tiers, ids: Ids, principal: Principal) -> None:
        self._short = tiers.short
        self._long = tiers.long
        self._ids = ids
        self._principal = principal

    async def persist_pattern(
        self,
        content: str,
        pattern_type: str,
        classification: str | None = None,
        metadata: Mapping[str, object] | None = None,
        *,
        origin: Origin | None = None,
    ) -> Pattern | None:
        """Keep a pattern; None when the disk is full. Without a class its words decide.

        Raises ValueError for blank content, a type that is no word, or an unknown class.
        """
        data = pattern_data(content, pattern_type, metadata)
        kind = classify(content) if classification is None else Classification.of(classification)
        pattern_id = self._ids.new(checked_type(pattern_type))
        author = origin or Origin(author=self._principal.user)
        stored = await self._long.store(PREFIX + pattern_id, data, kind, origin=author, text=content)
        return await self.recall_pattern(pattern_id) if stored else None

    async def recall_pattern(self, pattern_id: str) -> Pattern | None:
        """The pattern of that id, or None. Raises AccessDenied when it belongs to others."""
        found = await self._long.entry(PREFIX + pattern_id)
        return None if found is None else pattern_of(found)

    async def search_patterns(
        self,
        query: str | None = None,
        pattern_type: str | None = None,
        classification: str | None = None,
        limit: int = 10,
    ) -> tuple[Pattern, ...]:
        """The patterns that answer `query` best, best first; without a query the newest."""
        kind = None if classification is None else Classification.of(classification)
        prefix = PREFIX if pattern_type is None else f"{PREFIX}{checked_type(pattern_type)}-"
        if query is not None and query.strip():
            hits = await self._long.search(
                Query(words=query, prefix=prefix, classification=kind, limit=limit)
            )
            found = [pattern_of(hit.entry) for hit in hits]
        else:
            found = await self._newest(await self._long.list_keys(kind, prefix=prefix), limit)
        return tuple(one for one in found if one is not None)

    async def stage_pattern(
        self,
        content: str,
        pattern_type: str,
        classification: str | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> str | None:
        """Put a pattern before the validators for a day; its id, or None when there is no room.

        Raises SecurityViolation for what must be encrypted: it can be persisted, and not staged.
        """
        self._check(Role.CONTRIBUTOR, "stage a pattern")
        kind = classify(content) if classification is None else Classification.of(classification)
        check_short(kind)
        data = pattern_data(content, pattern_type, metadata)
        pattern_id = self._ids.new(pattern_type)
        staged = {**data, "classification": kind.value, "by": self._principal.user}
        kept = await self._short.stash(STAGED + pattern_id, staged, Lifetime.STAGED)
        return pattern_id if kept else None

    async def staged_patterns(self) -> dict[str, object]:
        """What waits for a validator, by id."""
        keys = await self._short.keys(STAGED)
        found = await self._short.retrieve_many(keys)
        return {key.removeprefix(STAGED): value for key, value in found.items()}

    async def promote_pattern(self, pattern_id: str) -> Pattern | None:
        """Keep a staged pattern for good, under its id; None when the disk is full, and it stays staged.

        Raises UnknownName when nothing is staged under the id, AccessDenied for all but validators.
        """
        self._check(Role.VALIDATOR, "promote a pattern")
        match await self._short.retrieve(STAGED + pattern_id):
            case {
                "content": str() as content,
                "type": str() as pattern_type,
                "metadata": dict() as metadata,
                "classification": str() as kind,
                "by": str() as by,
            }:
                data = pattern_data(content, pattern_type, metadata)
            case _:
                known = [key.removeprefix(STAGED) for key in await self._short.keys(STAGED)]
                raise UnknownName.of("staged pattern", pattern_id, known, "nothing is staged")
        if not await self._long.store(
            PREFIX + pattern_id, data, kind, origin=Origin(author=by), text=content
        ):
            return None
        await self._short.delete(STAGED + pattern_id)
        return await self.recall_pattern(pattern_id)

    async def _newest(self, keys: tuple[str, ...], limit: int) -> list[Pattern | None]:
        entries = [await self._readable(key) for key in keys]
        newest = sorted((one for one in entries if one is not None), key=lambda one: one.stored_at)
        return [pattern_of(one) for one in reversed(newest[-limit:])]

    async def _readable(self, key: str) -> Entry | None:
        """The entry; None for one whose key is missing or that is damaged: it hides no other."""
        try:
            return await self._long.entry(key)
        except SecurityViolation as error:
            log.warning("%r was passed over: %s", key, error)
            return None

    def _check(self, needed: Role, what: str) -> None:
        if not self._principal.role.may(needed):
            who = self._principal
            raise AccessDenied(
                f"{who.user!r}, {who.role}, may not {what}",
                details={"user": who.user, "role": who.role.value},
                hint=f"it takes the role of a {needed}",
            )


def check_short(kind: Classification) -> None:
    """Raise SecurityViolation for a class that is never in the clear: the short-term tier encrypts nothing."""
    if kind.encrypted:
        raise SecurityViolation(
            f"{kind} data is not kept in the short-term memory, which is not encrypted",
            code="sensitive-short-term",
            hint="store it without a time, or persist it as a pattern: the long-term memory encrypts it",
        )
