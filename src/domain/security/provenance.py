"""Whence the arguments of a tool call are, and what is asked before a tool acts on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from ..tools.spec import ToolKind

SHOWN = 80
"""Characters of a value that a question shows."""
SHOWN_ARGUMENTS = 5
"""Arguments that a question names; the rest is counted."""
CONTENT_NAMES = frozenset(
    {
        "text", "body", "content", "contents", "message", "subject", "title", "description", "summary", "note", "notes",
        "comment", "caption", "old", "new", "date", "day", "time", "start", "end", "limit", "count", "offset", "reason",
    }
)  # fmt: skip
"""Words of arguments' names that say *what*, not *where to*, where a tool does not declare it itself."""


class Whence(StrEnum):
    """Where a value was first said."""

    TASK = "task"
    DATA = "data"
    OWN = "own"
    PLAIN = "plain"


class Part(StrEnum):
    """What an argument is to the call: where it goes, to whom, how much — or merely what."""

    TARGET = "target"
    CONTENT = "content"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Traced:
    """One value of a call; `source` and `line` (from 1, 0 when unknown) tell where a DATA value was read.

    A REFERENCE is a link, an address or an account inside of content: whoever follows it goes there.
    """

    argument: str
    value: str
    part: Part
    whence: Whence
    source: str = ""
    line: int = 0

    @property
    def words(self) -> str:
        """The value and whence it is, for a person; invisible characters are written as escapes."""
        cut = f"{self.value[:SHOWN]!r}{' …' if len(self.value) > SHOWN else ''}"
        if self.whence is Whence.DATA:
            place = f" (line {self.line})" if self.line else ""
            return f"{self.argument}={cut} comes from {self.source}{place}"
        if self.whence is Whence.OWN:
            return f"{self.argument}={cut} is named neither by the task nor by anything that was read"
        return f"{self.argument}={cut}"


ASKED = MappingProxyType(
    {
        (ToolKind.WRITE, Part.TARGET): frozenset({Whence.DATA, Whence.OWN}),
        (ToolKind.WRITE, Part.REFERENCE): frozenset({Whence.DATA, Whence.OWN}),
        (ToolKind.WRITE, Part.CONTENT): frozenset({Whence.DATA}),
        (ToolKind.SEND, Part.TARGET): frozenset({Whence.DATA, Whence.OWN}),
        (ToolKind.SEND, Part.REFERENCE): frozenset({Whence.DATA, Whence.OWN}),
        (ToolKind.SEND, Part.CONTENT): frozenset({Whence.DATA}),
        (ToolKind.EXECUTE, Part.TARGET): frozenset({Whence.DATA, Whence.OWN}),
        (ToolKind.EXECUTE, Part.REFERENCE): frozenset({Whence.DATA, Whence.OWN}),
        (ToolKind.EXECUTE, Part.CONTENT): frozenset({Whence.DATA, Whence.OWN}),
        (ToolKind.STAGE, Part.TARGET): frozenset({Whence.DATA, Whence.OWN}),
    }
)
"""The policy: what is asked about, by the kind of the tool and the part of the argument.

A target that nobody named is asked about whoever made it up: a model can spell, split, compute or encode what it
read. Content may be the model's own, that is what it is for. Staged edits are seen as a difference before they are
made, so their content is not asked about.
"""


@dataclass(frozen=True, slots=True)
class Concern:
    """Why a call needs a yes: the values that the policy asks about; none when the task names no target at all."""

    tool: str
    kind: ToolKind
    asked: tuple[Traced, ...]

    @property
    def words(self) -> str:
        """The reason in plain words."""
        if not self.asked:
            return f"the task names nothing that {self.tool} is to {self.kind.value}"
        shown = "; ".join(one.words for one in self.asked[:SHOWN_ARGUMENTS])
        more = len(self.asked) - SHOWN_ARGUMENTS
        return f"{shown}; and {more} more" if more > 0 else shown


def concern(tool: str, kind: ToolKind, traced: Sequence[Traced]) -> Concern | None:
    """What must be asked before a tool of `kind` is called with these values; None when nothing must.

    A call that acts needs a target that the task names: without one its very wish comes from elsewhere.
    """
    if kind is ToolKind.READ:
        return None
    asked = tuple(one for one in traced if one.whence in ASKED.get((kind, one.part), ()))
    named = any(one.part is Part.TARGET and one.whence is Whence.TASK for one in traced)
    return None if named and not asked else Concern(tool, kind, asked)


def part_of(argument: str, targets: frozenset[str] | None) -> Part:
    """What `argument` is to its tool: as declared, else by its name; what is not known is a target."""
    if targets is not None:
        return Part.TARGET if argument in targets else Part.CONTENT
    words = argument.casefold().replace("-", "_").split("_")
    return Part.CONTENT if CONTENT_NAMES.intersection(words) else Part.TARGET
