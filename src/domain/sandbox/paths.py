"""Paths of files that somebody made up: relative, inside, and each one a file of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

LONGEST = 240
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
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


def _wrong_with(path: str) -> str:
    parts = path.split("/")
    faults = {
        "is empty": not path.strip(),
        "has characters that no file name has": any("\ud800" <= character <= "\udfff" for character in path),
        "has control characters": bool(CONTROL.search(path)),
        "is not relative": path.startswith(("/", "~")) or bool(DRIVE.match(path)),
        "has a backslash; folders are divided by /": "\\" in path,
        "leads outside": ".." in parts,
        "is not written plainly": any(part in {"", "."} or part != part.strip() for part in parts),
        "lies in .git": ".git" in (part.casefold() for part in parts),
        f"has more than {LONGEST} bytes": len(path.encode("utf-8", "replace")) > LONGEST,
    }
    return next((fault for fault, there in faults.items() if there), "")
