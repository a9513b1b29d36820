"""The tools by which agents edit files: everything is staged, and nothing is on the disk before the gates pass."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from ...domain.errors import WorkspaceError
from ...domain.ports.secret_masker import SecretMasker
from ...domain.tools.spec import ToolCategory
from ...domain.workspace.paths import editable
from ...domain.workspace.transaction import NOBODY
from ..turns.function_tool import FunctionTool
from ..turns.waiting import in_thread
from .edit_session import EditSession

WRITE_FILE, EDIT_FILE, DELETE_FILE = "write-file", "edit-file", "delete-file"
EDIT_TOOLS = frozenset({WRITE_FILE, EDIT_FILE, DELETE_FILE})
WRITE_PERMISSION = "write"


class EditTools:
    """Makes the tools of one author in a session; every refusal is an error that says what to do instead."""

    def __init__(self, session: EditSession, masker: SecretMasker, author: str = NOBODY) -> None:
        self._session = session
        self._masker = masker
        self._author = author

    def tools(self) -> dict[str, FunctionTool]:
        """The tools by name, for a registry; each needs the permission "write"."""
        functions: dict[str, Callable[..., Any]] = {
            WRITE_FILE: self.write,
            EDIT_FILE: self.edit,
            DELETE_FILE: self.delete,
        }
        return {
            name: FunctionTool(
                function,
                name=name,
                category=ToolCategory.WRITE,
                writes=True,
                permissions=frozenset({WRITE_PERMISSION}),
                targets=frozenset({"path"}),
            ).staging()
            for name, function in functions.items()
        }

    async def write(self, path: str, text: str) -> dict[str, Any]:
        """Stage a whole file, new or instead of the one that is there; edit-file is the better one for a part."""
        name = editable(path)
        await self._refuse_masked(name)
        await self._session.write(name, text, self._author)
        return self._told(name)

    async def edit(
        self, path: str, old: str, new: str, count: Annotated[int, Field(ge=1, le=1000)] = 1
    ) -> dict[str, Any]:
        """Stage a replacement in a file: `old`, exactly as it stands there, occurs `count` times and becomes `new`."""
        name = editable(path)
        await self._session.replace(name, old, new, count, self._author)
        return self._told(name)

    async def delete(self, path: str) -> dict[str, Any]:
        """Stage that a file goes."""
        name = editable(path)
        await self._session.delete(name, self._author)
        return self._told(name)

    async def _refuse_masked(self, path: str) -> None:
        """A model has seen secrets masked, and would write the masks in their place."""
        text = await self._session.look(path)
        if text is None:
            return
        if await in_thread(partial(self._masker.mask, text, path)) != text:
            raise WorkspaceError(
                f"file {path!r} holds secrets, which you have seen masked: written whole, they would be lost",
                hint="change its other lines with edit-file",
            )

    def _told(self, path: str) -> dict[str, Any]:
        kinds = {edit.path: edit.kind.value for edit in self._session.changes.edits}
        return {"path": path, "staged": kinds.get(path, "nothing: the file is as it was")}
