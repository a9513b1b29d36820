"""What a run that may change files works with: a session of staged edits, and its tools."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Container
from dataclasses import dataclass

from ...domain.journal.record import Record, RecordKind
from ...domain.orchestration.run import RunRecord
from ...domain.ports.clock import Clock
from ...domain.ports.secret_masker import SecretMasker
from ...domain.ports.workspace import Workspace
from ...domain.ports.workspace_editor import WorkspaceEditor
from ...domain.ports.workspace_shadow import WorkspaceShadow
from ...domain.workspace.edits import ChangeSet
from ...domain.workspace.layers import Change
from ...domain.workspace.transaction import NOBODY
from ..flow.book import FlowBook
from ..flow.codec import Codec
from ..flow.durable_tools import Staging
from .edit_session import EditSession
from .edit_tools import EDIT_TOOLS, WRITE_PERMISSION
from .staged_workspace import StagedWorkspace

STAGED = "edits"
"""What the keys of the events begin with that hold what is staged; an older Muster kept all of it in one."""
CHANGES: Codec[ChangeSet] = Codec(ChangeSet)


@dataclass(frozen=True, slots=True)
class Staged:
    """What one event holds: what a call has changed, or the step whose edits were taken back."""

    changes: tuple[Change, ...] = ()
    taken_back: str = ""


ENTRY: Codec[Staged] = Codec(Staged)


def tells_of_edits(record: Record) -> bool:
    """Whether the record holds text of files that are edited."""
    return record.kind is RecordKind.EVENT and record.key.split("/", 1)[0] == STAGED


@dataclass(frozen=True, slots=True)
class Editing:
    """The ways to change files, as the composition root hands them out."""

    workspace: Workspace
    editor: WorkspaceEditor
    shadow: WorkspaceShadow
    masker: SecretMasker
    clock: Clock

    def of_run(self, run: RunRecord, book: FlowBook, on_change: Callable[[str], None]) -> RunEdits | None:
        """The run's edits so far, as its journal has them; None for a run that may change nothing."""
        if WRITE_PERMISSION not in run.plan.granted:
            return None
        kept = book.event(STAGED)
        changes = CHANGES.load(kept) if kept is not None else ChangeSet()
        session = EditSession(
            self.editor, run.plan.root, run.id, changes, label=run.plan.task[:80], on_change=on_change
        )
        return RunEdits(session, book)

    def seen_by(self, session: EditSession, step: str = NOBODY) -> Workspace:
        """The workspace as the agent of a step sees it: with what all of them have staged."""
        return StagedWorkspace(self.workspace, session, self.clock, step)


class RunEdits:
    """The staged edits of one run and its journal: each call records what it has changed, and nothing twice.

    Each step of an agent stages under its key, and what it has staged is taken back unless it comes to a good end.
    """

    def __init__(self, session: EditSession, book: FlowBook) -> None:
        self.session = session
        self._book = book
        self._number = 0
        self._taken_back: dict[str, tuple[str, ...]] = {}
        self._turn = asyncio.Lock()
        self.staging = Staging(EDIT_TOOLS, self._fresh, self._turn)
        while (kept := book.event(f"{STAGED}/{self._number + 1}")) is not None:
            self._number += 1
            entry = ENTRY.load(kept)
            for change in entry.changes:
                session.make_again(change)
            if entry.taken_back:
                self._taken_back[entry.taken_back] = session.take_back(entry.taken_back)

    async def take_back(self, step: str) -> tuple[str, ...]:
        """Take back what the step has staged, and record it, once; the files that are without it now."""
        async with self._turn:
            if self.session.has_edits_of(step):
                self._taken_back[step] = self.session.take_back(step)
                await self._book.keep(RecordKind.EVENT, self._next(), Staged(taken_back=step), ENTRY)
            return self._taken_back.get(step, ())

    def _fresh(self) -> tuple[str, object] | None:
        changes, self.session.fresh = tuple(self.session.fresh), []
        return (self._next(), json.loads(ENTRY.dump(Staged(changes)))) if changes else None

    def _next(self) -> str:
        self._number += 1
        return f"{STAGED}/{self._number}"


class Written(Container[str]):
    """The paths of files that a session has written."""

    def __init__(self, session: EditSession | None) -> None:
        self._session = session

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self._session is not None and self._session.staged(path) is not None
