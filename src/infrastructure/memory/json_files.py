"""One entry, one file: written whole or not at all, and read with its digest."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from pathlib import Path

from ..common.private_file import sync_folder
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
    return json.dumps(whole, indent=1, ensure_ascii=True).encode() + b"\n"


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
