"""Documents that were read a moment ago."""

from __future__ import annotations

from collections import OrderedDict

from ...domain.ports.clock import Clock
from ...domain.workspace.document import DocumentSnapshot

ENTRIES = 100
SECONDS = 300.0


class DocumentCache:
    """At most 100 documents, each for at most five minutes; the least recently used goes first.

    It serves searches, which read many files again and again. Whoever needs a file as it is now asks the workspace.
    """

    def __init__(self, clock: Clock, entries: int = ENTRIES, seconds: float = SECONDS) -> None:
        self._clock = clock
        self._entries = entries
        self._seconds = seconds
        self._kept: OrderedDict[str, tuple[float, DocumentSnapshot]] = OrderedDict()

    def get(self, path: str) -> DocumentSnapshot | None:
        """The document, None when it is not here or too old."""
        kept = self._kept.get(path)
        if kept is None:
            return None
        if self._clock.monotonic() - kept[0] >= self._seconds:
            del self._kept[path]
            return None
        self._kept.move_to_end(path)
        return kept[1]

    def set(self, path: str, document: DocumentSnapshot) -> None:
        """Keep `document`, as of now."""
        self._kept[path] = (self._clock.monotonic(), document)
        self._kept.move_to_end(path)
        while len(self._kept) > self._entries:
            self._kept.popitem(last=False)

    def invalidate(self, path: str) -> None:
        """Forget `path`, because it has changed."""
        self._kept.pop(path, None)
