"""What the process that runs the tests writes down, line by line, for whoever reads it after its end."""

from __future__ import annotations

import json
import os

LONGEST = 4000


class Notes:
    """One JSON object a line; what a fork of the tests would write is not written."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._owner = os.getpid()

    def case(self, name: str, outcome: str, detail: str = "") -> None:
        """Write how one test ended."""
        half = LONGEST // 2
        if len(detail) > LONGEST:
            detail = f"{detail[:half]}\n…\n{detail[-half:]}"
        self.write(event="case", name=name[:500], outcome=outcome, detail=detail)

    def write(self, **said: object) -> None:
        """Write one line."""
        if os.getpid() == self._owner:
            os.write(self._file, json.dumps(said).encode("utf-8", "replace") + b"\n")
