"""Which files of the folder nobody but their owner writes."""

from __future__ import annotations

from fnmatch import fnmatchcase

from ..errors import WorkspaceError
from ..security.paths import CONTROL, folded, inside, unsafe

OWN = frozenset({".git", "git~1", ".hg", ".svn", ".muster"})
"""Folders of tools, at any depth: what is written there may be run, or is their own record. `git~1` is git's, too,
where names have short forms."""
SECRETS = (".env", ".env.*", "*.pem", "*.key", "*.p12", "*.pfx", "id_rsa", "id_ed25519", ".netrc", ".npmrc")
EXAMPLES = (".env.example", ".env.sample", ".env.template")


def editable(path: object) -> str:
    """`inside(path)`; raises WorkspaceError also for what agents never write: git's own files, and secrets."""
    name = inside(path)
    if CONTROL.search(name):
        raise unsafe(path, "has control characters")
    parts = [folded(part) for part in name.split("/")]
    if OWN.intersection(parts):
        hint = "edit the files of the project, not the records of a tool"
        raise WorkspaceError(
            f"path {path!r} belongs to a tool's own folder", details={"path": path}, hint=hint
        )
    if parts[-1] not in EXAMPLES and any(fnmatchcase(parts[-1], pattern) for pattern in SECRETS):
        hint = "say in your answer what should be changed there; its owner will do it"
        raise WorkspaceError(f"file {path!r} may hold secrets", details={"path": path}, hint=hint)
    return name
