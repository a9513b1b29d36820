"""Advisories: exactly pinned versions against a packaged snapshot of known vulnerabilities."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files as resources

from packaging.version import InvalidVersion, Version

from ...domain.evidence.finding import Finding
from ...domain.evidence.report import ToolProfile
from ...domain.evidence.severity import Category, Severity
from ...domain.workspace.files import NotCovered, SourceFile, WorkspaceSnapshot
from ..common.confined import read_text_below
from .analysers.advisory_ranges import Advisory, UnreadableRangeError, first_safe
from .analysers.cvss import base_score, rating
from .analysers.locked_versions import Pin, names_versions, pins_in
from .analysers.requirements import quoted
from .cached_tool import Conclusion
from .file_facts import RawFinding
from .whole_project import WholeProjectTool

SNAPSHOT = "2024-10-10"
DATA = f"pypa-advisories-{SNAPSHOT}.json.gz"
RUNS_CODE = re.compile(
    r"(?:arbitrary|remote) (?:code|command)|(?:code|command|sql) (?:execution|injection)", re.IGNORECASE
)
LISTED = 12


@cache
def known_advisories() -> Mapping[str, tuple[Advisory, ...]]:
    """The snapshot by canonical package name, without advisories whose versions nobody can order."""
    with resources(f"{__package__}.data").joinpath(DATA).open("rb") as packed:
        entries = json.loads(gzip.decompress(packed.read()))["advisories"]
    found: dict[str, list[Advisory]] = {}
    for entry in entries:
        ranges = tuple(tuple(events) for events in entry["ranges"])
        one = Advisory(
            entry["id"], tuple(entry["aliases"]), entry["package"].replace(".", "-").lower(), ranges,
            tuple(entry["severity"]), entry["summary"],
        )  # fmt: skip
        found.setdefault(one.package, []).append(one)
    return {package: tuple(listed) for package, listed in found.items()}


class AdvisoriesTool(WholeProjectTool):
    """Says nothing about ranges: a range that may admit a vulnerable version is counted, not reported."""

    version = f"1+pypa{SNAPSHOT}"
    about = ToolProfile(
        name="advisories",
        title=f"known vulnerabilities of pinned packages, as of {SNAPSHOT}",
        categories=frozenset({Category.SECURITY}),
    )

    def wants(self, file: SourceFile) -> bool:
        """Lock files, requirement files and pyproject.toml."""
        return names_versions(file.path) and not file.is_test

    def nothing_to_see(self) -> str:
        """No file names a version."""
        return "no lock file, requirement file or pyproject.toml"

    async def look(self, snapshot: WorkspaceSnapshot, files: Sequence[SourceFile]) -> Conclusion:
        """Match all pins; broken TOML is not covered."""
        return await asyncio.to_thread(_look, snapshot.root, [file.path for file in files])


def _look(root: str, paths: Sequence[str]) -> Conclusion:
    findings: list[Finding] = []
    not_covered: list[NotCovered] = []
    pinned = open_ones = 0
    for path in paths:
        text = read_text_below(root, path)
        try:
            pins, ranges = pins_in(path, text)
        except ValueError as error:
            not_covered.append(NotCovered(path, f"advisories: cannot be read: {error}"))
            continue
        pinned, open_ones = pinned + len(pins), open_ones + ranges
        findings += [raw.at(path, AdvisoriesTool.about.name) for raw in _affected(pins, text)]
    measures = {
        "advisories.pinned": float(pinned),
        "advisories.open": float(open_ones),
        "advisories.snapshot": float(SNAPSHOT.replace("-", "")),
    }
    reason = "" if pinned or open_ones else "no requirement is declared"
    return Conclusion(tuple(findings), {} if reason else measures, tuple(not_covered), reason)


def _affected(pins: Sequence[Pin], text: str) -> list[RawFinding]:
    """One finding for each version of a package, on the first line that pins it."""
    found: dict[tuple[str, str], RawFinding] = {}
    for pin in pins:
        about = [one for one in known_advisories().get(pin.package, ()) if _is_readable(one)]
        try:
            version = Version(Version(pin.version).public)
        except InvalidVersion:
            continue
        hits = [one for one in about if one.affects(version)]
        if hits and (pin.package, pin.version) not in found:
            safe = first_safe(version, about)
            found[pin.package, pin.version] = _finding(pin, hits, safe, quoted(text, pin.line))
    return list(found.values())


def _is_readable(advisory: Advisory) -> bool:
    try:
        return bool(advisory.events)
    except UnreadableRangeError:
        return False


def _finding(pin: Pin, hits: Sequence[Advisory], safe: Version | None, quote: str) -> RawFinding:
    rated = [_severity(one) for one in hits]
    severity = max((Severity(word) for word, _ in rated), key=lambda one: one.rank)
    basis = next(why for word, why in rated if word == severity.value)
    if pin.dev and severity.rank > Severity.MEDIUM.rank:
        severity, basis = Severity.MEDIUM, f"{basis}; only developers install it"
    named = ", ".join(_named(one) for one in hits[:LISTED])
    more = f" and {len(hits) - LISTED} more" if len(hits) > LISTED else ""
    repair = (
        f"Use {pin.package} {safe} or later"
        if safe
        else f"No later {pin.package} without them was known then"
    )
    return RawFinding(
        rule=hits[0].id if len(hits) == 1 else "known-vulnerability",
        message=f"{pin.package} {pin.version} has {_counted(hits)} as of {SNAPSHOT}: {named}{more} (severity {basis})",
        severity=severity.value,
        confidence=0.95,
        category=Category.SECURITY.value,
        line=pin.line,
        quote=quote,
        family=f"advisory:{pin.package}",
        suggestion=f"{repair}; {_first_words(hits)}",
    )


def _counted(hits: Sequence[Advisory]) -> str:
    return "a known vulnerability" if len(hits) == 1 else f"{len(hits)} known vulnerabilities"


def _named(advisory: Advisory) -> str:
    return f"{advisory.id} ({', '.join(advisory.aliases)})" if advisory.aliases else advisory.id


def _first_words(hits: Sequence[Advisory]) -> str:
    """What the worst of them says of itself; the snapshot holds only the beginning."""
    worst = max(hits, key=lambda one: Severity(_severity(one)[0]).rank)
    return f"{worst.id} begins: {worst.summary.strip()}"


def _severity(advisory: Advisory) -> tuple[str, str]:
    """The word, and what it rests on."""
    scores = [score for vector in advisory.severity if (score := base_score(vector)) is not None]
    if scores:
        return rating(max(scores)), f"by its CVSS 3 base score, {max(scores):.1f}"
    if RUNS_CODE.search(advisory.summary):
        return "high", "by its description, for the snapshot has no score"
    return "medium", "unknown, taken as medium: the snapshot has no score"
