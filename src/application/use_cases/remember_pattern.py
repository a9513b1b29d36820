"""Remember something for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...domain.errors import StorageError, UserError
from ...domain.memory.pattern import Pattern
from ..memory.patterns import PatternBook


@dataclass(frozen=True, slots=True)
class RememberPatternRequest:
    """What is to be remembered; without a class the words of the content decide."""

    content: str
    pattern_type: str = "lesson"
    classification: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)


class RememberPattern:
    """Keeps a pattern in the long-term store.

    - Personal data and secrets are taken out before anything is written.
    - What its words make sensitive is encrypted, and refused where there is no key.
    """

    def __init__(self, patterns: PatternBook) -> None:
        self._patterns = patterns

    async def execute(self, request: RememberPatternRequest) -> Pattern:
        """The pattern as it is kept. Raises UserError, KeyUnavailable, AccessDenied, StorageError."""
        try:
            kept = await self._patterns.persist_pattern(
                request.content, request.pattern_type, request.classification, request.metadata
            )
        except ValueError as error:
            if isinstance(error, UserError):
                raise
            raise UserError(str(error), code="pattern", hint="muster remember --help") from error
        if kept is None:
            raise StorageError(
                "the pattern was not kept: the disk is full",
                code="storage-full",
                hint="free some space and try again; what was there is whole",
            )
        return kept
