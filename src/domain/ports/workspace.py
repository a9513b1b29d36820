"""Port: the folder that is worked on."""

from __future__ import annotations

from typing import Protocol

from ..workspace.document import DocumentSnapshot
from ..workspace.files import WorkspaceSnapshot


class Workspace(Protocol):
    """Reads a project's files; never writes, never leaves the folder."""

    async def scan(self, root: str, since: str | None = None) -> WorkspaceSnapshot:
        """All text files under `root`; with `since`, a git revision, findings count in changed files only.

        Raises WorkspaceError when the folder is missing, is not a folder, cannot be read, or `since` is unknown.
        """
        ...

    async def read(self, root: str, path: str) -> DocumentSnapshot:
        """One file as it is now; raises WorkspaceError when it is gone, outside `root`, or not UTF-8 text."""
        ...

    async def lines(self, root: str, path: str, numbers: frozenset[int]) -> dict[int, str]:
        """Those of the 1-based lines that exist now; empty when the file cannot be read."""
        ...
