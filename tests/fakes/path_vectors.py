"""Paths that lead out of a folder, each in its own way; and odd ones that stay inside."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

CLIMBING = (
    "..", "../", "../canary.txt", "../../canary.txt", "a/../../canary.txt", "a/..", "./..", "./../canary.txt",
    ".//../canary.txt", "a/b/../../../canary.txt", "a//..//..//canary.txt", "../" * 20 + "etc/passwd",
    "....//../canary.txt", "a/./../../canary.txt", "../project/../canary.txt", " ../canary.txt", ".. /canary.txt",
    "a/.. /canary.txt", "a/ ../canary.txt", "..\t/canary.txt", "../\u00fc", "../a b", "..//etc/passwd",
)  # fmt: skip
ABSOLUTE = (
    "/", "//", "/etc/passwd", "/etc/hostname", "/etc", "/proc/self/environ", "/proc/1/root/etc/passwd", "/sys/kernel",
    "/dev/null", "/dev/zero", "/dev/stdin", "/dev/fd/0", "/tmp/x", "//etc/passwd", "///etc/passwd", "/./etc/passwd",
    "/../etc/passwd", "/home/ann/.ssh/id_rsa", "//server/share/x", "/var/../etc/passwd",
)  # fmt: skip
HOME = ("./~", ".//./~/x", "~", "~/", "~/x", "~root", "~root/.ssh/id_rsa", "~/../x", "~\\x")
WINDOWS = (
    "./\\x", "./C:\\x", "C:", "c:\\", "C:\\x", "c:/x", "Z:/x", "C:\\Windows\\win.ini", "\\", "\\x", "\\\\server\\share",
    "\\\\server\\share\\x", "\\\\?\\C:\\x", "\\\\.\\pipe\\x", "..\\canary.txt",
    "..\\..\\canary.txt", "a\\..\\..\\canary.txt",
    "a/..\\canary.txt", "a\\../canary.txt", "a/b\\..\\..\\..\\canary.txt", "\\/etc/passwd", "\\..\\x",
)  # fmt: skip
DISGUISED = (
    "%2e%2e/canary.txt", "%2E%2E/canary.txt", "%2e%2e%2fcanary.txt", "..%2fcanary.txt", ".%2e/canary.txt",
    "a/%2e%2e/%2e%2e/canary.txt", "%252e%252e/canary.txt", "%25252e%25252e/x", "%2fetc%2fpasswd", "%5c%5cserver%5cx",
    "..%5ccanary.txt", "%c0%ae%c0%ae/x", "%c0%ae%c0%ae%c0%afx", "%u002e%u002e/x", "a%00.txt",
    "\uff0e\uff0e/canary.txt", "\uff0e./canary.txt", "..\uff0fcanary.txt",
    "\uff0fetc\uff0fpasswd", "\u2025/canary.txt",
    "a/\ufe52\ufe52/x", ".\u200b./canary.txt", "\u2060../canary.txt",
    "\uff3c\uff3cserver\uff3cx", "\uff05\uff12e\uff05\uff12e/x",
)  # fmt: skip
NO_NAMES = (
    "", " ", "   ", "\t", "\n", "\u00a0", ".", "./", "./.", ".//", "\0", "a\0b", "a.txt\0.png", "../\0", "\ud800",
    "a/\udcff",
)  # fmt: skip
REFUSED = (*CLIMBING, *ABSOLUTE, *HOME, *WINDOWS, *DISGUISED, *NO_NAMES)
NOT_TEXT: tuple[object, ...] = (None, 0, 1.5, True, b"a.txt", ["a.txt"], ("a", "b"), {"a": 1}, object)
FINE = (
    "a.txt", "development/x", "etc/passwd", "proc/self", "dev/null",
    "sys/x", "a b/c d.txt", "\u00fc/\u65e5\u672c\u8a9e.txt",
    "\U0001f600.txt", "x" * 255, "d/" * 30 + "deep.txt", "...", ".../a", "..a",
    "a..", "a..b/c...py", ".hidden", "a~/~b",
    "100%.txt", "50%25 off.txt", "a%20b.txt", "e\u0301.txt", "-rf", "a;b|c.txt",
    "$HOME", "`id`", "*?.txt", "con/aux.c",
    "\u2215etc", "a\u2044b",
)  # fmt: skip
"""Names that only look like something: a division slash is a letter to every file system, and folds to no slash."""

PIPES = frozenset({"/dev/null", "/dev/stdin", "/dev/fd/0"})
"""The ends of pipes, and what keeps nothing: a person may name them."""


def nobodys(path: str) -> bool:
    """Whether even a person may not name it: it is no file name, or lies in a folder of the system."""
    if not path.strip() or "\0" in path or any("\ud800" <= each <= "\udfff" for each in path):
        return True
    place = os.path.abspath(path)  # noqa: PTH100 - as it is spelt
    system = ("/etc", "/proc", "/sys", "/dev")
    return f"/{place.lstrip('/')}/".startswith(tuple(f"{one}/" for one in system)) and place not in PIPES


def meant(path: str, here: Path) -> Iterator[str]:
    """Where it would lead out of the folder `here`, if somebody took it so, or decoded it in this way or that."""
    plain = unicodedata.normalize("NFKC", unquote(unquote(path)))
    spellings = {path, plain, path.replace("\\", "/"), plain.replace("\\", "/")}
    if path.startswith("~"):
        spellings.add(os.path.expanduser(path))  # noqa: PTH111 - as a careless program would
    for spelling in spellings:
        place = os.path.abspath(here / spelling.replace("\0", ""))  # noqa: PTH100 - as it is spelt
        if not f"{place}/".startswith(f"{here}/") and place not in PIPES:
            yield place
