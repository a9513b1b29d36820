"""Being somebody whom permissions stop."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65_534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's right to read and write everything, where the tests are run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that nobody can reach too: pytest's own are for their owner alone."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    try:
        yield folder.resolve()
    finally:
        shutil.rmtree(folder, onerror=_insist)


def _insist(remove: object, path: str, error: object) -> None:
    Path(path).parent.chmod(0o777)
    Path(path).chmod(0o777)
    shutil.rmtree(path, ignore_errors=True)
