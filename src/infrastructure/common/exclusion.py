"""One process at a time: locks that the kernel takes back from a process that has gone."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...domain.errors import LockHeld

PAUSE = 0.02
FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


def key_of(root: str) -> str:
    """A file name for a folder."""
    return hashlib.sha256(os.fsencode(root)).hexdigest()[:32]


@contextmanager
def alone(path: Path, root: str, patience: float, pause: float = PAUSE) -> Iterator[None]:
    """Be the only one in the block, over all processes; raises LockHeld after `patience` seconds, and OSError.

    It looks every `pause` seconds whether the lock is free.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, FLAGS, 0o600)
    try:
        deadline = time.monotonic() + patience
        while not try_to_lock(descriptor):
            if time.monotonic() > deadline:
                hint = "wait for it to finish, or end it"
                raise LockHeld(f"another process is writing in {root!r}", details={"root": root}, hint=hint)
            time.sleep(pause)
        yield
    finally:
        os.close(descriptor)


def try_to_lock(descriptor: int) -> bool:
    """Lock the open file for as long as it is open, if nobody else has."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
