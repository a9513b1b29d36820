"""A disk that is full in the middle of the work: a small one of its own, or a page limit where none can be mounted."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .books import Snapshot, take
from .controller import lay_out, provider, to_the_end
from .driver import DATA, Ended
from .laws import (
    nothing_is_missing,
    nothing_is_written_twice_unasked,
    nothing_recorded_is_done_again,
    nothing_recorded_is_lost,
)

MEGABYTES, ENOUGH = 3, 256
PAGES_A_RUN = 5
NO_ROOM = "has no room left"
Numbers = list[tuple[str, object]]


def full_disk(folder: Path, runs: int, seed: int) -> tuple[Numbers, list[str]]:
    """Work until the disk is full, look, make room, and go on to the end."""
    lay_out(folder)
    with small_disk(folder / DATA) as mounted, provider(folder, seed) as url:
        pages = runs * PAGES_A_RUN
        limit = () if mounted else ("--pages", str(pages))
        first, _ = to_the_end(folder, url, runs, *limit)
        full = take(folder, folder / "full")
        if mounted:
            _mount("-o", f"remount,size={ENOUGH}m", str(folder / DATA))
        told, _ = to_the_end(folder, url, runs)
        end = take(folder, folder / "end")
    hit = [one for one in first if NO_ROOM in one.error]
    numbers: Numbers = [
        ("disk", f"{MEGABYTES} MB tmpfs" if mounted else f"{pages} pages"),
        ("runs, told that there is no room", f"{len(hit)} of {runs}"),
        ("runs recorded by then", len(full.runs)),
        ("records by then", sum(len(kept.records) for kept in full.runs.values())),
        ("runs completed after room was made", sum(one.status == "completed" for one in told)),
        ("recorded by then, and made again", len(list(nothing_recorded_is_done_again([full, end])))),
    ]
    return numbers, [*_clear(first, full, hit), *_went_on(full, end, told, hit)]


def _clear(first: tuple[Ended, ...], full: Snapshot, hit: list[Ended]) -> Iterator[str]:
    """Whoever is told of no trouble has a completed run in the journal; the trouble names the file."""
    if not hit:
        yield "the disk was not full: nothing was tried"
    for one in first:
        kept = full.runs.get(one.number)
        trouble = one.status != "completed" or NO_ROOM in one.error
        if trouble and not (NO_ROOM in one.error and "runs.db" in one.error):
            yield f"run {one.number} on the full disk is {one.status}: {one.error!r}"
        if not trouble and (kept is None or kept.run.status.value != "completed"):
            yield f"run {one.number} was told to be completed, and is not recorded so"


def _went_on(full: Snapshot, end: Snapshot, told: tuple[Ended, ...], hit: list[Ended]) -> Iterator[str]:
    """With room again every run ends, and nothing recorded is lost or made again."""
    yield from nothing_is_missing(end, told)
    yield from nothing_recorded_is_lost([full, end])
    yield from nothing_recorded_is_done_again([full, end])
    without = {one.number for one in hit if one.number in full.runs}
    for line in nothing_is_written_twice_unasked([full, end]):
        number = int(line.removeprefix("line ").partition("/")[0])
        if not (
            number in without and "there 0 times" in line
        ):  # its caller was told that the tool was not run
            yield line


@contextmanager
def small_disk(place: Path) -> Iterator[bool]:
    """A disk of a few megabytes at `place`; gives False where mounting is not allowed."""
    mounted = _mount("-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place))
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=False)


def _mount(*options: str) -> bool:
    if shutil.which("mount") is None:
        return False
    return subprocess.run(["mount", *options], capture_output=True, check=False).returncode == 0
