"""An audit hook that refuses what tests have no business with: network, programs, files outside of their folder.

It sees what Python itself does, not what machine code does: against a program that is made to get out it is no
boundary, against a careless one it is. The namespaces around it are what holds.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DEVICES = frozenset({"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"})
READABLE = (
    "/usr/share/zoneinfo",
    "/usr/lib/locale",
    "/etc/localtime",
    "/etc/mime.types",
    "/proc/self/status",
)
NETWORK = frozenset(
    {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.sethostname"}
)
ASKING = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)
PROGRAMS = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.spawn"}
)
FOREIGN = frozenset(
    {
        "ctypes.dlsym", "ctypes.call_function", "ctypes.cdata", "resource.setrlimit", "resource.prlimit",
        "sqlite3.enable_load_extension", "sqlite3.load_extension", "syslog.openlog", "syslog.syslog",
        "webbrowser.open",
    }
)  # fmt: skip
CHANGED_FIRST = (
    "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.truncate", "os.utime", "os.setxattr",
    "os.removexattr", "os.chflags",
)  # fmt: skip
SAID = "the sandbox does not let tests"

Check = Callable[[tuple[Any, ...]], None]


class Guard:
    """What may be written is below `writable`; what may be read also below `readable`; so many forks are allowed."""

    def __init__(self, writable: Sequence[str], readable: Sequence[str], forks: int) -> None:
        self._writable = tuple(os.path.realpath(path) for path in writable)
        readable = [*readable, *READABLE]
        self._readable = self._writable + tuple(os.path.realpath(path) for path in readable if path)
        # A pipe with one byte a fork: taking one is atomic among all processes that share it.
        self._forks, filled = os.pipe()
        os.set_blocking(self._forks, False)
        os.write(filled, b"." * forks)
        os.close(filled)
        self._checks: dict[str, Check] = {
            "open": self._open,
            "sqlite3.connect": lambda said: self._database(said[0]),
            "os.rename": lambda said: self._both(said[0], said[1]),
            "os.link": lambda said: self._both(said[0], said[1]),
            "os.symlink": lambda said: self._change(said[1]),
            "os.listdir": lambda said: self._look(said[0]),
            "os.scandir": lambda said: self._look(said[0]),
            "os.chdir": lambda said: self._look(said[0]),
            "socket.__new__": self._socket,
            "ctypes.dlopen": self._library,
            "os.fork": self._fork,
            "os.forkpty": self._fork,
            "os.kill": lambda said: self._kill(said[0]),
            "os.killpg": lambda _: self._kill(-1),
            **{name: lambda said: self._change(said[0]) for name in CHANGED_FIRST},
            **{name: _refuse("use the network") for name in NETWORK | ASKING},
            **{name: _refuse("start programs") for name in PROGRAMS},
            **{name: _refuse("reach around Python") for name in FOREIGN},
        }

    def stand(self) -> None:
        """Refuse from now on, in this interpreter and its forks, until it ends."""
        checks = self._checks

        def hook(event: str, said: tuple[Any, ...]) -> None:
            check = checks.get(event)
            if check is not None:
                check(said)

        sys.addaudithook(hook)

    def _open(self, said: tuple[Any, ...]) -> None:
        path, _mode, flags = said
        if isinstance(path, int):
            return
        if flags & WRITING:
            self._change(path)
        else:
            self._look(path)

    def _database(self, path: Any) -> None:
        if os.fsdecode(path) not in {":memory:", ""}:
            self._change(path)

    def _both(self, one: Any, other: Any) -> None:
        self._change(one)
        self._change(other)

    def _change(self, path: Any) -> None:
        if not isinstance(path, int) and not self._below(path, self._writable):
            raise PermissionError(f"{SAID} write outside of their folder: {os.fsdecode(path)!r}")

    def _look(self, path: Any) -> None:
        if path is None or isinstance(path, int):
            return
        if not self._below(path, self._readable):
            raise PermissionError(f"{SAID} read outside of their folder: {os.fsdecode(path)!r}")

    def _below(self, path: Any, roots: Sequence[str]) -> bool:
        real = os.path.realpath(os.fsdecode(path))
        return real in DEVICES or any(real == root or real.startswith(root + os.sep) for root in roots)

    def _socket(self, said: tuple[Any, ...]) -> None:
        family = said[1]
        if "AF_UNIX" not in repr(family) and family != 1:  # a pair of them is how an event loop wakes itself
            raise PermissionError(f"{SAID} use the network")

    def _library(self, said: tuple[Any, ...]) -> None:
        if said[0] is not None:  # None is what importing ctypes does
            raise PermissionError(f"{SAID} reach around Python")

    def _fork(self, said: tuple[Any, ...]) -> None:
        with contextlib.suppress(BlockingIOError):
            if os.read(self._forks, 1):
                return
        raise BlockingIOError(f"{SAID} start more processes than the limit allows")

    def _kill(self, pid: int) -> None:
        if pid != os.getpid() and not (pid > 0 and _is_child(pid)):
            raise PermissionError(f"{SAID} send signals to other processes")


def _refuse(what: str) -> Check:
    def refuse(_: tuple[Any, ...]) -> None:
        raise PermissionError(f"{SAID} {what}")

    return refuse


def _is_child(pid: int) -> bool:
    try:
        os.waitid(os.P_PID, int(pid), os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except (OSError, AttributeError):  # macOS cannot ask before Python 3.13
        return False
    return True
