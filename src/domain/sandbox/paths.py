"""Paths of files that somebody made up: relative, inside, and each one a file of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from ..security.paths import CONTROL, fault_of, folded, is_device

LONGEST = 240
DRIVE = re.compile(r"[A-Za-z]:")


def path_problems(paths: Iterable[str]) -> tuple[str, ...]:
    """What is wrong with `paths`, each problem naming its path; () when all can be files of one folder."""
    problems: list[str] = []
    seen: dict[str, str] = {}
    for path in paths:
        wrong = _wrong_with(path)
        if wrong:
            problems.append(f"{path!r} {wrong}")
            continue
        key = path.casefold()  # on some systems two names that differ in case are one file
        if key in seen:
            problems.append(f"{path!r} is there twice")
        seen[key] = path
    for key, path in seen.items():
        above = [str(folder) for folder in PurePosixPath(key).parents]
        problems += [
            f"{seen[folder]!r} is a file and the folder of {path!r}" for folder in above if folder in seen
        ]
    return tuple(problems)


def _wrong_with(path: object) -> str:
    """The rule of every path, and what is asked beside of names that somebody has just made up."""
    fault = fault_of(path)
    if fault or not isinstance(path, str):
        return fault
    parts = path.split("/")
    faults = {
        "has control characters": bool(CONTROL.search(path)),
        "is not relative": bool(DRIVE.match(path)),
        "has a backslash; folders are divided by /": "\\" in path,
        "is not written plainly": any(part in {"", "."} or part != part.strip() for part in parts),
        "lies in .git": not {".git", "git~1"}.isdisjoint(folded(part) for part in parts),
        "is the name of a device on some systems": any(is_device(part) for part in parts),
        f"has more than {LONGEST} bytes": len(path.encode("utf-8", "replace")) > LONGEST,
    }
    return next((fault for fault, there in faults.items() if there), "")
