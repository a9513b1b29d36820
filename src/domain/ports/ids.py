"""Port: new identifiers."""

from __future__ import annotations

from typing import Protocol


class Ids(Protocol):
    """Makes identifiers that nobody else has."""

    def new(self, prefix: str) -> str:
        """A new identifier, `prefix-…`; later ones sort after earlier ones."""
        ...
