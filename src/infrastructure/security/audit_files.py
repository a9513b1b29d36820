"""The files of a log, by number."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..common.private_file import sync_folder

NAME = re.compile(r"audit-(\d{6,})\.jsonl")
FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW


def name_of(number: int) -> str:
    """`audit-000001.jsonl`."""
    return f"audit-{number:06}.jsonl"


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file of the log with as many bytes as it had when it was looked at."""

    path: Path
    number: int
    size: int

    def lines(self, start: int = 0) -> Iterator[bytes]:
        """The lines from byte `start` on, each with its end; the last one may lack it."""
        left = self.size - start
        if left <= 0:
            return
        with self.path.open("rb") as file:
            file.seek(start)
            while left > 0 and (line := file.readline(left)):
                left -= len(line)
                yield line


def log_files(folder: Path) -> list[LogFile]:
    """In the order in which they were begun."""
    paths = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    named = [(NAME.fullmatch(path.name), path) for path in paths if not path.is_symlink()]
    files = [LogFile(path, int(name[1]), path.stat().st_size) for name, path in named if name]
    return sorted(files, key=lambda file: file.number)


def append(path: Path, lines: bytes) -> int:
    """Add whole lines, on the disk when this returns, or nothing; returns the size then. Raises OSError."""
    descriptor = os.open(path, FLAGS, 0o600)
    try:
        before = os.fstat(descriptor).st_size
        try:
            if os.write(descriptor, lines) != len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, before)
            raise
        if not before:
            sync_folder(path.parent)
        return before + len(lines)
    finally:
        os.close(descriptor)


def end_line(path: Path) -> int:
    """End the last line if its end is missing, so that the next one stands alone; returns the size then."""
    descriptor = os.open(path, FLAGS, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            size += os.write(descriptor, b"\n")
        return size
    finally:
        os.close(descriptor)
