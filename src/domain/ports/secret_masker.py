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

    def mask_data(self, value: object) -> object:
        """A copy of the JSON `value` with every secret text in it replaced or masked; never raises.

        The names of fields tell what their values are: a password under `password` goes, though the value by itself
        says nothing. Names stay unless they hold a secret themselves; numbers, order and structure stay. What holds
        no secret comes back equal, and so does what is masked already.
        """
        ...
