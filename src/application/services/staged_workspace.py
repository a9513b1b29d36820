"""A workspace in which the edits of a session are visible."""

from __future__ import annotations

from dataclasses import replace

from ...domain.errors import WorkspaceError
from ...domain.ports.clock import Clock
from ...domain.ports.workspace import Workspace
from ...domain.security.paths import inside
from ...domain.workspace.document import DocumentSnapshot
from ...domain.workspace.files import WorkspaceSnapshot
from ...domain.workspace.transaction import NOBODY
from .edit_session import EditSession


class StagedWorkspace(Workspace):
    """Staged text wins over the disk's; what is read here is what the edits of its author are made from.

    A scan is that of the disk: evidence about staged text comes from a shadow.
    """

    def __init__(
        self, workspace: Workspace, session: EditSession, clock: Clock, author: str = NOBODY
    ) -> None:
        self._workspace = workspace
        self._author = author
        self._session = session
        self._clock = clock

    async def scan(self, root: str, since: str | None = None) -> WorkspaceSnapshot:
        """The disk's."""
        return await self._workspace.scan(root, since)

    async def read(self, root: str, path: str) -> DocumentSnapshot:
        """The staged text, else the file's; one that is staged to go is gone."""
        name = inside(path)
        text = self._session.staged(name)
        if text is not None:
            self._session.noticed(name, text, self._author)
            return DocumentSnapshot(name, name, text, self._clock.now())
        if self._session.is_deleted(name):
            self._session.noticed(name, None, self._author)
            raise WorkspaceError(f"file {path!r} was deleted in this run", hint="write it anew")
        document = await self._workspace.read(root, name)
        self._session.noticed(name, document.content, self._author)
        return replace(document, document_id=name, path=name)

    async def lines(self, root: str, path: str, numbers: frozenset[int]) -> dict[int, str]:
        """Of the staged text, else of the file."""
        text = self._session.staged(inside(path))
        if text is None:
            return (
                {}
                if self._session.is_deleted(inside(path))
                else await self._workspace.lines(root, path, numbers)
            )
        lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if lines[-1] == "":
            lines.pop()
        return {number: lines[number - 1] for number in sorted(numbers) if 1 <= number <= len(lines)}
