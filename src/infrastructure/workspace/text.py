"""What counts as text."""

from __future__ import annotations

import codecs
import os
import re

MAX_BYTES = 2 * 1024 * 1024
SNIFFED = 8192
CHUNK = 1 << 20
LINE_END = re.compile(r"\r\n|\r|\n")
# UTF-32 first: its mark begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"),
)  # fmt: skip


class NotTextError(Exception):
    """Content that nobody looks at; the text says why."""


def read_text(descriptor: int) -> tuple[bytes, str]:
    """Bytes and text of an open regular file; raises NotTextError for what is not UTF-8 text up to 2 MB."""
    content = _content(descriptor)
    for mark, encoding in MARKS:
        if content.startswith(mark):
            raise NotTextError(f"{encoding} text; only UTF-8 is read")
    if b"\0" in content[:SNIFFED]:
        raise NotTextError("binary")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise NotTextError("not UTF-8 text") from None
    if "\0" in text:
        raise NotTextError("contains NUL characters")
    return content, text


def _content(descriptor: int) -> bytes:
    """All bytes, at most one more than the limit: a file may grow while it is read."""
    size = os.fstat(descriptor).st_size
    pieces: list[bytes] = []
    total = 0
    while total <= MAX_BYTES and size <= MAX_BYTES:
        piece = os.read(descriptor, min(CHUNK, MAX_BYTES + 1 - total))
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        total += len(piece)
    raise NotTextError(f"larger than {MAX_BYTES // 1024 // 1024} MB ({max(size, total):,} bytes)")


def count_lines(content: bytes) -> int:
    """Lines that end in LF, CR LF or CR, and the rest after the last of them."""
    ends = content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")
    return ends + (not content.endswith((b"\n", b"\r")) and bool(content))


def numbered_lines(text: str, numbers: frozenset[int]) -> dict[int, str]:
    """Those of the 1-based lines that exist, without their ends and without a byte order mark."""
    lines = LINE_END.split(text.removeprefix("\ufeff"))
    if lines[-1] == "":
        lines.pop()
    return {number: lines[number - 1] for number in sorted(numbers) if 1 <= number <= len(lines)}
