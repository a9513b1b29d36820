"""What ruff says about files, and what comments in them keep it from saying."""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from ...domain.errors import EvidenceUnavailable
from ...domain.workspace.files import SourceFile
from ..common.confined import read_below
from .process import Completed

MAX_SHOWN = 50
"""Findings of one rule in one file; the rest is only counted: it says nothing new."""
SUPPRESSING = re.compile(rb"noqa|ruff", re.IGNORECASE)
"""What stands in every file in which a comment can silence ruff, and in some others."""
BLANKET = re.compile(r"((?:ruff|flake8)\s*:\s*)noqa(?!\s*:\s*[A-Z]+[0-9])", re.IGNORECASE)
"""A comment that silences every rule in the whole file; one that names its rules is a decision."""


@dataclass(slots=True)
class Said:
    """What ruff said about one file: how often each rule spoke, and the first `MAX_SHOWN` entries of each."""

    codes: Counter[str] = field(default_factory=Counter)
    entries: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, entry: Mapping[str, Any]) -> None:
        """Take up one entry."""
        code = str(entry["code"])
        self.codes[code] += 1
        if self.codes[code] <= MAX_SHOWN:
            self.entries.append(entry)


def what_was_said(done: Completed, root: str, files: Sequence[SourceFile]) -> dict[str, Said]:
    """What ruff printed about each of `files`; code 0 means that it found nothing, 1 that it found something."""
    words = done.stderr.decode(errors="replace").strip().splitlines()
    if done.code not in {0, 1}:
        reason = words[-1][:200] if words else f"ended with code {done.code}"
        raise EvidenceUnavailable(f"ruff failed: {reason}", code="crashed")
    said: dict[str, Said] = defaultdict(Said)
    try:
        for line in BytesIO(done.stdout):
            entry = json.loads(line)
            said[entry["filename"]].add(entry)
    except (ValueError, KeyError, TypeError) as error:
        raise EvidenceUnavailable("ruff printed what is not JSON", code="nonsense") from error
    return {file.path: said[_printed(root, file.path)] for file in files}


def _printed(root: str, path: str) -> str:
    """How ruff names a file; bytes that are not UTF-8 become replacement characters."""
    return os.fsencode(Path(root, path)).decode(errors="replace")


def that_may_suppress(root: str, files: Sequence[SourceFile]) -> list[SourceFile]:
    """Those of `files` that may hold a comment for ruff; one that is gone holds none."""
    return [file for file in files if SUPPRESSING.search(_source(root, file))]


def copy_without_blankets(root: str, files: Sequence[SourceFile], folder: str) -> list[SourceFile]:
    """Copy those of `files` that silence all rules to `folder`, without that: lines and columns stay the same."""
    copied = []
    for file in files:
        text = _source(root, file).decode(errors="surrogateescape")
        plain, count = BLANKET.subn(r"\1xxxx", text)
        if count:
            target = Path(folder, file.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(plain.encode(errors="surrogateescape"))
            copied.append(file)
    return copied


def _source(root: str, file: SourceFile) -> bytes:
    try:
        return read_below(root, file.path)
    except OSError:
        return b""
