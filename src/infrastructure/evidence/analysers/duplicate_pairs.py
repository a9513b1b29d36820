"""Compares streams of tokens: which pieces of code stand in two places.

Run as `python -P -m muster.infrastructure.evidence.analysers.duplicate_pairs`. Reads `{"root", "files"}` from
standard input, where each file has "path", "language" and the `data` of `duplicates.analyse`; prints
`{"findings": [{"path", "raw"}, …], "lines": duplicated lines}`.
"""

from __future__ import annotations

import json
import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ...common.confined import read_below
from ..file_facts import RawFinding
from .duplicates import LITERAL, MIN_TOKENS, NAME, Stream
from .syntax import enclosing, parse, quote_of

MIN_LINES = 6
MAX_BUCKET = 12
"""Places of one hash that are compared: what stands in more places is a table or a habit of the language."""
MAX_LENGTH = 20_000
SNAP = 15
MIN_SHAPES = 24
"""Different runs of three tokens that code has and a table of like rows has not."""
MIN_STEPS = 3
"""Statements that do more than return: a family of thin methods, or a long signature, has fewer."""
MIN_SHARED = 0.5
MEDIUM_LINES = 40


@dataclass(frozen=True, slots=True)
class Match:
    """`length` tokens from `left` of file `one` that stand from `right` in file `other` too."""

    one: int
    other: int
    left: int
    right: int
    length: int
    exact: bool = True


def main() -> None:
    """Compare what standard input brings."""
    order = json.load(sys.stdin)
    files = order["files"]
    streams = [
        Stream.unpack(file["stream"], file["starts"], file["statements"], file["steps"]) for file in files
    ]
    kept = _apart(_judged(streams, _matches(streams, [file["prints"] for file in files])))
    findings = [_finding(order["root"], files, streams, match) for match in kept]
    lines = {place for match in kept for place in _covered(streams, match)}
    json.dump({"findings": findings, "lines": len(lines)}, sys.stdout)


def _matches(streams: Sequence[Stream], prints: Sequence[Sequence[Sequence[int]]]) -> Iterator[Match]:
    """Maximal runs of equal kinds around each hash that occurs again; the first place stands for all."""
    buckets: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, own in enumerate(prints):
        for value, place in own:
            if len(buckets[value]) < MAX_BUCKET:
                buckets[value].append((number, place))
    reached: dict[tuple[int, int, int], int] = {}
    for bucket in buckets.values():
        one, left = bucket[0]
        for other, right in bucket[1:]:
            diagonal = (one, other, right - left)
            if left < reached.get(diagonal, -1):
                continue
            match = _extended(streams, Match(one, other, left, right, 0))
            reached[diagonal] = match.left + match.length
            yield match


def _extended(streams: Sequence[Stream], seed: Match) -> Match:
    """Grow to both sides as far as kinds agree; within one file the two places may not overlap."""
    a, b = streams[seed.one].kinds, streams[seed.other].kinds
    left, right = seed.left, seed.right
    room = min(left, right, MAX_LENGTH)
    back = 0
    while back < room and a[left - back - 1] == b[right - back - 1]:
        back += 1
    left, right = left - back, right - back
    room = min(len(a) - left, len(b) - right, MAX_LENGTH)
    if seed.one == seed.other:
        room = min(room, right - left)
    length = 0
    while length < room and a[left + length] == b[right + length]:
        length += 1
    return Match(seed.one, seed.other, left, right, length)


def _judged(streams: Sequence[Stream], matches: Iterator[Match]) -> Iterator[Match]:
    for match in matches:
        whole = _whole_lines(streams, match) if match.length >= MIN_TOKENS else match
        if whole.length < MIN_TOKENS or not _is_tall(streams, whole) or not _has_shape(streams, whole):
            continue
        likeness = _likeness(streams, whole)
        if likeness >= MIN_SHARED:
            yield Match(whole.one, whole.other, whole.left, whole.right, whole.length, likeness == 1.0)


def _whole_lines(streams: Sequence[Stream], match: Match) -> Match:
    """Cut to whole lines on both sides, and to the start of a definition when one is near."""
    one, other = streams[match.one], streams[match.other]
    at = bisect_left(one.starts, match.left)
    near = one.starts[at] - match.left if at < len(one.starts) else match.length
    first = near if near < SNAP else None
    if first is None:
        first = _first_statement(one, other, match)
    end = match.length
    while end > first and not (_begins(one, match.left + end) and _begins(other, match.right + end)):
        end -= 1
    return Match(match.one, match.other, match.left + first, match.right + first, end - first)


