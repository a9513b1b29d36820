"""What a run that may change files works with: a session of staged edits, and its tools."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Container
from dataclasses import dataclass

from ...domain.orchestration.run import RunRecord
from ...domain.ports.clock import Clock
from ...domain.ports.secret_masker import SecretMasker
from ...domain.ports.workspace import Workspace
from ...domain.ports.workspace_editor import WorkspaceEditor
from ...domain.ports.workspace_shadow import WorkspaceShadow
from ...domain.workspace.edits import ChangeSet
from ..flow.book import FlowBook
from ..flow.codec import Codec
from ..flow.durable_tools import Staging
from .edit_session import EditSession
from .edit_tools import EDIT_TOOLS, WRITE_PERMISSION
from .staged_workspace import StagedWorkspace

STAGED = "edits"
"""The key of the event that holds what is staged."""
CHANGES: Codec[ChangeSet] = Codec(ChangeSet)


@dataclass(frozen=True, slots=True)
class Editing:
    """The ways to change files, as the composition root hands them out."""

    workspace: Workspace
    editor: WorkspaceEditor
    shadow: WorkspaceShadow
    masker: SecretMasker
    clock: Clock

    def session(self, run: RunRecord, book: FlowBook, on_change: Callable[[str], None]) -> EditSession | None:
        """The run's edits so far, as its journal has them; None for a run that may change nothing."""
        if WRITE_PERMISSION not in run.plan.granted:
            return None
        kept = book.event(STAGED)
        changes = CHANGES.load(kept) if kept is not None else ChangeSet()
        return EditSession(
            self.editor, run.plan.root, run.id, changes, label=run.plan.task[:80], on_change=on_change
        )

    def seen_by(self, session: EditSession | None) -> Workspace:
        """The workspace as the agents of a run see it: with what they have staged."""
        return self.workspace if session is None else StagedWorkspace(self.workspace, session, self.clock)


class Written(Container[str]):
    """The paths of files that a session has written."""

    def __init__(self, session: EditSession | None) -> None:
        self._session = session

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self._session is not None and self._session.staged(path) is not None


def staging_of(session: EditSession) -> Staging:
    """What the edit tools of `session` change, as it is recorded."""
    return Staging(EDIT_TOOLS, STAGED, lambda: json.loads(CHANGES.dump(session.changes)), asyncio.Lock())
