"""List the findings that are remembered of a folder."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ...domain.evidence.finding import sort_key
from ...domain.evidence.finding_book import FindingBook, FindingState, RememberedFinding
from ..services.finding_memory import FindingMemory

ORDER = list(FindingState)


@dataclass(frozen=True, slots=True)
class ListFindingsRequest:
    """The absolute path of a folder that runs were about, and the states that are wanted (none: all)."""

    root: str
    states: Collection[FindingState] = ()


@dataclass(frozen=True, slots=True)
class StandingFinding:
    """A remembered finding and how it stands."""

    state: FindingState
    remembered: RememberedFinding


class ListFindings:
    """Tells what runs have found in a folder, as of the last run that has ended there.

    - New are those that the last run was the first to tell, then come the known, the fixed and the dismissed; in each
      the worst is first.
    - The files are not looked at: what was mended since then still stands as known.
    """

    def __init__(self, findings: FindingMemory) -> None:
        self._findings = findings

    async def execute(self, request: ListFindingsRequest) -> tuple[StandingFinding, ...]:
        """The findings; raises StorageError."""
        book = await self._findings.read(request.root)
        return _standing(book, request.states or ORDER)


def _standing(book: FindingBook, wanted: Collection[FindingState]) -> tuple[StandingFinding, ...]:
    every = [StandingFinding(book.state(one), one) for one in book.findings.values()]
    kept = [one for one in every if one.state in wanted]
    return tuple(sorted(kept, key=lambda one: (ORDER.index(one.state), sort_key(one.remembered.finding))))
