"""Finds what was done to a log, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...domain.security.audit_event import AuditFault, AuditVerdict
from ...domain.security.audit_event import AuditFaultKind as Kind
from .audit_files import LogFile, name_of
from .audit_lines import GENESIS, Line, LineSigner
from .audit_seals import AuditSeals, Checkpoint, Head


@dataclass(slots=True)
class _Gap:
    """Events `first` to `last` are not before this line; those that turn up later are in `found`."""

    kind: Kind
    file: str
    line: int
    first: int
    last: int
    found: set[int]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the second place said when the check began."""

    head: Head | None
    checkpoints: Sequence[Checkpoint | None]

    @classmethod
    def of(cls, seals: AuditSeals) -> Sealed:
        """As it is now."""
        return cls(seals.head(), list(seals.checkpoints()))

    def macs(self) -> dict[int, str]:
        """Which signature the event of a number has."""
        known = {one.count: one.mac for one in self.checkpoints if one is not None}
        return known | ({self.head.count: self.head.mac} if self.head else {})


class AuditCheck:
    """Reads a log once, from its first line to its last.

    A line that carries a true signature says itself which number it has. So what stands between two such lines, and
    which numbers do not, tell what was edited, deleted or moved.
    """

    def __init__(self, lines: LineSigner, sealed: Sealed, places: tuple[str, str]) -> None:
        self._lines = lines
        self._sealed = sealed
        self._head_place, self._checkpoint_place = places
        self._macs = sealed.macs()
        self._faults: list[AuditFault] = []
        self._gaps: list[_Gap] = []
        self._bad: list[tuple[str, int]] = []
        self._removed: list[str] = []
        self._last = Line(0, "", GENESIS, b"")
        self._events = 0
        self._seen = 0

    def run(self, files: Sequence[LogFile]) -> AuditVerdict:
        """The verdict; raises OSError."""
        at = 0
        for file in files:
            self._removed += [name_of(number) for number in range(at + 1, file.number)]
            at = file.number
            for number, text in enumerate(file.lines(), 1):
                self._look(file.path.name, number, text, newest=file is files[-1])
        self._end(at, files)
        faults = [*self._faults, *(fault for gap in self._gaps for fault in _missing(gap))]
        faults.sort(key=lambda fault: (fault.file, fault.line, fault.first))
        return AuditVerdict(events=self._events, files=len(files), faults=tuple(faults))

    def _look(self, file: str, number: int, text: bytes, *, newest: bool) -> None:
        line = self._lines.read(text)
        if line is not None:
            self._true(file, number, line)
        ended = text.endswith(b"\n")
        if not ended and not (newest and self._is_torn(line)):
            self._bad += [(file, number)] if line is None else []
            if line is not None:
                self._fault(Kind.CHANGED, file, number, line.number, line.number)
        elif not ended:
            self._fault(Kind.TORN, file, number)
        elif line is None:
            self._bad.append((file, number))

    def _is_torn(self, line: Line | None) -> bool:
        """Whether nobody was told that this last line is kept."""
        told = max(self._macs, default=0)
        return told < line.number if line else told <= self._last.number

    def _true(self, file: str, number: int, line: Line) -> None:
        self._events += 1
        if line.number > self._last.number:
            follows = line.number == self._last.number + 1
            self._close(file, number, line.number - 1)
            if (follows and line.previous != self._last.mac) or not self._is_expected(line):
                self._fault(Kind.CHANGED, file, number, line.number, line.number)
            self._last = line
            return
        self._flush_bad()
        gap = next((gap for gap in self._gaps if gap.first <= line.number <= gap.last), None)
        moved = gap is not None and line.number not in gap.found
        if gap is not None:
            gap.found.add(line.number)
        self._events -= 0 if moved else 1
        self._fault(Kind.MOVED if moved else Kind.REPEATED, file, number, line.number, line.number)

    def _is_expected(self, line: Line) -> bool:
        return self._macs.get(line.number, line.mac) == line.mac

    def _close(self, file: str, line: int, last: int, otherwise: Kind = Kind.MISSING) -> None:
        """Everything up to event `last` should stand before here: lines that are not true take the first numbers."""
        first = self._last.number + 1
        for place, number in self._bad:
            known = first if first <= last else 0
            self._fault(Kind.CHANGED, place, number, known, known)
            first += 1 if known else 0
        self._bad.clear()
        if first <= last:
            kind = Kind.REMOVED_FILE if self._removed else otherwise
            place, line = (self._removed[0], 0) if self._removed else (file, line)
            self._gaps.append(_Gap(kind, place, line, first, last, set()))
        self._removed.clear()

    def _flush_bad(self) -> None:
        for file, number in self._bad:
            self._fault(Kind.CHANGED, file, number)
        self._bad.clear()

    def _end(self, newest: int, files: Sequence[LogFile]) -> None:
        """What the second place knows of, and the log does not have."""
        head, told = self._sealed.head, max(self._macs, default=0)
        if head is not None and head.count:
            self._removed += [name_of(number) for number in range(newest + 1, head.file + 1)]
        name = files[-1].path.name if files else name_of(1)
        self._close(name, 0, max(told, self._last.number), Kind.CUT)
        self._check_head(files)
        self._check_checkpoints()

    def _check_head(self, files: Sequence[LogFile]) -> None:
        """It is behind by what was written last in one go when a process ended at the wrong moment, and never more."""
        head = self._sealed.head
        if head is None and (files or self._sealed.checkpoints):
            self._fault(Kind.UNSIGNED, self._head_place)
        elif head is not None and head.count < self._last.first - 1:
            self._fault(Kind.UNSIGNED, self._head_place, 0, head.count + 1, self._last.number)

    def _check_checkpoints(self) -> None:
        known, head = self._sealed.checkpoints, self._sealed.head
        for number, checkpoint in enumerate(known, 1):
            if checkpoint is None:
                self._fault(Kind.UNSIGNED, self._checkpoint_place, number)
        if head is not None and len(known) < head.checkpoints:
            self._fault(Kind.UNSIGNED, self._checkpoint_place)

    def _fault(self, kind: Kind, file: str, line: int = 0, first: int = 0, last: int = 0) -> None:
        self._faults.append(AuditFault(kind, file, line, first, last))


def _missing(gap: _Gap) -> list[AuditFault]:
    """The runs of numbers in `gap` that turned up nowhere."""
    faults: list[AuditFault] = []
    first = gap.first
    for number in [*sorted(gap.found), gap.last + 1]:
        if first < number:
            faults.append(AuditFault(gap.kind, gap.file, gap.line, first, number - 1))
        first = number + 1
    return faults
