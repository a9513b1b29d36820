"""Runs a program under limits of time, memory and output, and ends it when nobody wants it any more."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import weakref
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ...domain.errors import EvidenceUnavailable
from ..common.processes import CHUNK, collect, kill_group

KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "SYSTEMROOT")
PATIENCE = 0.8
"""Seconds for the last words of a program that was killed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may take: seconds of wall time, megabytes of address space and of output."""

    seconds: float = 120.0
    memory_mb: int = 1024
    output_mb: int = 64


@dataclass(frozen=True, slots=True)
class Completed:
    """How a program ended; a negative `code` is the signal that ended it."""

    code: int
    stdout: bytes
    stderr: bytes


@dataclass(slots=True)
class ToolRunner:
    """Runs programs, at most `slots` at a time, without our keys and in a process group of their own."""

    limits: Limits = field(default_factory=Limits)
    slots: int = field(default_factory=lambda: max(2, os.cpu_count() or 2))
    _gates: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = field(
        default_factory=weakref.WeakKeyDictionary, repr=False
    )

    async def run(self, argv: Sequence[str], *, cwd: str, stdin: bytes = b"") -> Completed:
        """Run `argv` to its end.

        Raises EvidenceUnavailable with code "missing", "timed-out", "too-much-output" or "cannot-start"; a
        program that ends by itself, well or badly, is a result.
        """
        async with self._slot(), _started(argv, cwd, self.limits) as process:
            try:
                async with asyncio.timeout(self.limits.seconds):
                    stdout, stderr = await self._talk(process, argv[0], stdin)
                    code = await process.wait()
            except TimeoutError as error:
                raise EvidenceUnavailable(
                    f"{Path(argv[0]).name} did not finish within {self.limits.seconds:g} s",
                    code="timed-out",
                ) from error
            return Completed(code, stdout, stderr)

    async def _talk(
        self, process: asyncio.subprocess.Process, name: str, stdin: bytes
    ) -> tuple[bytes, bytes]:
        """Feed and read at once; when one fails, the others stop too."""
        limit = self.limits.output_mb
        reading = [asyncio.create_task(_read(one, limit, name)) for one in (process.stdout, process.stderr)]
        feeding = asyncio.create_task(_feed(process.stdin, stdin))
        try:
            await asyncio.gather(*reading, feeding)
        finally:
            for task in (*reading, feeding):
                task.cancel()
            await asyncio.gather(*reading, feeding, return_exceptions=True)
        return reading[0].result(), reading[1].result()

    def _slot(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        return self._gates.setdefault(loop, asyncio.Semaphore(self.slots))


def find_program(name: str) -> str:
    """The program beside this Python, else the one on PATH; raises EvidenceUnavailable("missing")."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        raise EvidenceUnavailable(f"{name} is not installed", code="missing", hint=f"install {name}")
    return found


@asynccontextmanager
async def _started(
    argv: Sequence[str], cwd: str, limits: Limits
) -> AsyncIterator[asyncio.subprocess.Process]:
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env=_environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise EvidenceUnavailable(f"{argv[0]} cannot be started: {error}", code="cannot-start") from error
    try:
        _limit(process.pid, limits)
        yield process
    finally:
        kill_group(process.pid)
        await asyncio.shield(collect(process, PATIENCE))


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    return {**kept, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}


def _limit(pid: int, limits: Limits) -> None:
    """Set the kernel's limits where it lets us (Linux); elsewhere only time and output are limited."""
    if sys.platform != "linux":
        return
    import resource

    memory = limits.memory_mb * 1024 * 1024
    cpu = int(limits.seconds * (os.cpu_count() or 1)) + 5
    try:
        resource.prlimit(pid, resource.RLIMIT_AS, (memory, memory))
        resource.prlimit(pid, resource.RLIMIT_CPU, (cpu, cpu))
    except (ProcessLookupError, PermissionError):
        return


async def _read(stream: asyncio.StreamReader | None, limit_mb: int, name: str) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while stream is not None and (piece := await stream.read(CHUNK)):
        pieces.append(piece)
        size += len(piece)
        if size > limit_mb * 1024 * 1024:
            raise EvidenceUnavailable(
                f"{Path(name).name} printed more than {limit_mb} MB", code="too-much-output"
            )
    return b"".join(pieces)


async def _feed(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    if stream is None:
        return
    try:
        stream.write(data)
        await stream.drain()
        stream.close()
        await stream.wait_closed()
    except (BrokenPipeError, ConnectionResetError):
        return
