"""One event a line, signed: the bytes of a line are what counts, not what they mean."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime

from ...domain.security.audit_event import AuditEvent, AuditEventType, AuditRecord

SIGNED = re.compile(rb'(\{.*),"mac":"([0-9a-f]{64})"\}', re.DOTALL)
ENCODER = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))
GENESIS = "0" * 64
"""What stands for the line before the first."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that carries a true signature; `previous` is the signature of the line before it.

    `first` is the number of the first line that was written in one go with it.
    """

    number: int
    previous: str
    mac: str
    body: bytes
    first: int = 0

    def record(self) -> AuditRecord:
        """The event in it."""
        data = json.loads(self.body)
        event = AuditEvent(
            type=AuditEventType(data["type"]),
            actor=data["actor"],
            subject=data["subject"],
            run=data["run"],
            details=data["details"],
        )
        return AuditRecord(number=self.number, at=datetime.fromisoformat(data["at"]), event=event)


class Signer:
    """Signs JSON objects with HMAC-SHA256; `purpose` keeps one kind of object from being taken for another."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        self._start = hmac.new(secret, f"muster-{purpose}:".encode(), hashlib.sha256)

    def signed(self, data: dict[str, object]) -> tuple[bytes, str]:
        """`data` as a line that ends with its signature, without an end of line; and the signature."""
        body = ENCODER.encode(data).encode("ascii")
        mac = self._mac(body)
        return b'%s,"mac":"%s"}' % (body[:-1], mac.encode()), mac

    def body(self, line: bytes) -> tuple[bytes, str] | None:
        """The bytes that were signed and their signature, None unless every byte of `line` is as it was written."""
        found = SIGNED.fullmatch(line)
        if found is None:
            return None
        body, mac = found[1] + b"}", found[2].decode()
        return (body, mac) if hmac.compare_digest(self._mac(body), mac) else None

    def _mac(self, body: bytes) -> str:
        mac = self._start.copy()
        mac.update(body)
        return mac.hexdigest()


class LineSigner:
    """Writes and reads the lines of the log."""

    def __init__(self, secret: bytes) -> None:
        self._signer = Signer(secret, "audit-event")

    def write(self, record: AuditRecord, previous: str, first: int) -> tuple[bytes, str]:
        """The line with its end, and its signature; raises TypeError for details that are not JSON."""
        event = record.event
        data: dict[str, object] = {
            "n": record.number,
            "at": record.at.isoformat(),
            "type": event.type.value,
            "actor": event.actor,
            "subject": event.subject,
            "run": event.run,
            "details": dict(event.details),
            "prev": previous,
        }
        if first < record.number:
            data["first"] = first
        line, mac = self._signer.signed(data)
        return line + b"\n", mac

    def read(self, line: bytes) -> Line | None:
        """The line, with or without its end; None when it is not as it was written."""
        found = self._signer.body(line.removesuffix(b"\n"))
        if found is None:
            return None
        data = json.loads(found[0])
        return Line(data["n"], data["prev"], found[1], found[0], data.get("first", data["n"]))
