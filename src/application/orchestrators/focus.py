"""Files and folders that a task names."""

from __future__ import annotations

from collections.abc import Sequence

from ...domain.orchestration.analysis.words import Word, stem, words
from ...domain.orchestration.requirements import Reason
from ...domain.workspace.files import WorkspaceSnapshot
from ...domain.workspace.languages import language_of

PLACE_BEFORE = frozenset({"in", "under", "inside", "within", "below", "folder", "directory", "package"})
VERB_BEFORE = frozenset({"review", "check", "audit", "refactor", "analyse", "analyze", "lint", "scan", "of"})
PLACE_AFTER = frozenset({"folder", "directory", "package"})
CHANGES = frozenset(
    map(
        stem,
        [
            "write", "rewrite", "rename", "translate", "fix", "add", "remove", "delete", "implement", "create",
            "convert", "migrate", "refactor", "extract", "move", "replace", "clean", "update", "bump", "upgrade",
            "generate", "draft", "port", "split", "merge", "unify", "simplify", "optimise", "improve", "build",
            "turn", "reformat", "correct", "repair", "document",
        ],
    )
)  # fmt: skip
"""Stems of verbs that ask for a change or for new text."""
ALSO_SUBJECTS = frozenset({"test", "tests", "doc", "docs", "code", "documentation", "security", "examples"})
"""Names of folders that, after a verb, mean the thing and not the place: "review docs"."""


def paths_named(
    task: str, snapshot: WorkspaceSnapshot
) -> tuple[tuple[str, ...], tuple[Reason, ...], tuple[str, ...]]:
    """Paths in the words of `task` that exist in the workspace, a note on each, and those that are not there.

    A word that ends with a slash is a folder. One with a slash within that is no file name, and starts with no folder
    of the workspace, is no path ("and/or").
    """
    text = words(task, keep_case=True)
    found: dict[str, None] = {}
    absent: dict[str, None] = {}
    for index, word in enumerate(text):
        name = word.text.removeprefix("./").rstrip("/.")
        if not name or word.negated or not (word.path or _is_place(text, index)):
            continue
        if _exists(name, snapshot):
            found[name] = None
        elif word.text.endswith("/") or _is_path(name, snapshot):
            absent[name] = None
    here = [
        Reason(f"looks at {name}", "the task names it; findings elsewhere are left out") for name in found
    ]
    gone = [
        Reason(f"{name} is not here", "the task names it, the workspace has no such path") for name in absent
    ]
    return tuple(found), (*here, *gone), tuple(absent)


def verb_of_change(task: str) -> str:
    """The word at the beginning of a sentence or clause that asks for a change or for new text, "" if none does."""
    return next(
        (word.text for word in words(task) if word.opens and word.stem in CHANGES and not word.negated), ""
    )


def _is_place(text: Sequence[Word], index: int) -> bool:
    """Whether a word without slash or dot stands where a place stands: "in src", "review src", "src folder"."""
    before = text[index - 1].text.lower() if index else ""
    after = text[index + 1].text.lower() if index + 1 < len(text) else ""
    if before in PLACE_BEFORE or after in PLACE_AFTER:
        return True
    return before in VERB_BEFORE and text[index].text.lower() not in ALSO_SUBJECTS


def _is_path(name: str, snapshot: WorkspaceSnapshot) -> bool:
    return "/" in name and (bool(language_of(name)) or _exists(name.partition("/")[0], snapshot))


def _exists(name: str, snapshot: WorkspaceSnapshot) -> bool:
    return name in snapshot.by_path or any(path.startswith(f"{name}/") for path in snapshot.by_path)
