"""Putting generated files into a folder: inside of it, and never in place of what is there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...domain.errors import UserError
from ...domain.generation.code import CodeFile
from ...domain.sandbox.paths import path_problems
from .output import write_whole


def check_folder(folder: str) -> None:
    """Refuse a folder that can be none, before any work is done for it."""
    path = Path(folder)
    there = path if path.exists() else next(above for above in path.absolute().parents if above.exists())
    if not there.is_dir():
        raise UserError(f"{str(there)!r} is a file", code="output", hint="name a folder")


def targets(folder: str, files: Sequence[CodeFile], *, force: bool) -> list[Path]:
    """Where each of `files` goes; raises UserError when one leads outside or, without `force`, is there already."""
    problems = path_problems(file.path for file in files)
    if problems:
        raise UserError(f"these files cannot be written: {'; '.join(problems)}", code="paths")
    root = Path(folder).resolve()
    paths = [root / file.path for file in files]
    away = [path for path in paths if not path.resolve().is_relative_to(root)]
    if away:
        raise UserError(
            f"{str(away[0])!r} is a link that leads outside", code="output", hint="remove the link"
        )
    there = [str(Path(folder, file.path)) for file, path in zip(files, paths, strict=True) if path.exists()]
    if there and not force:
        raise UserError(
            f"nothing was written: {', '.join(there)} {'is' if len(there) == 1 else 'are'} there already",
            code="exists",
            details={"files": there},
            hint="name another folder, or add --force",
        )
    return paths


def write_files(paths: Sequence[Path], files: Sequence[CodeFile]) -> None:
    """Write each of `files` to its place, each whole or not at all."""
    for path, file in zip(paths, files, strict=True):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise UserError(f"{str(path.parent)!r} cannot be made: {reason}", code="output") from error
        write_whole(path, file.text.encode("utf-8", "replace"))
