"""Search everything that is remembered."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UserError
from ...domain.memory.entry import Hit, Query
from ...domain.ports.long_term_store import LongTermStore
from ...domain.security.classification import Classification


@dataclass(frozen=True, slots=True)
class SearchMemoryRequest:
    """Words as one would say them, among keys with a prefix and entries of a class."""

    words: str
    prefix: str = ""
    classification: str | None = None
    limit: int = 10


class SearchMemory:
    """Searches the entries that whoever asks may read, patterns and all others."""

    def __init__(self, store: LongTermStore) -> None:
        self._store = store

    async def execute(self, request: SearchMemoryRequest) -> tuple[Hit, ...]:
        """The best first; raises UserError for blank words, a limit below one or an unknown class."""
        if not request.words.strip():
            raise UserError("there is nothing to search for", code="query", hint="say a few words")
        if request.limit < 1:
            raise UserError(f"limit {request.limit} finds nothing", code="limit", hint="say 1 or more")
        try:
            kind = None if request.classification is None else Classification.of(request.classification)
        except ValueError as error:
            raise UserError(str(error), code="classification", hint="muster memory search --help") from error
        query = Query(words=request.words, prefix=request.prefix, classification=kind, limit=request.limit)
        return await self._store.search(query)
