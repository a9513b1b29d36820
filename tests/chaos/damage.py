"""A journal whose last page is damaged, and one whose log was cut in the midst of a frame."""

from __future__ import annotations

import asyncio
import random
import shutil
import struct
from collections.abc import Iterable
from pathlib import Path

import apsw

from muster.domain.errors import StorageError
from muster.domain.journal.record import Record
from muster.infrastructure.journal.sqlite_journal import SqliteRunJournal

from .books import JOURNAL, copied, read_journal
from .controller import to_the_end
from .driver import DATA, EVERYTHING, PROJECT

HEADER, FRAME = 32, 24
Numbers = list[tuple[str, object]]
Found = dict[str, tuple[Record, ...] | StorageError]


def torn_log(folder: Path, place: Path, seed: int) -> tuple[Numbers, list[str]]:
    """Cut the log within a frame: everything up to the last whole commit before the cut is there, unasked."""
    whole, torn, reference = (copied(folder, place / name) for name in ("whole", "torn", "reference"))
    log = torn.with_name(f"{JOURNAL}-wal")
    commits = commits_in(log.read_bytes())
    page = _page_size(log.read_bytes())
    number = random.Random(seed).randrange(len(commits) // 3, len(commits) - 1)
    _cut(torn, commits[number] + FRAME + page // 2)
    _cut(reference, commits[number])
    before, after, expected = (
        {one.run.id: one.records for one in asyncio.run(read_journal(path))}
        for path in (whole, torn, reference)
    )
    wrong = [
        f"run {name} is not what it was at the last whole commit"
        for name, records in expected.items()
        if after.get(name) != records
    ]
    wrong += [
        f"run {name} has other records" for name, has in after.items() if before[name][: len(has)] != has
    ]
    numbers: Numbers = [
        ("commits in the log, and before the cut", f"{len(commits)}, {number + 1}"),
        ("records before the cut, all there", sum(map(len, after.values()))),
    ]
    return numbers, wrong


def damaged_page(folder: Path, place: Path, url: str, runs: int, seed: int) -> tuple[Numbers, list[str]]:
    """Overwrite half of the last page: whatever is touched is said to be damaged, the rest reads as it was."""
    shutil.copytree(folder / PROJECT, place / PROJECT)
    path = copied(folder, place / DATA)
    with_log = apsw.Connection(str(path))
    with_log.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with_log.close()
    before = asyncio.run(_found(path))
    content = bytearray(path.read_bytes())
    half = struct.unpack(">H", content[16:18])[0] // 2
    content[-half:] = random.Random(seed).randbytes(half)
    path.write_bytes(content)
    after = asyncio.run(_found(path, before))
    errors = {name: told for name, told in after.items() if isinstance(told, StorageError)}
    told, _ = to_the_end(place, url, runs)
    refused = [one for one in told if one.status != "completed"]
    wrong = [f"run {name} reads otherwise than before" for name in before if _differs(before, after, name)]
    wrong += [
        f"not clear: {error}" for error in errors.values() if JOURNAL not in str(error) or not error.hint
    ]
    wrong += [f"run {one.number}, gone on with: {one.error!r}" for one in refused if JOURNAL not in one.error]
    numbers: Numbers = [
        ("runs in the damaged file, readable", f"{len(before)}, {len(before) - len(errors)}"),
        ("gone on with: completed, refused by name", f"{len(told) - len(refused)}, {len(refused)}"),
        ("what is said", next((str(error) for error in errors.values()), "")[-70:]),
    ]
    return numbers, wrong


def _differs(before: Found, after: Found, name: str) -> bool:
    told = after.get(name)
    return not isinstance(told, StorageError) and told != before[name]


async def _found(path: Path, names: Iterable[str] = ()) -> Found:
    """Each run by its id with its records, or with the error about them; the list tells the ids unless given."""
    journal = SqliteRunJournal(path)
    found: Found = {}
    try:
        for name in names or [line.id for line in await journal.list(EVERYTHING)]:
            try:
                await journal.load(name)
                found[name] = await journal.events(name, 0, EVERYTHING)
            except StorageError as error:
                found[name] = error
    finally:
        journal.close()
    return found


def commits_in(log: bytes) -> list[int]:
    """Where in a write-ahead log each commit ends: a frame that tells the size of the file closes one."""
    page = _page_size(log)
    return [
        start + FRAME + page
        for start in range(HEADER, len(log) - FRAME - page + 1, FRAME + page)
        if struct.unpack(">I", log[start + 4 : start + 8])[0] and log[start + 8 : start + 16] == log[16:24]
    ]


def _page_size(log: bytes) -> int:
    size: int = struct.unpack(">I", log[8:12])[0]
    return size


def _cut(path: Path, end: int) -> None:
    log = path.with_name(f"{JOURNAL}-wal")
    log.write_bytes(log.read_bytes()[:end])
    path.with_name(f"{JOURNAL}-shm").unlink(missing_ok=True)
