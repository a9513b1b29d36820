"""Port: a place where tests of code run that nobody trusts yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..sandbox.suite import SandboxLimits, SandboxResult

USUAL = SandboxLimits()


class CodeSandbox(Protocol):
    """Runs Python test suites without network, without keys, and within limits."""

    @property
    def runner(self) -> str:
        """What finds and runs the tests: "pytest" or "unittest"."""
        ...

    async def run_tests(self, files: Mapping[str, str], limits: SandboxLimits = USUAL) -> SandboxResult:
        """Put `files` (relative POSIX path to text) into an empty folder, and run the tests among them.

        Whatever the code does is a result, never an exception; only cancellation is one. Nothing that the code
        started, and no file of it, is left when this returns or is cancelled. A suite without tests has not
        completed. Raises UserError for a path that leaves the folder.
        """
        ...
