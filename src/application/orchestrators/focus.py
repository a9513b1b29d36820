"""Files and folders that a task names."""

from __future__ import annotations

from ...domain.orchestration.analysis.words import words
from ...domain.orchestration.requirements import Reason
from ...domain.workspace.files import WorkspaceSnapshot


def paths_named(task: str, snapshot: WorkspaceSnapshot) -> tuple[tuple[str, ...], tuple[Reason, ...]]:
    """Paths in the words of `task` that exist in the workspace, and a note on each that does or does not."""
    named = [word.text for word in words(task, keep_case=True) if word.path and not word.negated]
    found: dict[str, None] = {}
    notes = []
    for name in dict.fromkeys(path.removeprefix("./").rstrip("/.") for path in named):
        if not name:
            continue
        if _exists(name, snapshot):
            found[name] = None
            notes.append(Reason(f"looks at {name}", "the task names it; findings elsewhere are left out"))
        elif "/" in name:
            notes.append(Reason(f"{name} is not here", "the task names it, but the workspace has no such path"))
    return tuple(found), tuple(notes)


def _exists(name: str, snapshot: WorkspaceSnapshot) -> bool:
    return name in snapshot.by_path or any(path.startswith(f"{name}/") for path in snapshot.by_path)
