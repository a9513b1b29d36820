"""Headers that an SDK takes from the environment for its own provider, and that no other server may get."""

from __future__ import annotations

import os


def ambient_headers(variable: str) -> list[str]:
    """Names of the headers in an environment variable, which holds a line `name: value` for each."""
    lines = os.environ.get(variable, "").split("\n")
    return [line.partition(":")[0].strip() for line in lines if ":" in line]
