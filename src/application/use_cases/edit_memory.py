"""Put an entry of memory right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...domain.errors import StorageError, UserError
from ...domain.memory.entry import Entry
from ...domain.memory.pattern import pattern_of
from ...domain.ports.long_term_store import LongTermStore
from ...domain.security.automatic_class import classify
from .show_memory import ShowMemory, ShowMemoryRequest


@dataclass(frozen=True, slots=True)
class EditMemoryRequest:
    """The entry as it was seen, and what takes its place: the new content of a lesson, else the new JSON value."""

    seen: Entry
    data: object


class EditMemory:
    """Changes what an entry says.

    - Only what was seen is replaced: whoever was quicker is not written over.
    - Class, owner and author stay; the entry counts as written now, and is found by its new words.
    - It is scanned, encrypted and audited like everything that enters.
    """

    def __init__(self, store: LongTermStore) -> None:
        self._store = store

    async def execute(self, request: EditMemoryRequest) -> Entry:
        """The entry as it is kept. Raises UserError, AccessDenied, KeyUnavailable, StorageError."""
        seen, data, text = request.seen, request.data, None
        if pattern_of(seen) is not None and isinstance(seen.data, Mapping):
            text = _content(request.data)
            _check_class(seen, str(seen.data["content"]), text)
            data = {**seen.data, "content": text}
        if not await self._store.replace(seen, data, text=text, renewed=True):
            raise StorageError(
                f"{seen.key!r} was changed or forgotten while it was edited; nothing was written over",
                code="changed-meanwhile",
                hint=f"look at it (muster memory show {seen.key}) and edit it again",
            )
        return await ShowMemory(self._store).execute(ShowMemoryRequest(seen.key))


def _content(data: object) -> str:
    if not isinstance(data, str) or not data.strip():
        raise UserError(
            "a lesson is a text, and the new one is blank",
            code="blank",
            hint="say the new text; muster memory forget deletes the lesson",
        )
    return data.strip()


def _check_class(seen: Entry, old: str, new: str) -> None:
    """What becomes more sensitive by its new words is not slipped into a class that is kept less safe."""
    called_for = classify(new, seen.classification)
    if called_for.rank > max(seen.classification.rank, classify(old).rank):
        raise UserError(
            f"the new text is {called_for}, the entry {seen.classification}: a class is not changed by editing",
            code="class",
            hint=f"muster remember --class {called_for} TEXT, then muster memory forget {seen.key}",
        )
