"""Whether the process that began a run is still there."""

from __future__ import annotations

import os
import socket
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

GONE_STATES = {"Z", "X", "x"}
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Owner:
    """A process on a host; `started` tells it from a later process with the same number, "" where unknown."""

    host: str
    pid: int
    started: str

    @classmethod
    def current(cls) -> Owner:
        """This process."""
        return _owner(os.getpid())

    def is_gone(self) -> bool:
        """Whether it has certainly ended; of a process on another host nothing certain is known."""
        if self.host != socket.gethostname():
            return False
        started = _started(self.pid)
        return started is None or (bool(self.started) and bool(started) and started != self.started)


@lru_cache(maxsize=1)
def _owner(pid: int) -> Owner:
    """Looked up once a process: the number tells a fork from its parent."""
    return Owner(socket.gethostname(), pid, _started(pid) or "")


def _started(pid: int) -> str | None:
    """When `pid` started, in units of its system; "" when that cannot be told, None when it is gone."""
    if (PROC / "self" / "stat").exists():
        return _started_by_proc(pid)
    return _started_by_ps(pid) if os.name == "posix" else ""


def _started_by_proc(pid: int) -> str | None:
    try:
        stat = (PROC / str(pid) / "stat").read_bytes()
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    except OSError:
        return ""
    # The command in brackets may hold anything; after it state is the first field, the start the 20th.
    fields = stat.rpartition(b")")[2].decode("ascii", "replace").split()
    return None if fields[0] in GONE_STATES else f"{boot}:{fields[19]}"


def _started_by_ps(pid: int) -> str | None:
    command = ["ps", "-o", "state=,lstart=", "-p", str(pid)]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    if answer.stderr:  # an option that this ps does not know
        return ""
    state, _, started = answer.stdout.strip().partition(" ")
    return None if not state or state[0] in GONE_STATES else started.strip()
