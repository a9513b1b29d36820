"""Runs test suites in processes of their own, as far away from everything else as the system allows."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import pwd
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...domain.errors import UserError
from ...domain.ports.code_sandbox import USUAL, CodeSandbox
from ...domain.sandbox.paths import path_problems
from ...domain.sandbox.suite import Isolation, LimitHit, SandboxLimits, SandboxResult
from ..common.confined import FolderHandle, NotAFileError, write_below
from ..common.processes import CHUNK, collect, kill_group
from .said import result_of

CONFINED = Path(__file__).parent / "confined"
BOOTSTRAP = (
    f"import sys; sys.path.insert(0, {str(CONFINED.parent)!r}); from importlib import import_module; "
    f"module = import_module({CONFINED.name!r} + '.' + sys.argv[1]); del sys.path[0]; module.main(sys.argv[2])"
)
"""Started by path: the child imports nothing of Muster, and has no path to it."""
OWN = "tmp"
"""Where the tests may write besides the folder of their files."""
NO_NAMESPACE = 97
"""What `confined.enter` exits with when the kernel makes no namespaces for us."""
PATIENCE = 1.0
"""Seconds that the first process has to clear up before it is killed."""
HIDDEN = ("/run", "/var/run", "/root", "/home")
"""Emptied where the kernel lets us: sockets of services, and what people keep."""


class ProcessSandbox(CodeSandbox):
    """A process with an empty environment, a folder of its own, limits, and no network.

    On Linux it runs in namespaces of its own (users, network, processes, mounts) where those can be had: then
    there is no network interface, no other process to be seen, and nothing outside of its folder can be
    written. Elsewhere only an audit hook in its interpreter refuses all that. With `required` NAMESPACE nothing is run
    where the hook would be alone. `runner` is pytest where it is installed, unless told otherwise; without
    `namespaces` none are asked for.
    """

    def __init__(
        self, required: Isolation = Isolation.AUDIT_HOOK, runner: str = "", *, namespaces: bool = True
    ) -> None:
        self._required = required
        self._runner = runner or ("pytest" if importlib.util.find_spec("pytest") else "unittest")
        self._namespaces = namespaces and sys.platform == "linux"

    @property
    def runner(self) -> str:
        """What finds and runs the tests."""
        return self._runner

    async def run_tests(self, files: Mapping[str, str], limits: SandboxLimits = USUAL) -> SandboxResult:
        """Run the tests among `files`."""
        problems = path_problems(files)
        if problems:
            raise UserError(f"these files cannot be put into a sandbox: {'; '.join(problems)}", code="paths")
        try:
            return await self._run_somehow(files, limits)
        except OSError as error:  # no room for a file or a process: that says nothing about the code
            return self._not_run(f"it could not be started: {error.strerror or error}")

    async def _run_somehow(self, files: Mapping[str, str], limits: SandboxLimits) -> SandboxResult:
        """What came of it, in the best isolation that there is."""
        if self._namespaces:
            result = await self._run(files, limits, Isolation.NAMESPACE)
            if result is not None:
                return result
            self._namespaces = False
        if self._required is Isolation.NAMESPACE:
            return self._not_run("namespaces cannot be had here, and without them no code may be run")
        result = await self._run(files, limits, Isolation.AUDIT_HOOK)
        return result or self._not_run("it could not be started")

    def _not_run(self, reason: str) -> SandboxResult:
        return SandboxResult(completed=False, reason=reason, runner=self._runner)

    async def _run(
        self, files: Mapping[str, str], limits: SandboxLimits, isolation: Isolation
    ) -> SandboxResult | None:
        """What came of it; None when there are no namespaces."""
        started = time.monotonic()
        folder = tempfile.TemporaryDirectory(prefix="muster-sandbox-", ignore_cleanup_errors=True)
        home = folder.name
        try:
            await _to_its_end(asyncio.to_thread(_lay_out, home, files))
            ended = await _carried_out(_order(home, limits, isolation, self._runner), home, limits)
            if ended.code == NO_NAMESPACE and isolation is Isolation.NAMESPACE:
                return None
            notes = await asyncio.to_thread(_read_notes, home)
        finally:
            await _to_its_end(asyncio.to_thread(_remove, folder))
        result = result_of(notes, ended.code, ended.output, ended.limit, limits)
        took = time.monotonic() - started
        return replace(result, runner=self._runner, isolation=isolation, duration=took)


@dataclass(frozen=True, slots=True)
class _Ended:
    code: int
    output: bytes
    limit: LimitHit | None


async def _carried_out(order: Mapping[str, object], home: str, limits: SandboxLimits) -> _Ended:
    argv = [sys.executable, "-I", "-B", "-X", "utf8", "-c", BOOTSTRAP, "enter", json.dumps(order)]
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=home,
        env=_environment(home),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    output = bytearray()
    limit: LimitHit | None = None
    try:
        async with asyncio.timeout(limits.seconds):
            if await _read(process, output, limits.output_bytes):
                await process.wait()
            else:
                limit = LimitHit.OUTPUT
    except TimeoutError:
        limit = LimitHit.SECONDS
    finally:
        await _to_its_end(_end(process))
    code = process.returncode
    return _Ended(-signal.SIGKILL if code is None else code, bytes(output), limit)


async def _read(process: asyncio.subprocess.Process, output: bytearray, most: int) -> bool:
    """Read what is printed, until its end (True) or until it is more than `most` bytes."""
    while process.stdout is not None and (piece := await process.stdout.read(CHUNK)):
        output += piece[: most - len(output)]
        if len(output) >= most:
            return False
    return True


async def _to_its_end(work: Awaitable[object]) -> None:
    """Wait for `work` even when cancelled: what clears up is not left half done."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask the first process to clear up; kill it, and its group, when it does not."""
    if process.returncode is None:
        process.terminate()
        await collect(process, PATIENCE)
    kill_group(process.pid)
    await collect(process, PATIENCE)


