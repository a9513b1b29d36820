"""Real processes that run a few lines of Python with this package at hand."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def python(script: str, *arguments: str, stdin: bool = False) -> subprocess.Popen[str]:
    """Start `script` with `arguments` in `sys.argv[1:]`, in the folder that holds `muster` and `tests`.

    With `stdin` it waits for words from here.
    """
    command = [sys.executable, "-c", textwrap.dedent(script), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=ROOT, stdin=pipe if stdin else None, stdout=pipe, stderr=pipe, text=True
    )


def finish(*processes: subprocess.Popen[str], patience: float = 60) -> list[str]:
    """Wait for all of them, for each so many seconds; their output, after making sure that each has ended well."""
    ended = [(process, *process.communicate(timeout=patience)) for process in processes]
    assert [(process.returncode, errors) for process, _, errors in ended] == [(0, "")] * len(ended)
    return [output for _, output, _ in ended]
