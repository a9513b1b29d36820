"""Port: hides secrets in a text."""

from __future__ import annotations

from typing import Protocol


class SecretMasker(Protocol):
    """Stands before everything that keeps, shows or sends text that others wrote."""

    def mask(self, text: str, path: str = "") -> str:
        """`text` with every secret value replaced by `****`, line for line; never raises.

        `path` names the file that the text is from, which tells how values are written in it; with "" it is prose.
        Takes time in proportion to the text; what holds no secret comes back as the very same string, and so does
        what is masked already.
        """
        ...
