"""Who asks, and what a role may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do; each role may do all that the ones before it may.

    An observer reads; a contributor stores and stages; a validator promotes staged patterns; a steward deletes
    what others own, changes classes and rotates keys.
    """

    OBSERVER = "observer"
    CONTRIBUTOR = "contributor"
    VALIDATOR = "validator"
    STEWARD = "steward"

    def may(self, needed: Role) -> bool:
        """Whether this role includes `needed`."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A user with a role, the projects they are a member of, and the keys that were granted to them by name."""

    user: str
    role: Role = Role.CONTRIBUTOR
    projects: frozenset[str] = frozenset()
    granted: frozenset[str] = frozenset()
