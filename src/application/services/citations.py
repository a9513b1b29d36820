"""Holding what an agent says against the evidence and the files that it says it about."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ...domain.errors import WorkspaceError
from ...domain.evidence.finding import Finding, Location, identify
from ...domain.evidence.report import EvidenceReport
from ...domain.ports.secret_masker import SecretMasker
from ..turns.waiting import in_thread
from .agent_report import MAX_OWN, ReportedFinding
from .quoting import QUOTED, QuotableLines
from .run_files import RunFiles

log = logging.getLogger(__name__)

RULE = "judgement"
"""The rule of a finding that a model made and no tool."""
CONFIDENCE = 0.5
"""Of what a model says: a convention, for nobody has measured how often it is right here."""
MAX_WORDS = 2000
"""Characters of a message or a suggestion that are kept."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What stands, and how many citations and quotes were thrown away."""

    findings: tuple[Finding, ...]
    dropped: int


class CitationDesk:
    """Checks what agents cite and quote; a model may add judgement, it cannot make a fact go away."""

    def __init__(self, files: RunFiles, masker: SecretMasker) -> None:
        self._files = files
        self._masker = masker

    async def check(
        self, reported: Sequence[ReportedFinding], reports: Sequence[EvidenceReport], source: str
    ) -> Checked:
        """All evidence of the agent's tools, cited or not, and its own findings whose quote is in the file.

        A quote that stands in another line than was said moves its finding there; `source` is the model. Own
        findings beyond the first 100 are dropped.
        """
        evidence = tuple(finding for one in reports for finding in one.findings)
        known = {finding.fingerprint for finding in evidence}
        cited = [item.evidence.strip() for item in reported if item.evidence.strip()]
        own = [item for item in reported if not item.evidence.strip()]
        if len(own) > MAX_OWN:
            log.warning("%s reported %d findings of its own, %d are read", source, len(own), MAX_OWN)
        found = await self._found(own[:MAX_OWN], source)
        dropped = sum(name not in known for name in cited) + len(own) - len(found)
        return Checked((*evidence, *identify(dict.fromkeys(_agreed(found, evidence)))), dropped)

    async def _found(self, own: Sequence[ReportedFinding], source: str) -> list[Finding]:
        """Those whose quote is in its file, in order; each file is read once, beside the event loop."""
        by_path: dict[str, list[int]] = {}
        for number, item in enumerate(own):
            by_path.setdefault(item.path.strip().removeprefix("./"), []).append(number)
        found: dict[int, Finding | None] = {}
        for path, numbers in by_path.items():
            items = [own[number] for number in numbers]
            found |= zip(numbers, await self._in_file(path, items, source), strict=True)
        return [finding for _, finding in sorted(found.items()) if finding is not None]

    async def _in_file(
        self, path: str, items: Sequence[ReportedFinding], source: str
    ) -> Sequence[Finding | None]:
        if path not in self._files.snapshot.by_path:
            return [None] * len(items)
        try:
            lines = (await self._files.now(path)).lines
        except WorkspaceError:
            return [None] * len(items)
        return await in_thread(partial(self._looked_up, path, lines, items, source))

    def _looked_up(
        self, path: str, lines: Sequence[str], items: Sequence[ReportedFinding], source: str
    ) -> list[Finding | None]:
        quotable = QuotableLines(lines)
        places = [quotable.find(item.quote, item.line) for item in items]
        return [
            self._finding(item, Location(path, place[0]), place[1], source) if place else None
            for item, place in zip(items, places, strict=True)
        ]

    def _finding(self, item: ReportedFinding, place: Location, text: str, source: str) -> Finding:
        """`text` is masked once more when it is cut: in a very long line a value tells nothing until then."""
        return Finding(
            rule=RULE,
            message=self._masker.mask(item.message.strip()[:MAX_WORDS]),
            severity=item.severity,
            confidence=CONFIDENCE,
            category=item.category,
            location=place,
            sources=(source,),
            quote=self._masker.mask(text[:QUOTED], place.path),
            suggestion=item.suggestion.strip()[:MAX_WORDS],
            cwe=item.cwe,
        )


def _agreed(own: Sequence[Finding], evidence: Sequence[Finding]) -> Iterator[Finding]:
    """What says the same of the same line as a tool does has the tool's problem: the two become one, not two."""
    measured = {(one.location.path, one.location.line, one.category): one for one in evidence}
    for finding in own:
        twin = measured.get((finding.location.path, finding.location.line, finding.category))
        if twin is None:
            yield finding
        else:
            yield replace(
                finding,
                rule=twin.rule,
                family=twin.family,
                cwe=twin.cwe,
                location=twin.location,
                quote=twin.quote,
            )
