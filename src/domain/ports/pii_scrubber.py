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

    def scrub_data(self, data: object) -> tuple[object, Sequence[Detection]]:
        """JSON data with every text in it scrubbed, names too, in new containers; places are within each text.

        Numbers stay unless their name says that they are personal (`{"ssn": 123456789}`). Two names that become one
        both stay, the later as `name#2`.
        """
        ...
