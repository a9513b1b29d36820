"""What Linux is asked for to keep a process in: namespaces, read-only mounts, and an end together with its parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from collections.abc import Sequence

NEW_MOUNTS, NEW_IPC, NEW_USERS, NEW_PIDS, NEW_NET = 0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
SPACES = NEW_USERS | NEW_NET | NEW_PIDS | NEW_MOUNTS | NEW_IPC
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 4096, 16384, 1 << 18
MOUNT_SETATTR, HERE, RECURSIVE, READ_ONLY = 442, -100, 0x8000, 1
NOBODY = 65534
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a mount of our own
SIGKILL = 9
LINUX = sys.platform == "linux"


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends."""
    if LINUX:
        _libc().prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent has ended."""
    if LINUX:
        _libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def leave_the_world() -> None:
    """Enter namespaces of our own as nobody: no network, no other processes; raises OSError when not allowed."""
    if not LINUX:
        raise OSError("there are no namespaces on this system")
    uid, gid = os.getuid(), os.getgid()
    _checked(_libc().unshare(SPACES), "unshare")
    # Nobody, not root: what it starts by exec loses the rights that come with a new namespace.
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} {uid} 1"),
        ("gid_map", f"{NOBODY} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123 - a kernel file
            file.write(text)


def freeze_files(writable: str, hidden: Sequence[str]) -> bool:
    """Make everything but the folder `writable` read-only, and empty what is `hidden`; False when not allowed."""
    try:
        _mount(None, "/", None, MS_REC | MS_PRIVATE)
        _mount(writable, writable, None, MS_BIND)
        _set_attributes("/", RECURSIVE, READ_ONLY, 0)
        _set_attributes(writable, 0, 0, READ_ONLY)
    except OSError:
        return False
    for folder in hidden:
        with contextlib.suppress(OSError):
            _mount("none", folder, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV)
    with contextlib.suppress(OSError):  # locks of several processes live there
        _mount("none", SHARED_MEMORY, "tmpfs", MS_NOSUID | MS_NODEV, "size=16m")
    with contextlib.suppress(OSError):  # in some containers /proc may not be mounted anew
        _mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV)
    return True


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    texts = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    _checked(_libc().mount(*texts, ctypes.c_ulong(flags), data.encode() or None), f"mount {target}")


def _set_attributes(path: str, scope: int, on: int, off: int) -> None:
    wanted = struct.pack("QQQQ", on, off, 0, 0)
    number, size = ctypes.c_long(MOUNT_SETATTR), ctypes.c_size_t(len(wanted))
    _checked(_libc().syscall(number, HERE, os.fsencode(path), scope, wanted, size), f"remount {path}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
