"""What a tool declares about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ToolCategory(StrEnum):
    """What a tool does to the world."""

    READ = "read"
    WRITE = "write"
    SEARCH = "search"
    ANALYSIS = "analysis"
    UTILITY = "utility"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """Name, purpose and JSON schema of a tool; `permissions` are what an agent must hold to call it.

    `repeatable` marks a tool that writes and may be run again all the same after a crash, with the same outcome.
    """

    name: str
    description: str
    parameters: Mapping[str, object]
    category: ToolCategory = ToolCategory.READ
    writes: bool = False
    permissions: frozenset[str] = frozenset()
    repeatable: bool = False
