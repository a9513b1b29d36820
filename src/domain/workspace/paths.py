"""Which paths lead to a file of the folder, and which of those nobody but their owner writes."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from ..errors import WorkspaceError

DRIVE = re.compile(r"[A-Za-z]:($|[\\/])")
OWN = frozenset({".git", ".hg", ".svn", ".muster"})
"""Folders of tools, at any depth: what is written there may be run, or is their own record."""
SECRETS = (".env", ".env.*", "*.pem", "*.key", "*.p12", "*.pfx", "id_rsa", "id_ed25519", ".netrc", ".npmrc")
EXAMPLES = (".env.example", ".env.sample", ".env.template")


def inside(path: str) -> str:
    """`path` without empty parts and dots; raises WorkspaceError when it is written to lead outside."""
    if not path.strip() or "\0" in path:
        raise _refused(path, "is no file name")
    if path.startswith(("/", "\\", "~")) or DRIVE.match(path):
        raise _refused(path, "is not relative to the folder")
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if ".." in parts or ".." in path.split("\\"):
        raise _refused(path, "leads out of the folder")
    if not parts:
        raise _refused(path, "is the folder itself")
    return "/".join(parts)


def editable(path: str) -> str:
    """`inside(path)`; raises WorkspaceError also for what agents never write: git's own files, and secrets."""
    name = inside(path)
    parts = name.lower().split("/")
    if OWN.intersection(parts):
        hint = "edit the files of the project, not the records of a tool"
        raise WorkspaceError(
            f"path {path!r} belongs to a tool's own folder", details={"path": path}, hint=hint
        )
    if parts[-1] not in EXAMPLES and any(fnmatchcase(parts[-1], pattern) for pattern in SECRETS):
        hint = "say in your answer what should be changed there; its owner will do it"
        raise WorkspaceError(f"file {path!r} may hold secrets", details={"path": path}, hint=hint)
    return name


def _refused(path: str, why: str) -> WorkspaceError:
    hint = "give a path below the folder, such as src/main.py"
    return WorkspaceError(f"path {path!r} {why}", details={"path": path}, hint=hint)
