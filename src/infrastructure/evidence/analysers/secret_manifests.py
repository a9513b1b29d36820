"""Values of Kubernetes secrets: encoded, not encrypted, under names that need not tell anything.

Each line is looked at once: the time is in proportion to the text.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from itertools import pairwise

APART = re.compile(r"^---", re.MULTILINE)
"""Between two documents."""
KIND = re.compile(
    r"^[ \t]{0,20}+[\"']?kind[\"']?:[ \t]{0,4}+[\"']?[sS]ecret[\"']?[ \t\r]{0,4}+$", re.MULTILINE
)
DATA = re.compile(r"^([ \t]{0,20}+)data:[ \t\r]{0,4}+\n", re.MULTILINE)
LINE = re.compile(r"([ \t]*+)([^\n]*+)\n?")
ENTRY = re.compile(r"(?:[\w.\-]{1,100}+:[ \t]{0,4}+)?[\"']?([A-Za-z0-9+/]{10,}+={0,2}+)[\"']?[ \t\r]{0,4}+$")
PUBLIC = b"-----BEGIN CERT"


def manifest_values(text: str) -> Iterator[tuple[int, int]]:
    """Where an encoded value of at least ten characters stands under the data of a secret."""
    if "data:" not in text or "ecret" not in text:
        return
    starts = [0, *(mark.end() for mark in APART.finditer(text)), len(text)]
    for start, end in pairwise(starts):
        if KIND.search(text, start, end) is not None:
            yield from _values(text, start, end)


def _values(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    place = start
    while (data := DATA.search(text, place, end)) is not None:
        place = data.end()
        for line in LINE.finditer(text, place, end):
            if line.group(2).strip() and not line.group(2).startswith("#"):
                if len(line.group(1)) <= len(data.group(1)):
                    break
                entry = ENTRY.match(line.group(2))
                if entry is not None and _is_encoded(entry.group(1)):
                    yield line.start(2) + entry.start(1), line.start(2) + entry.end(1)
            place = line.end()


def _is_encoded(value: str) -> bool:
    try:
        decoded = base64.b64decode(value, validate=True)
    except ValueError:
        return False
    return not decoded.startswith(PUBLIC) and len(set(value)) >= 5
