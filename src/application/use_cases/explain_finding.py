"""Explain a finding."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UnknownName, UserError
from ...domain.evidence.finding import Finding, Location
from ...domain.evidence.severity import Severity
from ...domain.orchestration.run import RunRecord
from ...domain.ports.secret_masker import SecretMasker
from ...domain.ports.workspace import Workspace
from ..services.quoting import still_says
from .finding_runs import LAST
from .show_run import ShowRun, ShowRunRequest

AROUND = 4
"""Lines of context on each side."""
LONGEST_KEY = 110
"""Lines of a private key: it may begin that far above, and is known by its beginning."""
LEAST_PREFIX = 4


@dataclass(frozen=True, slots=True)
class ExplainFindingRequest:
    """A fingerprint, or the unique beginning of one, and the run that found it."""

    fingerprint: str
    run_id: str = LAST


@dataclass(frozen=True, slots=True)
class Explanation:
    """A finding with its surroundings.

    `context` holds (line number, text) as they are on disk now; `still_there` tells whether the quoted line still
    stands where it stood; `rule_doc` says in words how sure and how bad; `tools` are who said it.
    """

    finding: Finding
    run_id: str
    context: tuple[tuple[int, str], ...]
    still_there: bool
    rule_doc: str
    tools: tuple[str, ...]


class ExplainFinding:
    """Says what a finding rests on and what its place looks like now."""

    def __init__(self, show_run: ShowRun, workspace: Workspace, masker: SecretMasker) -> None:
        self._show_run = show_run
        self._workspace = workspace
        self._masker = masker

    async def execute(self, request: ExplainFindingRequest) -> Explanation:
        """The explanation; raises UnknownName or UserError."""
        run = await self._show_run.execute(ShowRunRequest(request.run_id))
        finding = _find(request.fingerprint.strip().lower(), run)
        place, root = finding.location, run.plan.root
        now = await self._workspace.lines(root, place.path, frozenset({place.line})) if place.line else {}
        context = await self._context(root, place) if place.line else {}
        if finding.masked and place.line in context:
            context[place.line] = finding.quote
        return Explanation(
            finding=finding,
            run_id=run.id,
            context=tuple(sorted(context.items())),
            still_there=finding.masked
            or still_says(now.get(place.line, ""), finding.quote, self._masker, place.path),
            rule_doc=_in_words(finding),
            tools=finding.sources,
        )

    async def _context(self, root: str, place: Location) -> dict[int, str]:
        """Lines around the place by number, without the secrets in them."""
        first, last = max(1, place.line - AROUND), place.line + AROUND
        wanted = frozenset(range(max(1, first - LONGEST_KEY), last + 1))
        found = await self._workspace.lines(root, place.path, wanted)
        numbers = sorted(found)
        masked = self._masker.mask("\n".join(found[number] for number in numbers), place.path).split("\n")
        return {number: line for number, line in zip(numbers, masked, strict=False) if number >= first}


def _find(fingerprint: str, run: RunRecord) -> Finding:
    if len(fingerprint) < LEAST_PREFIX:
        raise UserError(
            f"{fingerprint!r} is too short for a fingerprint",
            code="fingerprint",
            hint="give 4 digits or more",
        )
    found = [finding for finding in run.findings if finding.fingerprint.startswith(fingerprint)]
    if not found:
        raise UnknownName.of("finding", fingerprint, (finding.fingerprint for finding in run.findings[:20]))
    if len(found) > 1:
        listed = ", ".join(finding.fingerprint for finding in found[:5])
        raise UserError(
            f"{fingerprint!r} begins {len(found)} fingerprints", code="ambiguous", hint=f"one of {listed}"
        )
    return found[0]


HARM = {
    Severity.CRITICAL: "can be used against you as it stands",
    Severity.HIGH: "breaks or endangers something in use",
    Severity.MEDIUM: "goes wrong under conditions that do occur",
    Severity.LOW: "costs somebody time, sooner or later",
    Severity.INFO: "is worth knowing",
}


def _in_words(finding: Finding) -> str:
    weakness = f" It is an instance of CWE-{finding.cwe}." if finding.cwe is not None else ""
    return (
        f"{finding.rule} is of severity {finding.severity.value}: if true, it {HARM[finding.severity]}. "
        f"It is true with a confidence of {finding.confidence:.0%}.{weakness}"
    )
