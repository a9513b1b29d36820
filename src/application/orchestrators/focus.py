"""Files and folders that a task names."""

from __future__ import annotations

from collections.abc import Sequence

from ...domain.orchestration.analysis.words import Word, words
from ...domain.orchestration.requirements import Reason
from ...domain.workspace.files import WorkspaceSnapshot

PLACE_BEFORE = frozenset({"in", "under", "inside", "within", "below", "folder", "directory", "package"})
VERB_BEFORE = frozenset({"review", "check", "audit", "refactor", "analyse", "analyze", "lint", "scan", "of"})
PLACE_AFTER = frozenset({"folder", "directory", "package"})
ALSO_SUBJECTS = frozenset({"test", "tests", "doc", "docs", "code", "documentation", "security", "examples"})
"""Names of folders that, after a verb, mean the thing and not the place: "review docs"."""


def paths_named(task: str, snapshot: WorkspaceSnapshot) -> tuple[tuple[str, ...], tuple[Reason, ...]]:
    """Paths in the words of `task` that exist in the workspace, and a note on each that does or does not."""
    text = words(task, keep_case=True)
    found: dict[str, None] = {}
    notes = []
    for index, word in enumerate(text):
        name = word.text.removeprefix("./").rstrip("/.")
        if not name or word.negated or not (word.path or _is_place(text, index)):
            continue
        if _exists(name, snapshot):
            if name not in found:
                notes.append(Reason(f"looks at {name}", "the task names it; findings elsewhere are left out"))
            found[name] = None
        elif "/" in name:
            notes.append(
                Reason(f"{name} is not here", "the task names it, but the workspace has no such path")
            )
    return tuple(found), tuple(notes)


def _is_place(text: Sequence[Word], index: int) -> bool:
    """Whether a word without slash or dot stands where a place stands: "in src", "review src", "src folder"."""
    before = text[index - 1].text.lower() if index else ""
    after = text[index + 1].text.lower() if index + 1 < len(text) else ""
    if before in PLACE_BEFORE or after in PLACE_AFTER:
        return True
    return before in VERB_BEFORE and text[index].text.lower() not in ALSO_SUBJECTS


def _exists(name: str, snapshot: WorkspaceSnapshot) -> bool:
    return name in snapshot.by_path or any(path.startswith(f"{name}/") for path in snapshot.by_path)
