"""The first process of the sandbox: shuts the doors, starts the tests in another one, and clears up behind them.

Its exit code is that of the tests' process (128 and the signal for one that was killed), or `NO_NAMESPACE`.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from . import kernel

NO_NAMESPACE = 97
"""The kernel does not let us make namespaces here."""
MEGABYTE = 1 << 20
COUNTED_APART = (5, 14)
"""From this Linux on, processes are counted by namespace; before, a limit would count all of the user's."""

THREADS = 64
"""Threads that tests may have beside their processes."""

Order = dict[str, Any]


def main(text: str) -> NoReturn:
    """Carry out the order `text`, a JSON object."""
    order: Order = json.loads(text)
    kernel.die_with_parent()
    signal.signal(signal.SIGTERM, _give_up)
    if order["namespaces"]:
        try:
            kernel.leave_the_world()
        except OSError as error:
            sys.stderr.write(f"{error}\n")
            sys.stderr.flush()
            os._exit(NO_NAMESPACE)
        code = _wait_for(_forked(lambda: _first_of_its_world(order)))
    else:
        kernel.adopt_orphans()
        code = _wait_for(_forked(lambda: _tests(order)))
        _end_orphans()
    os._exit(code)


def _give_up(_signal: int, _frame: FrameType | None) -> None:
    """Whoever ordered this has had enough: end what is left, and go."""
    _end_orphans()
    os._exit(128 + signal.SIGTERM)


def _first_of_its_world(order: Order) -> NoReturn:
    """Be the init of the new namespace: when it ends, the kernel ends everything in there."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    order["read_only"] = kernel.freeze_files(order["home"], order["hidden"])
    os._exit(_wait_for(_forked(lambda: _tests(order))))


def _tests(order: Order) -> NoReturn:
    """Become the process that runs the tests."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.chdir(order["suite"])
    _limit(order)
    argv = [sys.executable, "-I", "-B", "-X", "utf8", "-c", order["bootstrap"], "suite", json.dumps(order)]
    os.execv(sys.executable, argv)  # noqa: S606 - no shell, and a fresh interpreter that has none of our memory


def _limit(order: Order) -> None:
    memory, file = order["memory_mb"] * MEGABYTE, order["file_mb"] * MEGABYTE
    wanted = [
        (resource.RLIMIT_CPU, order["cpu_seconds"], order["cpu_seconds"] + 1),
        (resource.RLIMIT_FSIZE, file, file),
        (resource.RLIMIT_CORE, 0, 0),
    ]
    if kernel.LINUX:
        wanted.append((resource.RLIMIT_AS, memory, memory))
    if order["namespaces"] and _release() >= COUNTED_APART:
        many = order["processes"] + THREADS  # to the kernel, threads are processes too
        wanted.append((resource.RLIMIT_NPROC, many, many))
    for which, soft, hard in wanted:
        with contextlib.suppress(ValueError, OSError):  # a lower limit that is there already holds too
            resource.setrlimit(which, (soft, hard))


def _release() -> tuple[int, ...]:
    numbers = os.uname().release.split("-")[0].split(".")[:2]
    return tuple(int(number) for number in numbers if number.isdigit())


def _forked(child: Callable[[], NoReturn]) -> int:
    """The process id of a fork that does `child`, and ends with us."""
    pid = os.fork()
    if pid:
        return pid
    try:
        kernel.die_with_parent()
        child()
    except BaseException as error:  # noqa: BLE001 - nothing may return into the parent's code
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.stderr.flush()
    os._exit(126)


def _wait_for(wanted: int) -> int:
    """The exit code of the process `wanted`; whoever else ends meanwhile is buried."""
    while True:
        pid, status = os.wait()
        if pid == wanted:
            code = os.waitstatus_to_exitcode(status)
            return 128 - code if code < 0 else code


def _end_orphans() -> None:
    """Kill all children, and theirs as they become ours, until there are none."""
    while True:
        for pid in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            if os.waitpid(-1, 0 if _children() else os.WNOHANG) == (0, 0):
                return
        except ChildProcessError:
            return


def _children() -> list[int]:
    """Our children as Linux lists them; none elsewhere."""
    try:
        listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(pid) for pid in listed.split()]
