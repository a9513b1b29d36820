"""A nightly dump of the database."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Template

# Filled from the environment of the backup job.
DSN = Template("postgresql://parcels:${DB_PASSWORD}@${DB_HOST}/parcels")

Runner = Callable[[list[str]], None]


def run_command(command: list[str]) -> None:
    """Run one program without a shell; a failure raises CalledProcessError."""
    subprocess.run(command, check=True, timeout=600)


def dump(folder: Path, day: str, environment: Mapping[str, str], run: Runner = run_command) -> Path:
    """Write the dump of one day and return its path."""
    target = folder / f"parcels-{day}.dump"
    run(["pg_dump", "--format=custom", f"--file={target}", DSN.substitute(environment)])
    return target
