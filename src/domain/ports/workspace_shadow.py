"""Port: a folder as it would be with edits that are not made yet."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ..workspace.edits import ChangeSet


class WorkspaceShadow(Protocol):
    """Shows tools and gates the edited state before anything is committed."""

    def shadow(self, root: str, changes: ChangeSet) -> AbstractAsyncContextManager[str]:
        """A temporary folder with copies of the files of `root`, `changes` on top; gone at the end.

        Nothing that is done in it reaches `root`. Raises WorkspaceError, StorageError.
        """
        ...
