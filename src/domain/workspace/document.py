"""One document at one moment."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DocumentSnapshot:
    """A document's text as it was when it was taken; `version` counts its changes."""

    document_id: str
    path: str
    content: str
    taken_at: datetime
    version: int = 1

    @property
    def content_hash(self) -> str:
        """SHA-256 of the text, the same in every process."""
        return hashlib.sha256(self.content.encode()).hexdigest()
