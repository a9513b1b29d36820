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
    SEND = "send"


class ToolKind(StrEnum):
    """What a call means for the world outside of the conversation, and so what it needs before it is made.

    STAGE is a write that a person, or a gate, sees as a difference before it is made.
    """

    READ = "read"
    WRITE = "write"
    EXECUTE = "execute"
    SEND = "send"
    STAGE = "stage"


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """Name, purpose and JSON schema of a tool; `permissions` are what an agent must hold to call it.

    `repeatable` marks a tool that writes and may be run again all the same after a crash, with the same outcome.
    `targets` are the arguments that say where a call goes, to whom, or how much; None lets their names tell.
    `staged` marks a tool whose writes are seen as a difference before they are made.
    """

    name: str
    description: str
    parameters: Mapping[str, object]
    category: ToolCategory = ToolCategory.READ
    writes: bool = False
    permissions: frozenset[str] = frozenset()
    repeatable: bool = False
    targets: frozenset[str] | None = None
    staged: bool = False

    @property
    def acts(self) -> bool:
        """Whether a call changes anything, or lets anything out."""
        return self.kind is not ToolKind.READ

    @property
    def kind(self) -> ToolKind:
        """By the category, and whether it writes; a tool that fetches what an argument names sends that name."""
        if self.category is ToolCategory.SEND:
            return ToolKind.SEND
        if self.category is ToolCategory.SYSTEM:
            return ToolKind.EXECUTE
        if self.writes or self.category is ToolCategory.WRITE:
            return ToolKind.STAGE if self.staged else ToolKind.WRITE
        return ToolKind.READ
