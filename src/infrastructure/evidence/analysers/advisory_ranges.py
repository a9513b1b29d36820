"""Which versions an advisory is about: events along the line of versions, in the order of PEP 440."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from packaging.version import InvalidVersion, Version

ORDER = {"fixed": 0, "introduced": 1, "last_affected": 2}
Event = tuple[Version, str]


class UnreadableRangeError(ValueError):
    """A version in an advisory that PEP 440 does not know: nothing can be said about it."""


@dataclass(frozen=True)
class Advisory:
    """One advisory about one package, as the snapshot has it."""

    id: str
    aliases: tuple[str, ...]
    package: str
    ranges: tuple[tuple[Mapping[str, str], ...], ...]
    severity: tuple[str, ...]
    summary: str

    @cached_property
    def events(self) -> tuple[tuple[Event, ...], ...]:
        """The events of each range, sorted: the data does not always keep them so; raises UnreadableRangeError."""
        return tuple(_sorted(one) for one in self.ranges)

    def affects(self, version: Version) -> bool:
        """Whether `version` is inside; without a fix the range goes on."""
        return any(_inside(events, version) for events in self.events)

    def fixed_after(self, version: Version) -> Version | None:
        """The first version above that ends all ranges that `version` is in, None when one of them never ends."""
        ends = []
        for events in self.events:
            if _inside(events, version):
                end = next((at for at, what in events if what == "fixed" and at > version), None)
                if end is None:
                    return None
                ends.append(end)
        return max(ends, default=None)


def _sorted(events: Iterable[Mapping[str, str]]) -> tuple[Event, ...]:
    try:
        pairs = [(Version(value), what) for event in events for what, value in event.items()]
    except InvalidVersion as error:
        raise UnreadableRangeError(str(error)) from error
    return tuple(sorted(pairs, key=lambda pair: (pair[0], ORDER[pair[1]])))


def _inside(events: Sequence[Event], version: Version) -> bool:
    inside = False
    for at, what in events:
        if what == "introduced":
            inside = inside or at <= version or (at == Version("0"))
        elif what == "fixed":
            inside = inside and not at <= version
        else:
            inside = inside and not at < version
    return inside


def first_safe(version: Version, advisories: Sequence[Advisory]) -> Version | None:
    """The lowest fixed version that none of a package's `advisories` affects; None when there is none."""
    candidate = version
    for _ in range(len(advisories) + 1):
        fixes = [one.fixed_after(candidate) for one in advisories if one.affects(candidate)]
        if not fixes:
            return candidate
        known = [fix for fix in fixes if fix is not None]
        if len(known) < len(fixes):
            return None
        candidate = max(known)
    return None
