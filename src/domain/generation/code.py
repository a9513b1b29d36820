"""Code that was asked for, and code that was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..sandbox.suite import SandboxResult
from .calls import ModelCall

PYTHON = "python"


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What shall be written; `context_files` (path to text) are shown to the model, and are there when tests run."""

    task: str
    language: str = PYTHON
    requirements: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    context_files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CodeFile:
    """One file: a relative POSIX path, and its text."""

    path: str
    text: str

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return len(self.text.splitlines())


@dataclass(frozen=True, slots=True)
class GeneratedCode:
    """Code as a model gave it, and what was found out about it.

    `problems` are what keeps it from counting as a success: paths, syntax, failing tests. `unchecked` are what nobody
    could find out, and why ("go is not parsed here"). `suite` is the run of its tests, None when they were not run.
    `calls` are all model calls that it took, the failed ones included; `repairs` how many of them were repairs that
    gave code, and `stopped` why no more were tried although some were left.
    """

    language: str
    files: tuple[CodeFile, ...]
    tests: tuple[CodeFile, ...]
    summary: str
    dependencies: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    suite: SandboxResult | None = None
    model: str = ""
    calls: tuple[ModelCall, ...] = ()
    repairs: int = 0
    stopped: str = ""

    @property
    def sound(self) -> bool:
        """Whether nothing is known to be wrong with it."""
        return not self.problems

    @property
    def all_files(self) -> tuple[CodeFile, ...]:
        """Code and tests."""
        return self.files + self.tests

    @property
    def by_path(self) -> dict[str, CodeFile]:
        """Code and tests by path."""
        return {file.path: file for file in self.all_files}
