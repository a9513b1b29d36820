"""Changing files: the lock, the checkpoints, and the one way to write."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from ..domain.ports.checkpoint_store import CheckpointStore
from ..domain.ports.clock import Clock
from ..domain.ports.edit_lock import EditLock
from ..domain.ports.ids import Ids
from ..domain.ports.workspace import Workspace
from ..domain.ports.workspace_editor import WorkspaceEditor
from ..domain.ports.workspace_shadow import WorkspaceShadow
from ..infrastructure.config.loader import LoadedSettings

if TYPE_CHECKING:
    from ..application.use_cases.create_checkpoint import CreateCheckpoint
    from ..application.use_cases.list_checkpoints import ListCheckpoints
    from ..application.use_cases.prune_checkpoints import PruneCheckpoints
    from ..application.use_cases.restore_checkpoint import RestoreCheckpoint
    from ..application.use_cases.show_checkpoint import ShowCheckpoint
    from ..application.use_cases.undo_edits import UndoEdits


def edit_lock(clock: Clock, loaded: LoadedSettings, files: ExitStack) -> EditLock:
    """Who may edit, over all processes."""
    from ..infrastructure.workspace.file_lock import FileEditLock

    return files.enter_context(closing(FileEditLock(loaded.values.data_dir / "locks", clock)))


def checkpoint_store(loaded: LoadedSettings) -> CheckpointStore:
    """What files were before."""
    from ..infrastructure.workspace.checkpoint_folder import CheckpointFolder

    return CheckpointFolder(loaded.values.data_dir / "checkpoints")


def editor(
    store: CheckpointStore, lock: EditLock, clock: Clock, ids: Ids, loaded: LoadedSettings
) -> WorkspaceEditor:
    """The one way to write."""
    from ..infrastructure.workspace.editor import FilesystemEditor

    return FilesystemEditor(store, lock, clock, ids, loaded.values.data_dir / "locks")


def shadow(loaded: LoadedSettings) -> WorkspaceShadow:
    """The folder as it would be."""
    from ..infrastructure.workspace.shadow import CopiedShadow

    return CopiedShadow(loaded.values.exclude)


def list_checkpoints(store: CheckpointStore) -> ListCheckpoints:
    """What was kept."""
    from ..application.use_cases.list_checkpoints import ListCheckpoints

    return ListCheckpoints(store)


def show_checkpoint(store: CheckpointStore) -> ShowCheckpoint:
    """One checkpoint."""
    from ..application.use_cases.show_checkpoint import ShowCheckpoint

    return ShowCheckpoint(store)


def create_checkpoint(workspace: Workspace, editor: WorkspaceEditor) -> CreateCheckpoint:
    """Keep a folder as it is."""
    from ..application.use_cases.create_checkpoint import CreateCheckpoint

    return CreateCheckpoint(workspace, editor)


def restore_checkpoint(editor: WorkspaceEditor) -> RestoreCheckpoint:
    """Go back."""
    from ..application.use_cases.restore_checkpoint import RestoreCheckpoint

    return RestoreCheckpoint(editor)


def prune_checkpoints(store: CheckpointStore) -> PruneCheckpoints:
    """Let go of old ones."""
    from ..application.use_cases.prune_checkpoints import PruneCheckpoints

    return PruneCheckpoints(store)


def undo_edits(store: CheckpointStore, editor: WorkspaceEditor) -> UndoEdits:
    """Take back the last edits."""
    from ..application.use_cases.undo_edits import UndoEdits

    return UndoEdits(store, editor)
