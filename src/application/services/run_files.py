"""The files of one run: as they are now, as they were a moment ago, and without secrets."""

from __future__ import annotations

import asyncio
import copy
from collections import OrderedDict
from collections.abc import Container
from dataclasses import dataclass, replace
from functools import partial

from ...domain.errors import WorkspaceError
from ...domain.ports.secret_masker import SecretMasker
from ...domain.ports.workspace import Workspace
from ...domain.workspace.document import DocumentSnapshot
from ...domain.workspace.files import WorkspaceSnapshot
from ..turns.waiting import in_thread
from .document_cache import DocumentCache

KEPT = 16_000_000
"""Characters of masked files that are kept at most; the least recently used go first."""


@dataclass(frozen=True, slots=True)
class MaskedFile:
    """A file in whose text secrets are masked; `lines` are those between its line feeds."""

    document: DocumentSnapshot
    lines: tuple[str, ...]


class RunFiles:
    """Reads and masks for everybody who works on one run; a content is masked once, beside the event loop."""

    def __init__(
        self,
        workspace: Workspace,
        snapshot: WorkspaceSnapshot,
        masker: SecretMasker,
        read: DocumentCache,
        written: Container[str] = (),
    ) -> None:
        """`written` are files that are not in the snapshot, and belong to the run all the same."""
        self.written = written
        self.snapshot = snapshot
        self._workspace = self._reader = workspace
        self._masker = masker
        self._read = read
        self._masked: OrderedDict[str, tuple[str, MaskedFile]] = OrderedDict()
        self._masking = asyncio.Lock()
        self.searching = asyncio.Lock()

    def read_through(self, reader: Workspace) -> RunFiles:
        """The same files, caches included, for one agent: what it asks for is read through `reader`."""
        other = copy.copy(self)
        other._reader = reader  # noqa: SLF001 – its own
        return other

    def knows(self, path: str) -> bool:
        """Whether the file is one of this run: it was there, or an agent has written it."""
        return path in self.snapshot.by_path or path in self.written

    async def now(self, path: str) -> MaskedFile:
        """The file as it is now; raises WorkspaceError."""
        return await self.masked(await self._reader.read(self.snapshot.root, path))

    async def recent(self, path: str) -> DocumentSnapshot | None:
        """The file as it was read a moment ago, or is now; None when it has gone. Its secrets are not masked."""
        found = self._read.get(path)
        if found is not None:
            return found
        try:
            document = await self._workspace.read(self.snapshot.root, path)
        except WorkspaceError:
            return None
        self._read.set(path, document)
        return document

    async def masked(self, document: DocumentSnapshot) -> MaskedFile:
        """`document` without secrets; the whole file is masked, for a private key takes many lines.

        One after the other: threads that compete for the interpreter would keep the event loop waiting.
        """
        async with self._masking:
            kept = self._masked.get(document.path)
            if kept is None or kept[0] != document.content:
                kept = (document.content, await in_thread(partial(_mask, self._masker, document)))
                self._masked[document.path] = kept
                self._shed()
            self._masked.move_to_end(document.path)
            return kept[1]

    def _shed(self) -> None:
        total = sum(len(content) for content, _ in self._masked.values())
        while total > KEPT and len(self._masked) > 1:
            total -= len(self._masked.popitem(last=False)[1][0])


def _mask(masker: SecretMasker, document: DocumentSnapshot) -> MaskedFile:
    content = masker.mask(document.content, document.path)
    return MaskedFile(replace(document, content=content), tuple(content.split("\n")))
