"""A find of personal data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Detection:
    """Where personal data of one kind stands: `start` and `end` are positions in the original text.

    `value` is what stood there. It is left out of `repr` and of the audit form, so that a log never holds it.
    """

    kind: str
    start: int
    end: int
    value: str
    confidence: float

    def __repr__(self) -> str:
        return f"Detection({self.kind} at {self.start}-{self.end})"

    def audit_form(self) -> dict[str, object]:
        """What a log may keep of it: kind, place and length, never the value."""
        return {"kind": self.kind, "start": self.start, "end": self.end, "length": self.end - self.start}