def _first_statement(one: Stream, other: Stream, match: Match) -> int:
    """How far into the match a statement begins that begins a line on both sides; all of it when none does."""
    at = bisect_left(one.statements, match.left)
    for place in one.statements[at:]:
        step = place - match.left
        if step >= match.length:
            break
        if _begins(one, place) and _begins(other, match.right + step):
            return step
    return match.length


def _begins(stream: Stream, place: int) -> bool:
    """Whether a line begins with the token at `place`, or the stream ends there."""
    return place in {0, len(stream.lines)} or stream.lines[place] != stream.lines[place - 1]


def _is_tall(streams: Sequence[Stream], match: Match) -> bool:
    sides = ((match.one, match.left), (match.other, match.right))
    return all(len(set(streams[n].lines[p : p + match.length])) >= MIN_LINES for n, p in sides)


def _has_shape(streams: Sequence[Stream], match: Match) -> bool:
    """Whether it is code that does something, not a table of like rows or methods that hand on."""
    stream = streams[match.one]
    end = match.left + match.length
    if bisect_left(stream.steps, end) - bisect_left(stream.steps, match.left) < MIN_STEPS:
        return False
    kinds = stream.kinds[match.left : end]
    return len(set(zip(kinds, kinds[1:], kinds[2:], strict=False))) >= MIN_SHAPES


def _likeness(streams: Sequence[Stream], match: Match) -> float:
    """Share of names and literals that are the same; 0 when names were not exchanged one for one."""
    one, other = streams[match.one], streams[match.other]
    there: dict[int, int] = {}
    back: dict[int, int] = {}
    same = total = odd = 0
    for step in range(match.length):
        kind = one.kinds[match.left + step]
        if kind not in {NAME, LITERAL}:
            continue
        mine, yours = one.words[match.left + step], other.words[match.right + step]
        total += 1
        same += mine == yours
        if kind == NAME:
            odd += there.setdefault(mine, yours) != yours or back.setdefault(yours, mine) != mine
    return same / total if total and odd * 20 <= total else 0.0


def _apart(matches: Iterator[Match]) -> list[Match]:
    """The longest first, and none that is half covered by a longer one between the same files."""
    kept: dict[tuple[int, int], list[Match]] = defaultdict(list)
    for match in sorted(matches, key=lambda m: (-m.length, m.one, m.left, m.other, m.right)):
        others = kept[(match.one, match.other)]
        if not any(_overlap(match, longer) for longer in others):
            others.append(match)
    return sorted(
        (m for group in kept.values() for m in group), key=lambda m: (m.one, m.left, m.other, m.right)
    )


def _overlap(match: Match, longer: Match) -> bool:
    pairs = ((match.left, longer.left), (match.right, longer.right), (match.left, longer.right))
    return any(
        2 * (min(a + match.length, b + longer.length) - max(a, b)) > match.length
        for number, (a, b) in enumerate(pairs)
        if number < 2 or match.one == match.other
    )


def _covered(streams: Sequence[Stream], match: Match) -> Iterator[tuple[int, int]]:
    for number, place in ((match.one, match.left), (match.other, match.right)):
        yield from ((number, line) for line in streams[number].lines[place : place + match.length])


def _finding(
    root: str, files: Sequence[Mapping[str, Any]], streams: Sequence[Stream], match: Match
) -> dict[str, Any]:
    file, other = files[match.one], files[match.other]
    lines = streams[match.one].lines[match.left : match.left + match.length]
    there = streams[match.other].lines[match.right]
    height = len(set(lines))
    source = read_below(root, file["path"])
    where = "further down" if match.one == match.other else f"in {other['path']}"
    how = "word for word" if match.exact else "under other names"
    raw = RawFinding(
        rule="exact-duplicate" if match.exact else "renamed-duplicate",
        family="duplicate",
        message=f"{height} lines stand {where} too (line {there}), {how}: a change to one is forgotten in the other",
        severity="medium" if match.exact and height >= MEDIUM_LINES else "low",
        confidence=0.9 if match.exact else 0.7,
        category="quality",
        line=lines[0],
        end_line=lines[-1],
        function=enclosing(parse(source, file["language"]), lines[0]),
        quote=quote_of(source, lines[0]),
        suggestion="Keep one of them, in a place that both can import.",
    )
    return {"path": file["path"], "raw": asdict(raw)}


if __name__ == "__main__":
    main()
