"""What is known of a project's findings from one run to the next.

A finding is recognised by its fingerprint, which survives when lines move and not when a file is renamed: then it is
fixed at its old path and new at the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from .finding import Finding, sort_key

FIXED_KEPT = 500
"""Fixed findings that a book keeps, the ones fixed last."""


class FindingState(StrEnum):
    """How a finding stands: first told by the newest run, told before, gone, or said by a person not to count."""

    NEW = "new"
    KNOWN = "known"
    FIXED = "fixed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissal:
    """Who said that a finding does not count, why, and when (UTC)."""

    by: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedFinding:
    """A finding as it was last told, and its story; moments are when the runs began that told it or missed it."""

    finding: Finding
    first_run: str
    first_seen: datetime
    fixed_run: str = ""
    fixed_at: datetime | None = None
    dismissal: Dismissal | None = None

    @property
    def open(self) -> bool:
        """Whether it is still to be dealt with."""
        return self.fixed_at is None and self.dismissal is None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingHistory:
    """How the findings of a run stand beside those of earlier runs on the same folder.

    `since` is the run that was compared with; `new` are fingerprints; `known` gives the run that told a finding first
    and when. `dismissed` were found again and are left out of the list and of the gates. `unseen` counts open findings
    of which this run can say nothing: nobody looked, or a model did not mention them.
    """

    since: str
    new: tuple[str, ...] = ()
    known: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)
    fixed: tuple[RememberedFinding, ...] = ()
    dismissed: tuple[RememberedFinding, ...] = ()
    unseen: int = 0

    def state(self, fingerprint: str) -> FindingState | None:
        """How one of the run's findings stands; None for one that it does not tell of."""
        if fingerprint in self.known:
            return FindingState.KNOWN
        return FindingState.NEW if fingerprint in self.new else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingBook:
    """All that is remembered of one folder's findings, by fingerprint.

    `last_run` is the run that wrote last, `run_before` the one before it: a run that goes on after a crash compares
    with what was there before its own first end.
    """

    findings: Mapping[str, RememberedFinding] = field(default_factory=dict)
    last_run: str = ""
    run_before: str = ""

    def since(self, run: str) -> str:
        """The run that `run` is compared with; "" for the first one."""
        return self.run_before if self.last_run == run else self.last_run

    @property
    def dismissed(self) -> frozenset[str]:
        """Fingerprints that a person has said not to count."""
        return frozenset(name for name, one in self.findings.items() if one.dismissal is not None)

    def open(self, run: str = "") -> tuple[RememberedFinding, ...]:
        """What earlier runs than `run` have left open, worst first."""
        found = [one for one in self.findings.values() if one.open and one.first_run != run]
        return tuple(sorted(found, key=lambda one: sort_key(one.finding)))

    def history(
        self, run: str, told: Iterable[Finding], found: Collection[str], gone: Collection[str]
    ) -> FindingHistory | None:
        """How `told` stand; None for the first run, which has nothing to be compared with.

        `found` are the fingerprints of everything that was found, told or not; `gone` those of open findings that are
        established to be gone.
        """
        since = self.since(run)
        if not since:
            return None
        earlier = {name: one for name, one in self.findings.items() if self._is_earlier(one, run)}
        names = [finding.fingerprint for finding in told]
        left = [name for name, one in earlier.items() if one.open and name not in found]
        gone_now = {name for name, one in self.findings.items() if one.fixed_run == run}
        return FindingHistory(
            since=since,
            new=tuple(name for name in names if name not in earlier),
            known={name: (earlier[name].first_run, earlier[name].first_seen) for name in names if name in earlier},
            fixed=_sorted(self.findings[name] for name in {*gone, *gone_now} if name not in found),
            dismissed=_sorted(self.findings[name] for name in self.dismissed if name in found),
            unseen=sum(name not in gone for name in left),
        )  # fmt: skip

    def after(self, run: str, at: datetime, told: Sequence[Finding], gone: Collection[str]) -> FindingBook:
        """The book when `run`, which began `at`, has ended: what came back after it was fixed is new again."""
        kept = {
            name: replace(one, fixed_run=run, fixed_at=at) if name in gone and one.fixed_at is None else one
            for name, one in self.findings.items()
        }
        for finding in told:
            old = kept.get(finding.fingerprint)
            again = old is not None and old.fixed_at is None
            first = (old.first_run, old.first_seen) if old is not None and again else (run, at)
            dismissal = old.dismissal if old is not None else None
            kept[finding.fingerprint] = RememberedFinding(
                finding=finding, first_run=first[0], first_seen=first[1], dismissal=dismissal
            )
        return FindingBook(findings=_bounded(kept), last_run=run, run_before=self.since(run))

    def with_dismissal(self, fingerprint: str, dismissal: Dismissal | None) -> FindingBook:
        """The book with a finding dismissed, or taken up again (None)."""
        changed = replace(self.findings[fingerprint], dismissal=dismissal)
        return replace(self, findings={**self.findings, fingerprint: changed})

    def state(self, one: RememberedFinding) -> FindingState:
        """How a remembered finding stands now."""
        if one.dismissal is not None:
            return FindingState.DISMISSED
        if one.fixed_at is not None:
            return FindingState.FIXED
        return FindingState.NEW if one.first_run == self.last_run else FindingState.KNOWN

    @staticmethod
    def _is_earlier(one: RememberedFinding, run: str) -> bool:
        """Whether another run told it first, and it was not gone in between."""
        return one.first_run != run and one.fixed_run in {"", run}


NO_BOOK = FindingBook()
"""Nothing is known."""


def _sorted(findings: Iterable[RememberedFinding]) -> tuple[RememberedFinding, ...]:
    return tuple(sorted(findings, key=lambda one: sort_key(one.finding)))


def _bounded(findings: Mapping[str, RememberedFinding]) -> dict[str, RememberedFinding]:
    """Without the oldest of too many fixed ones; what a person has said is always kept."""
    fixed = [(one.fixed_at, name) for name, one in findings.items() if one.fixed_at and one.dismissal is None]
    dropped = {name for _, name in sorted(fixed)[:-FIXED_KEPT]}
    return {name: one for name, one in findings.items() if name not in dropped}
