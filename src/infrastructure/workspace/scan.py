"""Reads the listed files once and says of each what it is, or why nobody looks at it."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable
from threading import Event

from ...domain.workspace.files import NotCovered, RepositoryFacts, SourceFile
from ...domain.workspace.languages import CODE, is_test_path, language_of
from ..common.confined import FolderHandle, NotAFileError
from .listing import Listing, printable
from .text import NotTextError, count_lines, read_text

UTF8_REASON = "its name is not UTF-8"


def read_all(
    root: str, listing: Listing, stop: Event
) -> tuple[tuple[SourceFile, ...], tuple[NotCovered, ...]]:
    """Files and what is not covered, both sorted by path; a set `stop` ends it after the file at hand."""
    files: list[SourceFile] = []
    left_out = listing.not_covered()
    with FolderHandle(root) as folder:
        for path in listing.paths:
            if stop.is_set():
                break
            seen = _examine(folder, path)
            if isinstance(seen, SourceFile):
                files.append(seen)
            elif seen is not None:
                left_out.append(seen)
    return tuple(files), tuple(sorted(left_out, key=lambda entry: entry.path))


def _examine(folder: FolderHandle, path: str) -> SourceFile | NotCovered | None:
    """What is at `path`; None for what git remembers and the disk does not have."""
    shown = printable(path)
    if shown != path:
        return NotCovered(shown, UTF8_REASON)
    try:
        descriptor = folder.open(path)
        try:
            content, _ = read_text(descriptor)
        finally:
            os.close(descriptor)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (NotAFileError, NotTextError) as reason:
        return NotCovered(path, str(reason))
    except OSError as error:
        return NotCovered(path, f"not readable: {os.strerror(error.errno or 0)}")
    return SourceFile(
        path=path,
        size=len(content),
        lines=count_lines(content),
        digest=hashlib.sha256(content).hexdigest(),
        language=language_of(path),
        is_test=is_test_path(path),
    )


def facts_of(files: Iterable[SourceFile], is_git: bool, changed: frozenset[str] | None) -> RepositoryFacts:
    """Counts over the files; test files are code, not the data beside it."""
    files = tuple(files)
    lines: Counter[str] = Counter()
    for file in files:
        if file.language:
            lines[file.language] += file.lines
    return RepositoryFacts(
        files=len(files),
        lines=dict(lines),
        test_files=sum(file.is_test and file.language in CODE for file in files),
        is_git=is_git,
        changed=None if changed is None else len(changed),
    )
