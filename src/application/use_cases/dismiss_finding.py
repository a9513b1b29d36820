"""Say that a finding does not count, or that it does again."""

from __future__ import annotations

from dataclasses import dataclass

from ...domain.errors import UnknownName, UserError
from ...domain.evidence.finding_book import Dismissal, FindingBook, RememberedFinding
from ...domain.ports.clock import Clock
from ...domain.security.principal import Principal
from ..services.finding_memory import FindingMemory
from .explain_finding import LEAST_PREFIX

LONGEST_WHY = 500
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class DismissFindingRequest:
    """The absolute path of a folder, a fingerprint or the unique beginning of one, and why it does not count.

    With `undo` it counts again.
    """

    root: str
    fingerprint: str
    why: str = ""
    undo: bool = False


class DismissFinding:
    """Notes what a person decides about a finding; later runs leave it out of their lists and gates, and say so.

    - Who and why are kept with it: a dismissal without a reason is refused.
    - It holds for this finding in this folder, as long as the code that it quotes stays as it is.
    - Two people who decide at the same time both are heard.
    """

    def __init__(self, findings: FindingMemory, principal: Principal, clock: Clock) -> None:
        self._findings = findings
        self._principal = principal
        self._clock = clock

    async def execute(self, request: DismissFindingRequest) -> RememberedFinding:
        """The finding as it stands afterwards; raises UnknownName, UserError or StorageError."""
        name = _find(await self._findings.read(request.root), request.fingerprint.strip().lower())
        dismissal = None
        if not request.undo:
            why = _reason(request.why)
            dismissal = Dismissal(by=self._principal.user, why=why, at=self._clock.now())
        book = await self._findings.dismiss(request.root, name, dismissal)
        return book.findings[name]


def _reason(why: str) -> str:
    said = " ".join(why.split())
    if not said:
        raise UserError("nobody knows later why it was dismissed", code="why", hint="say it: --why TEXT")
    if len(said) > LONGEST_WHY:
        raise UserError(f"the reason has {len(said)} characters", code="why", hint=f"at most {LONGEST_WHY}")
    return said


def _find(book: FindingBook, wanted: str) -> str:
    if len(wanted) < LEAST_PREFIX:
        raise UserError(
            f"{wanted!r} is too short for a fingerprint", code="fingerprint", hint="give 4 digits or more"
        )
    found = [name for name in book.findings if name.startswith(wanted)]
    if not found:
        told = "" if book.findings else "no run has told a finding in this folder yet"
        raise UnknownName.of("finding", wanted, list(book.findings)[:20], told)
    if len(found) > 1:
        listed = ", ".join(found[:5])
        raise UserError(
            f"{wanted!r} begins {len(found)} fingerprints", code="ambiguous", hint=f"one of {listed}"
        )
    return found[0]
