"""What the audit log keeps, and what a check of it can find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Detail = str | int | float | bool | None


class AuditEventType(StrEnum):
    """What happened."""

    MODEL_REQUEST = "model-request"
    MEMORY_STORE = "memory-store"
    MEMORY_RETRIEVE = "memory-retrieve"
    MEMORY_DELETE = "memory-delete"
    MEMORY_PROMOTE = "memory-promote"
    SECURITY_VIOLATION = "security-violation"
    PERMISSION_DENIED = "permission-denied"
    APPROVAL = "approval"
    CONFIGURATION_CHANGE = "configuration-change"
    TOOL_USE = "tool-use"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """Who did what to what: a user, an agent or a command (`actor`), and a key, model, tool or setting (`subject`).

    `details` hold counts, names and classes, never the value that was read or written. `run` is "" outside of runs.
    """

    type: AuditEventType
    actor: str = ""
    subject: str = ""
    run: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """An event as it is kept: its place in the log, from 1 on without gaps, and when it was written, in UTC."""

    number: int
    at: datetime
    event: AuditEvent


class AuditFaultKind(StrEnum):
    """What is wrong with a kept log.

    CHANGED: a line that was edited, or that was not written by the log. MISSING: events that were deleted. MOVED: a
    line in another place than where it was written. REPEATED: an event that stands there twice. REMOVED_FILE: a
    whole file is gone. CUT: the newest events are gone. UNSIGNED: what is kept in the second place was changed or
    removed. TORN: the last line is not whole; a process ended while it wrote, nobody was told that it is kept.
    """

    CHANGED = "changed"
    MISSING = "missing"
    MOVED = "moved"
    REPEATED = "repeated"
    REMOVED_FILE = "removed-file"
    CUT = "cut"
    UNSIGNED = "unsigned"
    TORN = "torn"


@dataclass(frozen=True, slots=True)
class AuditFault:
    """One fault and its place: the line of a file (from 1), and the numbers of the events that it is about.

    For what is missing the line is the one before which it stood. 0 is said where there is no line or number.
    """

    kind: AuditFaultKind
    file: str
    line: int = 0
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVerdict:
    """What a check of the whole log came to: events that are as they were written, files, and faults in order."""

    events: int
    files: int
    faults: tuple[AuditFault, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether nobody has changed it; a torn last line is no change, and heals with the next event."""
        return all(fault.kind is AuditFaultKind.TORN for fault in self.faults)
