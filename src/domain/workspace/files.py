"""What a scan of a folder found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from .languages import CODE


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One readable UTF-8 text file; `digest` is the SHA-256 of its bytes, `path` is relative and POSIX."""

    path: str
    size: int
    lines: int
    digest: str
    language: str
    is_test: bool


@dataclass(frozen=True, slots=True)
class NotCovered:
    """Something that nobody looked at, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class RepositoryFacts:
    """What a repository is like; `lines` counts lines by language, `changed` is None without a diff base."""

    files: int
    lines: Mapping[str, int]
    test_files: int
    is_git: bool
    changed: int | None = None

    @property
    def code_lines(self) -> int:
        """Lines in programming languages, tests included."""
        return sum(count for language, count in self.lines.items() if language in CODE)

    @property
    def languages(self) -> tuple[str, ...]:
        """Programming languages, the one with most lines first."""
        code = {name: count for name, count in self.lines.items() if name in CODE}
        return tuple(sorted(code, key=lambda name: (-code[name], name)))


@dataclass(frozen=True, slots=True)
class WorkspaceSnapshot:
    """The files of `root` at one moment; with a diff base, findings count in `changed` paths only."""

    root: str
    files: tuple[SourceFile, ...]
    not_covered: tuple[NotCovered, ...]
    facts: RepositoryFacts
    changed: frozenset[str] | None = None
    by_path: Mapping[str, SourceFile] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_path", {file.path: file for file in self.files})

    @property
    def digest(self) -> str:
        """Tells snapshots of different files apart, wherever they lie."""
        lines = [f"{file.digest} {file.path}" for file in self.files]
        lines += [f"- {one.path}" for one in self.not_covered]
        text = "\n".join(sorted(lines)).encode("utf-8", "surrogateescape")
        return hashlib.sha256(text).hexdigest()[:16]

    def in_scope(self, path: str) -> bool:
        """Whether findings in `path` count for this run."""
        return self.changed is None or path in self.changed
