"""A test suite that was run in a sandbox: its limits, its cases, and how far it was kept in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Isolation(StrEnum):
    """What kept the code in: the kernel, or only a hook inside its own interpreter, which hostile code can evade."""

    NAMESPACE = "namespace"
    AUDIT_HOOK = "audit hook only"


class Outcome(StrEnum):
    """How one test ended; an error is what kept it from being run to a verdict."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


class LimitHit(StrEnum):
    """The limit that ended a suite, or that it ran into."""

    SECONDS = "seconds"
    CPU = "cpu"
    MEMORY = "memory"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What a suite may take.

    `seconds` are wall time for all of it, `cpu_seconds` and `memory_mb` (address space) hold for each of its
    processes, `output_bytes` is what it may print, `processes` how many it may start in all, `file_mb` the size of
    one file.
    """

    seconds: float = 60.0
    cpu_seconds: int = 30
    memory_mb: int = 1024
    output_bytes: int = 200_000
    processes: int = 8
    file_mb: int = 16


@dataclass(frozen=True, slots=True)
class Case:
    """One test by name, and for one that did not pass, why."""

    name: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SandboxResult:
    """What came of a suite.

    `completed` tells whether it ran to its end; `reason` says why not, or why nothing was run. `cases` are those that
    had ended by then. `read_only` tells whether the kernel kept the rest of the file system from being written.
    `output` is what was printed, cut; `duration` is in seconds.
    """

    completed: bool
    reason: str = ""
    cases: tuple[Case, ...] = ()
    output: str = ""
    limit: LimitHit | None = None
    runner: str = ""
    isolation: Isolation | None = None
    read_only: bool = False
    duration: float = 0.0

    def count(self, outcome: Outcome) -> int:
        """How many tests ended so."""
        return sum(case.outcome is outcome for case in self.cases)

    @property
    def passed(self) -> bool:
        """Whether the suite ran to its end, something passed, and nothing failed: no tests are no success."""
        bad = self.count(Outcome.FAILED) + self.count(Outcome.ERROR)
        return self.completed and not bad and self.count(Outcome.PASSED) > 0

    @property
    def ran(self) -> bool:
        """Whether any code was started: without, the result says nothing about it."""
        return self.isolation is not None
