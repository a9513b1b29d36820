"""The findings of a folder, kept in the long-term store from one run to the next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from ...domain.errors import MusterError, StorageError
from ...domain.evidence.finding_book import NO_BOOK, Dismissal, FindingBook
from ...domain.memory.entry import Entry, Origin
from ...domain.memory.run_outcome import project_of
from ...domain.orchestration.run import RunReport
from ...domain.ports.long_term_store import LongTermStore

PREFIX, MARK = "findings/", "f"
TRIES = 200
"""So often a book is written anew when somebody else was faster: of all who try at once one always succeeds."""
BOOK = TypeAdapter(FindingBook)
log = logging.getLogger(__name__)


class FindingMemory:
    """One book a folder; who writes puts it only in the place of the book that he has read, so that nothing is lost.

    The folder's name stands in no key. A book that cannot be read counts as none: runs then begin it anew.
    """

    def __init__(self, store: LongTermStore) -> None:
        self._store = store

    async def recall(self, root: str) -> FindingBook:
        """The book of the folder `root`; empty for a folder that is not known, or when the store fails."""
        try:
            return await self.read(root)
        except MusterError as error:
            log.warning("findings of earlier runs could not be read: %s", error)
            return NO_BOOK

    async def read(self, root: str) -> FindingBook:
        """As `recall`, but raises StorageError, AccessDenied or SecurityViolation."""
        entry = await self._store.entry(_key(root))
        return NO_BOOK if entry is None else _book(entry)

    async def remember(self, root: str, run: str, at: datetime, report: RunReport) -> str:
        """Add what a run that began `at` came to; returns why that was not possible, "" when it was.

        Findings that the baseline of the run knows are not told, and not kept either.
        """
        gone = [one.finding.fingerprint for one in report.history.fixed] if report.history else []
        try:
            await self.change(root, lambda book: book.after(run, at, report.findings, gone))
        except (MusterError, TypeError, ValueError) as error:
            log.warning("the findings of run %s are not remembered: %s", run, error)
            return f"its findings are not remembered: {error}"
        return ""

    async def dismiss(self, root: str, fingerprint: str, dismissal: Dismissal | None) -> FindingBook:
        """Note what a person says of a finding (None: it counts again). Raises KeyError for an unknown one."""
        return await self.change(root, lambda book: book.with_dismissal(fingerprint, dismissal))

    async def change(self, root: str, do: Callable[[FindingBook], FindingBook]) -> FindingBook:
        """What `do` makes of the book as it is at that moment. Raises StorageError when it cannot be kept."""
        key = _key(root)
        for _ in range(TRIES):
            entry = await self._store.entry(key)
            if entry is None:
                await self._begin(key)
                continue
            book = do(_book(entry))
            if await self._store.replace(entry, _data(book), text="", renewed=True):
                return book
        raise StorageError(
            f"the findings of {root!r} could not be kept: others write them all the time",
            code="storage-busy",
            hint="try again when fewer runs are at work in this folder",
        )

    async def _begin(self, key: str) -> None:
        """Lay out an empty book; whoever comes second leaves the first one's as it is."""
        await self._store.store(key, _data(NO_BOOK), origin=Origin(promotion=f"book:{key}"), text="")


def _data(book: FindingBook) -> object:
    """The book as it is stored: some fingerprints are all digits, and would be taken for numbers of credit cards."""
    named = {
        f"{MARK}{name}": replace(one, finding=replace(one.finding, fingerprint=""))
        for name, one in book.findings.items()
    }
    return BOOK.dump_python(replace(book, findings=named), mode="json")


def _book(entry: Entry) -> FindingBook:
    try:
        stored = BOOK.validate_python(entry.data)
    except ValidationError as error:
        log.warning("%r holds no findings that can be read, and counts as empty: %s", entry.key, error)
        return NO_BOOK
    bare = ((name.removeprefix(MARK), one) for name, one in stored.findings.items())
    named = {name: replace(one, finding=replace(one.finding, fingerprint=name)) for name, one in bare}
    return replace(stored, findings=named)


def _key(root: str) -> str:
    return f"{PREFIX}{project_of(root)}"
