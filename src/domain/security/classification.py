"""How sensitive something is, and what follows from it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class Classification(StrEnum):
    """The class of an entry of memory; `PUBLIC < INTERNAL < SENSITIVE`.

    It says how long an entry is kept, whether it is encrypted, and whether every access is audited.
    """

    PUBLIC = "PUBLIC"
    INTERNAL = "INTERNAL"
    SENSITIVE = "SENSITIVE"

    @classmethod
    def of(cls, name: str) -> Classification:
        """The class that `name` names, in any case; ValueError for every other word."""
        try:
            return cls(name.upper())
        except (ValueError, AttributeError) as error:
            known = ", ".join(cls)
            raise ValueError(f"unknown classification {name!r}; it is one of {known}") from error

    @property
    def kept_for(self) -> timedelta:
        """How long an entry is kept after it was last written."""
        return timedelta(days=_DAYS[self])

    @property
    def encrypted(self) -> bool:
        """Whether it lies on the disk as ciphertext only."""
        return self is Classification.SENSITIVE

    @property
    def rank(self) -> int:
        """0 for what everybody may see, 2 for the most sensitive."""
        return list(Classification).index(self)


_DAYS = {Classification.PUBLIC: 365, Classification.INTERNAL: 180, Classification.SENSITIVE: 90}
