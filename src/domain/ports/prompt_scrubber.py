"""Port: finds personal data and secrets in what is about to leave the machine."""

from __future__ import annotations

from typing import Protocol

from ..security.scrubbed import Scrubbed


class PromptScrubber(Protocol):
    """Finds what should not be sent; never changes text in which it finds nothing."""

    def screen(self, text: str) -> Scrubbed:
        """`text` with every find replaced by a mark of its kind, and how many of each kind were found."""
        ...
