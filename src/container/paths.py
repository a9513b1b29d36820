"""The one guard of paths, for commands: what a person named, and where files of others may go."""

from __future__ import annotations


def real_place(path: object) -> str:
    """The absolute path that `path` stands for; raises UnsafePath for what is no name, and the system's folders."""
    from ..infrastructure.common.confined import real_place

    return real_place(path)


def real_folder(path: object) -> str:
    """The folder's real path; raises WorkspaceError that says what is wrong with it, and UnsafePath."""
    from ..infrastructure.workspace.roots import real_folder

    return real_folder(path)


def lies_within(folder: str, path: object) -> bool:
    """Whether `path` is `folder` or lies below it, links followed; raises UnsafePath."""
    from ..infrastructure.common.confined import lies_within

    return lies_within(folder, path)


def is_taken(folder: str, path: str) -> bool:
    """Whether something is at `path` below `folder`; raises UnsafePath for a link, there or on the way."""
    from ..domain.security.paths import unsafe
    from ..infrastructure.common.confined import NotAFileError
    from ..infrastructure.common.placing import is_taken

    try:
        return is_taken(folder, path)
    except NotAFileError as reason:
        raise unsafe(path, f"is not written to: {reason}", "remove the link") from None


def put_file(folder: str, path: str, content: bytes, *, replace: bool) -> None:
    """Write a file below `folder`, whole or not at all; raises UnsafePath for a link on the way, and OSError."""
    from ..domain.security.paths import unsafe
    from ..infrastructure.common.confined import NotAFileError
    from ..infrastructure.common.placing import put_below

    try:
        put_below(folder, path, content, replace=replace)
    except NotAFileError as reason:
        raise unsafe(path, f"is not written to: {reason}", "name another folder") from None
