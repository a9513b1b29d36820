"""Entries as lines of JSON, to be carried from one memory to another or read with other tools."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ...domain.errors import UserError
from ...domain.memory.entry import Entry

FORMAT, VERSION = "muster-memory", 1
HEADER = {"format": FORMAT, "version": VERSION}
ENTRY = TypeAdapter(Entry)


def lines_of(entries: Iterable[Entry]) -> Iterator[str]:
    """Lines without their ends: format and version, the entries, and a last one that proves the others."""
    proof, number = hashlib.sha256(), 0
    for content in (HEADER, *(ENTRY.dump_python(entry, mode="json") for entry in entries)):
        line = json.dumps(content, separators=(",", ":"))
        proof.update(line.encode() + b"\n")
        number += 1
        yield line
    yield json.dumps({"end": {"entries": number - 1, "sha256": proof.hexdigest()}}, separators=(",", ":"))


def entries_of(lines: Iterable[str]) -> tuple[Entry, ...]:
    """The entries that were written so; raises UserError that names the first line at which something is wrong."""
    read = [line.rstrip("\r\n") for line in lines]
    while read and not read[-1]:
        read.pop()
    if not read:
        raise _wrong(1, "is missing: the file is empty")
    header = _object(1, read[0])
    if header.get("format") != FORMAT or header.get("version") != VERSION:
        raise _wrong(1, f"does not begin an export of memory in version {VERSION}")
    entries = tuple(_entry(number, line) for number, line in enumerate(read[1:-1], 2))
    _check_end(read)
    return entries


def _check_end(lines: list[str]) -> None:
    number = len(lines)
    proof = hashlib.sha256("".join(f"{line}\n" for line in lines[:-1]).encode("utf-8", "surrogatepass"))
    match _object(number, lines[-1]):
        case {"end": {"entries": int() as amount, "sha256": str() as digest}}:
            if amount != number - 2 or digest != proof.hexdigest():
                raise _wrong(number, "does not prove the lines before it: one was changed or is missing")
        case _:
            raise _wrong(number + 1, "is missing: the file was cut off")


def _entry(number: int, line: str) -> Entry:
    content = _object(number, line)
    if "end" in content and "key" not in content:
        raise _wrong(number + 1, "comes after the end")
    try:
        return ENTRY.validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the entry"
        raise _wrong(number, f"is not an entry: {place}: {first['msg']}") from error


def _object(number: int, line: str) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _wrong(number, "is not JSON") from error
    if not isinstance(content, dict):
        raise _wrong(number, "is not an object")
    return content


def _wrong(number: int, what: str) -> UserError:
    hint = "take the file that muster memory export wrote, whole"
    return UserError(f"line {number} {what}", code="import", details={"line": number}, hint=hint)
