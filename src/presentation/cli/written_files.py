"""Putting generated files into a folder: inside of it, and never in place of what is there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...domain.errors import UserError
from ...domain.generation.code import CodeFile
from ...domain.sandbox.paths import path_problems


def check_folder(folder: str) -> None:
    """Refuse a folder that can be none, before any work is done for it."""
    from ...container.paths import real_place

    real_place(folder)
    path = Path(folder)
    there = path if path.exists() else next(above for above in path.absolute().parents if above.exists())
    if not there.is_dir():
        raise UserError(f"{str(there)!r} is a file", code="output", hint="name a folder")


def write_files(folder: str, files: Sequence[CodeFile], *, force: bool) -> None:
    """Write each of `files` to its place below `folder`, each whole or not at all.

    Raises UserError, and nothing is written then, when one leads outside or, without `force`, is there already.
    """
    from ...container.paths import put_file

    _check(folder, files, force=force)
    for file in files:
        try:
            put_file(folder, file.path, file.text.encode("utf-8", "replace"), replace=force)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            place = str(Path(folder, file.path))
            raise UserError(f"{place!r} could not be written: {reason}", code="output") from error


def _check(folder: str, files: Sequence[CodeFile], *, force: bool) -> None:
    from ...container.paths import is_taken

    problems = path_problems(file.path for file in files)
    if problems:
        raise UserError(f"these files cannot be written: {'; '.join(problems)}", code="paths")
    try:
        there = [str(Path(folder, file.path)) for file in files if is_taken(folder, file.path)]
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(f"{folder!r} cannot be written to: {reason}", code="output") from error
    if there and not force:
        raise UserError(
            f"nothing was written: {', '.join(there)} {'is' if len(there) == 1 else 'are'} there already",
            code="exists",
            details={"files": there},
            hint="name another folder, or add --force",
        )
