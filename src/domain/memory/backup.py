"""Copies of a memory."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy that was made: where it lies, entries in it, and keys of those that were damaged when they were copied."""

    path: str
    entries: int
    damaged: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBackup:
    """A copy that the memory keeps in mind; what is deleted is deleted in it too while it is `reachable`."""

    path: str
    reachable: bool
