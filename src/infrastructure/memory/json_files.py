"""One entry, one file: written whole or not at all, and read with its digest."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path

from ..common.private_file import sync_folder
from .json_values import WRITER
from .record import Record, digest_of

FIELDS = (
    "classification", "owner", "project", "author", "conversation", "promotion", "said_at", "stored_at", "text",
)  # fmt: skip
PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


def file_of(folder: Path, key: bytes) -> Path:
    """Where the entry lies: a name that people know again, made certain by a digest of the key."""
    readable = PLAIN.sub("-", key.decode(errors="replace")).strip(".-")[:60]
    return folder / f"{readable or 'entry'}-{hashlib.sha256(key).hexdigest()[:24]}.json"


def written(record: Record) -> bytes:
    """The file's content; what was stored stands in it as JSON."""
    fields = {name: getattr(record, name) for name in FIELDS}
    digest = base64.b16encode(digest_of(record.columns())).decode().lower()
    whole = {"key": record.key.decode(), **fields, "data": json.loads(record.value), "digest": digest}
    return f"{indented(whole)}\n".encode()


def read(content: bytes) -> Record | None:
    """The record, or None when the file is not what was once written."""
    try:
        match json.loads(content):
            case {"key": str() as key, "data": data, "digest": str() as digest, **fields}:
                value = json.dumps(data, allow_nan=False, separators=(",", ":")).encode("ascii")
                columns = (key.encode(), value, *(str(fields[name]).encode() for name in FIELDS))
                right = digest_of(columns).hex() == digest
                return Record.read(columns) if right else None
            case _:
                return None
    except (ValueError, KeyError, RecursionError):
        return None


def indented(value: object, margin: str = "\n") -> str:
    """JSON for people, one more space a level: as the standard library's `indent=1`, in a third of its time."""
    inner = margin + " "
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict) and value:
        items = [f"{quoted(name)}: {indented(one, inner)}" for name, one in value.items()]
    elif isinstance(value, list) and value:
        items = [indented(one, inner) for one in value]
    else:
        return WRITER.encode(value)
    first, last = "{}" if isinstance(value, dict) else "[]"
    return f"{first}{inner}{f',{inner}'.join(items)}{margin}{last}"


def remove_file(path: Path) -> bool:
    """Overwrite and remove; whether it was there."""
    try:
        with path.open("r+b") as file:
            file.write(b"\0" * path.stat().st_size)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return False
    sync_folder(path.parent)
    return True
