"""What can be found out about code without running it: whether its paths are sound, and whether it can be read."""

from __future__ import annotations

import ast
import json
import tomllib
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from ...domain.generation.code import CodeFile
from ...domain.sandbox.paths import path_problems
from ...domain.workspace.languages import CODE, language_of

Reader = Callable[[str, str], object]


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong, and what could not be checked because nobody reads that language here."""

    problems: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


def check_files(files: Iterable[CodeFile], language: str) -> Checked:
    """Look at all files; `language` is that of files whose names do not tell theirs."""
    known = tuple(files)
    problems = [f"The path {problem}." for problem in path_problems(file.path for file in known)]
    unread: dict[str, list[str]] = {}
    for file in known:
        spoken = language_of(file.path) or language
        reader = READERS.get(spoken)
        if reader is not None:
            problems += _unreadable(file, reader)
        elif spoken in CODE:
            unread.setdefault(spoken, []).append(file.path)
    unchecked = [
        f"unparsed: {spoken} is not checked ({', '.join(paths)})" for spoken, paths in unread.items()
    ]
    return Checked(tuple(problems), tuple(unchecked))


def _unreadable(file: CodeFile, reader: Reader) -> list[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader(file.text, file.path)
    except SyntaxError as error:
        line = (error.text or "").rstrip("\n")
        quoted = f"\n    {line.strip()}" if line else ""
        return [f"{file.path}, line {error.lineno or '?'}: {error.msg}{quoted}"]
    except (ValueError, RecursionError, MemoryError) as error:
        return [f"{file.path} cannot be read: {str(error) or type(error).__name__}"]
    return []


def _python(text: str, path: str) -> None:
    tree = ast.parse(text, filename=PurePosixPath(path).name)
    compile(tree, path, "exec", dont_inherit=True)


READERS: dict[str, Reader] = {
    "python": _python,
    "json": lambda text, _: json.loads(text),
    "toml": lambda text, _: tomllib.loads(text),
}
