"""A store in which sensitive entries lie encrypted."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...domain.errors import SecurityViolation
from ...domain.memory.entry import Entry, Hit, Query
from ...domain.ports.long_term_store import LongTermStore
from ...domain.ports.record_cipher import RecordCipher
from ...domain.security.classification import Classification
from ...domain.security.sealed import Binding, Sealed
from .passing import PassingLongTermStore, Storing

WORDS = re.compile(r"[^\W_]+")
ENDING = 2
"""So many letters at the end of a longer word may differ: plural, tense."""
log = logging.getLogger(__name__)


class SealedLongTermStore(PassingLongTermStore):
    """Classes that are encrypted reach the store within as ciphertext, and its index not at all.

    They are found all the same: a search opens and reads them one by one, as many as there are of that class. Without
    the key they are refused when they are stored, an error when they are read, and passed over by searches.
    """

    def __init__(self, inner: LongTermStore, cipher: RecordCipher) -> None:
        super().__init__(inner)
        self._cipher = cipher

    async def keep(self, storing: Storing) -> bool:
        """Keep it. Raises KeyUnavailable when it must be encrypted and there is no key; nothing is kept then."""
        key, kind = storing.key, storing.classification
        if not kind.encrypted:
            return await storing.into(self._inner)
        sealed = self._sealed(storing.data, storing.text, Binding(key, kind))
        return await replace(storing, data=sealed, text="").into(self._inner)

    async def replace(
        self, seen: Entry, data: object, *, text: str | None = None, renewed: bool = False
    ) -> bool:
        """Put `data` in the place of `seen`, sealed anew. Raises as `keep` and `entry` do."""
        there = await self._inner.entry(seen.key)
        if there is None or self._opened(there)[0] != seen:
            return False
        if not seen.classification.encrypted:
            return await self._inner.replace(there, data, text=text, renewed=renewed)
        sealed = self._sealed(data, text, Binding(seen.key, seen.classification))
        return await self._inner.replace(there, sealed, text="", renewed=renewed)

    async def entry(self, key: str) -> Entry | None:
        """What was stored. Raises KeyUnavailable, and SecurityViolation for what was changed in the store."""
        found = await self._inner.entry(key)
        return None if found is None else self._opened(found)[0]

    async def search(self, query: Query) -> tuple[Hit, ...]:
        """The best of both kinds: scores are made comparable by the best of each."""
        hits = await self._inner.search(query)
        top = max((hit.score for hit in hits), default=0.0) or 1.0
        found = [
            replace(hit, score=hit.score / top) for hit in hits if not hit.entry.classification.encrypted
        ]
        for kind in Classification:
            if kind.encrypted and query.classification in {None, kind}:
                found += await self._read_through(query, kind)
        return tuple(sorted(found, key=lambda hit: -hit.score)[: query.limit])

    async def _read_through(self, query: Query, kind: Classification) -> list[Hit]:
        wanted = frozenset(WORDS.findall(query.words.casefold()))
        hits: list[Hit] = []
        for key in await self._inner.list_keys(kind, prefix=query.prefix) if wanted else ():
            found = await self._inner.entry(key)
            if found is None or query.owner not in {None, found.origin.owner}:
                continue
            try:
                entry, text = self._opened(found)
            except SecurityViolation as error:
                log.warning("%r was not searched: %s", key, error)
                continue
            score = _share(wanted, " ".join(_texts(entry.data)) if text is None else text)
            if score:
                hits.append(Hit(entry=entry, score=score))
        return hits

    def _sealed(self, data: object, text: str | None, binding: Binding) -> object:
        try:
            plain = json.dumps([data, text], allow_nan=False, separators=(",", ":")).encode("ascii")
        except (TypeError, ValueError, RecursionError) as error:
            raise TypeError(f"the value for {binding.record!r} is not JSON: {error}") from error
        return self._cipher.seal(plain, binding).to_data()

    def _opened(self, entry: Entry) -> tuple[Entry, str | None]:
        """The entry in the clear, and the text that it is found by."""
        if not entry.classification.encrypted:
            return entry, None
        plain = self._cipher.open(Sealed.of_data(entry.data), Binding(entry.key, entry.classification))
        data, text = json.loads(plain)
        return replace(entry, data=data), text


def _share(wanted: frozenset[str], text: str) -> float:
    """Which part of the words is in the text, endings aside."""
    words = frozenset(WORDS.findall(text.casefold()))
    stems = frozenset(stem for word in words for stem in _stems(word))
    return sum(1 for word in wanted if word in words or not stems.isdisjoint(_stems(word))) / len(wanted)


def _stems(word: str) -> Iterator[str]:
    for cut in range(ENDING + 1):
        if len(word) - cut >= ENDING * 2:
            yield word[: len(word) - cut]


def _texts(data: object) -> Iterator[str]:
    match data:
        case str():
            yield data
        case Mapping():
            for value in data.values():
                yield from _texts(value)
        case list():
            for value in data:
                yield from _texts(value)
        case _:
            return
