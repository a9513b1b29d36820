"""Find what was remembered."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UserError
from ...domain.memory.pattern import Pattern
from ..memory.patterns import PatternBook


@dataclass(frozen=True, slots=True)
class RecallPatternsRequest:
    """Words as one would say them; "" for the newest."""

    query: str = ""
    pattern_type: str | None = None
    classification: str | None = None
    limit: int = 10


class RecallPatterns:
    """Searches the patterns that whoever asks may read; each says where it comes from."""

    def __init__(self, patterns: PatternBook) -> None:
        self._patterns = patterns

    async def execute(self, request: RecallPatternsRequest) -> tuple[Pattern, ...]:
        """The best first; raises UserError for a limit below one, a type or class that cannot be."""
        if request.limit < 1:
            raise UserError(f"limit {request.limit} finds nothing", code="limit", hint="say 1 or more")
        try:
            return await self._patterns.search_patterns(
                request.query, request.pattern_type, request.classification, request.limit
            )
        except ValueError as error:
            raise UserError(str(error), code="pattern", hint="muster recall --help") from error
