"""Port: finds personal data in a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..security.detection import Detection


class PiiScrubber(Protocol):
    """Stands before everything that enters memory or leaves the machine."""

    def scrub(self, text: str) -> tuple[str, Sequence[Detection]]:
        """`text` with every find replaced by `[REDACTED-KIND]`, and the finds in the order of their places.

        A text without finds comes back as the very same string; what was scrubbed already does not change again.
        Takes time in proportion to the text.
        """
        ...
