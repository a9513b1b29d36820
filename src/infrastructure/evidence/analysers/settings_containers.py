"""Dockerfiles: who runs the program, and what is fetched without a check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..file_facts import RawFinding

INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
PIPED = re.compile(
    r"\b(?:curl|wget)\b[^|;&\n]{0,500}\|\s{0,8}(?:sudo\s{1,8}(?:-\w+\s{1,8})?)?(?:/bin/)?(?:ba|z|da|k)?sh\b"
)
PLAIN_PIPED = re.compile(r"\b(?:curl|wget)\b[^|;&\n]{0,500}http://[^|;&\n]{0,500}\|")
ROOT = frozenset({"root", "0", "root:root", "0:0"})


def dockerfile(source: bytes, _language: str) -> Iterator[RawFinding]:
    """Findings of one Dockerfile."""
    text = source.decode(errors="replace")
    lines = text.splitlines()
    for found in _found(text):
        yield replace(found, quote=lines[found.line - 1].strip()[:200])


def _found(whole: str) -> Iterator[RawFinding]:
    user, user_line, runs = "", 0, False
    for line, text in _instructions(whole):
        match = INSTRUCTION.match(text)
        if match is None:
            continue
        word, rest = match.group(1).upper(), match.group(2).strip()
        if word == "FROM":
            user, user_line, runs = "", line, False
        elif word == "USER":
            user, user_line = rest, line
        elif word in {"CMD", "ENTRYPOINT"}:
            runs = True
        elif word == "ADD":
            yield from _added(rest, line)
        elif word == "RUN":
            yield from _piped(rest, line)
    if runs and (not user or user.lower() in ROOT):
        yield _finding(
            "docker-root", "info", 0.7, user_line,
            "The program in the container runs as root, unless the base image sets another user: "
            "whoever breaks into it is root there",
            "Create a user and name it in USER before CMD.", 250,
        )  # fmt: skip


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """Instructions with those over several lines joined, under the number of their first."""
    begun: list[str] = []
    first = 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or (begun and not line.strip()):
            continue
        first = first if begun else number
        if line.rstrip().endswith("\\"):
            begun.append(line.rstrip()[:-1])
            continue
        yield first, " ".join([*begun, line]).strip()
        begun = []
    if begun:
        yield first, " ".join(begun).strip()


def _added(rest: str, line: int) -> Iterator[RawFinding]:
    if "http://" in rest:
        yield _finding(
            "docker-add-http", "medium", 0.9, line,
            "A file is fetched over plain HTTP into the image: anybody on the way can replace it",
            "Fetch it over HTTPS, and check it with --checksum.", 494,
        )  # fmt: skip
    elif re.search(r"https://\S", rest) and "--checksum" not in rest and not rest.rstrip().endswith(".git"):
        yield _finding(
            "docker-add-unchecked", "low", 0.8, line,
            "A file from the network enters the image without a checksum: another file there is not noticed",
            "Add --checksum=sha256:… to ADD.", 494,
        )  # fmt: skip


def _piped(rest: str, line: int) -> Iterator[RawFinding]:
    if PIPED.search(rest):
        plain = PLAIN_PIPED.search(rest) is not None
        yield _finding(
            "curl-pipe-shell", "high" if plain else "medium", 0.8, line,
            "A script from the network is run unseen while the image is built"
            + (", over plain HTTP" if plain else ""),
            "Download it, check its checksum, and only then run it; better, install a pinned package.", 494,
        )  # fmt: skip


def _finding(
    rule: str, severity: str, confidence: float, line: int, message: str, suggestion: str, cwe: int
) -> RawFinding:
    return RawFinding(
        rule=rule, message=message, severity=severity, confidence=confidence, category="security", line=line,
        family=rule, suggestion=suggestion, cwe=cwe,
    )  # fmt: skip
