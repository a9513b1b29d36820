"""Values as they lie on a board: with their digest, so that what is damaged is not handed out."""

from __future__ import annotations

from ..short_values import Writing, writings

VERSION, DIGEST = 32, 64
"""Digits of each."""


def written(name: str, value: object) -> Writing:
    """`value` for `name`; raises ValueError for a name that says nothing, TypeError for what is not JSON."""
    return writings({name: value})[0]


def packed(writing: Writing) -> bytes:
    """Everything but the name in one."""
    return writing.version.encode() + writing.digest.encode() + writing.value


def unpacked(name: bytes, lying: bytes) -> Writing | None:
    """What lies there for `name`; None, and a line in the log, for what is damaged."""
    head, value = lying[: VERSION + DIGEST].decode(errors="replace"), lying[VERSION + DIGEST :]
    writing = Writing(name, value, head[:VERSION], head[VERSION:])
    return writing if writing.whole() else None