def _order(home: str, limits: SandboxLimits, isolation: Isolation, runner: str) -> Mapping[str, object]:
    return {
        "home": home,
        "suite": f"{home}/suite",
        "notes": f"{home}/notes.jsonl",
        "runner": runner,
        "namespaces": isolation is Isolation.NAMESPACE,
        "hidden": _hidden(home),
        "bootstrap": BOOTSTRAP,
        "cpu_seconds": limits.cpu_seconds,
        "memory_mb": limits.memory_mb,
        "processes": limits.processes,
        "file_mb": limits.file_mb,
    }


def _hidden(home: str) -> Sequence[str]:
    """Folders to be emptied: those of users, unless the interpreter or the sandbox itself lies in one."""
    needed = [os.path.realpath(path) for path in (home, sys.prefix, sys.base_prefix, sys.executable)]
    needed.append(str(CONFINED))
    try:
        own = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        own = ""
    found = dict.fromkeys(os.path.realpath(path) for path in (*HIDDEN, own) if path)
    return [
        path
        for path in found
        if Path(path).is_dir() and path != "/" and not any(f"{one}/".startswith(f"{path}/") for one in needed)
    ]


def _environment(home: str) -> dict[str, str]:
    """Nothing of ours; only what programs cannot do without."""
    own = str(Path(home, OWN))
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": own,
        "TMPDIR": own,
        "LANG": "C.UTF-8",
        "MALLOC_ARENA_MAX": "2",  # a thread's own arena would take a good part of the address space
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


def _lay_out(home: str, files: Mapping[str, str]) -> None:
    Path(home, OWN).mkdir()
    suite = Path(home, "suite")
    suite.mkdir()
    write_below(str(suite), {path: text.encode("utf-8", "replace") for path, text in files.items()})


def _read_notes(home: str) -> bytes:
    """What was noted, as far as it is a file of ours; the tests could have put a link there."""
    try:
        with FolderHandle(home) as folder:
            handle = folder.open("notes.jsonl")
    except (OSError, NotAFileError):
        return b""
    with os.fdopen(handle, "rb") as file:
        return file.read(8 << 20)


def _remove(folder: tempfile.TemporaryDirectory[str]) -> None:
    """Remove the folder, also what was made unreadable in it."""
    for place, folders, _ in os.walk(folder.name):
        for one in (Path(place, name) for name in folders):
            if not one.is_symlink():
                one.chmod(0o700)
    folder.cleanup()
