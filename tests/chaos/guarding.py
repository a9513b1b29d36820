"""The audit log and the key ring on failing disks, and killed: what was told to be kept is there, nobody is accused."""

from __future__ import annotations

import asyncio
import hashlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from muster.domain.errors import MusterError
from muster.domain.security.audit_event import AuditEvent, AuditEventType
from muster.domain.security.key import Key
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.security.audit_writer import AuditLimits
from muster.infrastructure.security.json_lines_audit import JsonLinesAuditLog
from muster.infrastructure.security.key_rings import FileKeyRing
from tests.fakes.clock import FakeClock
from tests.fakes.processes import ROOT

from .drill import Book, Drill
from .failing import Fuse, files_failing

SMALL = AuditLimits(file_bytes=900, checkpoint_every=3)
"""A file is full after three events, and a checkpoint is signed as often."""
KEPT = True


def log_in(root: Path, limits: AuditLimits | None = SMALL) -> JsonLinesAuditLog:
    """The log in that folder."""
    return JsonLinesAuditLog(root / "audit", root / "audit-seals", SystemClock(), limits)


async def _keep(log: JsonLinesAuditLog, book: Book, *names: str) -> None:
    """Several events at the same moment."""

    async def one(name: str) -> None:
        await book.change({name: True}, log.record(_event(name)))

    await asyncio.gather(*[one(name) for name in names])


def _event(name: str) -> AuditEvent:
    return AuditEvent(type=AuditEventType.TOOL_USE, actor="ann", subject=name)


async def _old_log(book: Book) -> None:
    log = log_in(book.root)
    for number in range(5):
        await log.record(_event(f"old/{number}"))
        book.there(f"old/{number}", KEPT)


async def _nothing(book: Book) -> None:
    """A folder without anything."""


async def _use_log(book: Book, fuse: Fuse) -> None:
    """One event, several at once over the end of a file and a checkpoint, and readings; then the disk is well again."""
    log = log_in(book.root)
    await _keep(log, book, "new/0")
    await _keep(log, book, *(f"new/{number}" for number in range(1, 6)))
    await book.look("new/0", _is_kept(log, "new/0"))
    await _keep(log, book, "new/6")
    fuse.mend()
    try:
        await log.record(_event("after"))
        book.there("after", KEPT)
    except MusterError as error:
        book.wrong.append(f"when the disk was well again, an event was not kept: {error!r}")
    verdict = await log.verify()
    book.wrong += [f"when the disk was well again: {fault}" for fault in verdict.faults]


async def _is_kept(log: JsonLinesAuditLog, name: str) -> bool | None:
    return (name in {record.event.subject for record in await log.get_events()}) or None


async def found_in_log(root: Path) -> tuple[Mapping[str, object], Sequence[str]]:
    """Which events there are, and what a check finds wrong: first as it is, then after one more event."""
    log, wrong = log_in(root), list[str]()
    wrong += [f"accused: {fault}" for fault in (await log.verify()).faults if not (await log.verify()).intact]
    records = await log.get_events()
    numbers = [record.number for record in records]
    wrong += [] if numbers == list(range(1, len(numbers) + 1)) else [f"events {numbers} have a gap"]
    await log.record(_event("last"))
    wrong += [f"accused after one more event: {fault}" for fault in (await log.verify()).faults]
    return {record.event.subject: True for record in records}, wrong


OLD_LOG = Drill(files_failing, _old_log, _use_log, found_in_log)
NEW_LOG = Drill(files_failing, _nothing, _use_log, found_in_log)


def ring_in(root: Path) -> FileKeyRing:
    """The ring in that folder; its next key is known from how many there are, so that it can be expected."""
    path = root / "data" / "keys.json"

    def next_key(_size: int) -> bytes:
        return _secret(len(FileKeyRing(path, FakeClock()).known()))

    return FileKeyRing(path, FakeClock(), next_key)


def _secret(number: int) -> bytes:
    return hashlib.sha256(b"key %d" % number).digest()


def _ring(keys: int, *states: str) -> list[tuple[str, str]]:
    """What a ring of so many keys holds, the newest first."""
    names = [Key(_secret(number)).id for number in reversed(range(keys))]
    return list(zip(names, states, strict=True))


async def _old_ring(book: Book) -> None:
    ring_in(book.root).init()
    ring_in(book.root).rotate()
    book.there("ring", _ring(2, "active", "reading"))


async def _use_ring(book: Book, fuse: Fuse) -> None:
    """Rotate, retire, read; whatever was there is there, whatever went wrong. Then the disk is well again."""
    ring = ring_in(book.root)

    async def done(call: Callable[[], object]) -> object:
        return call()

    oldest = Key(_secret(0)).id
    await book.change({"ring": _ring(2, "active", "retired")}, done(lambda: ring.retire(oldest)))
    await book.look("ring", done(lambda: _seen(ring)))
    fuse.mend()
    ring.retire(oldest)
    ring.rotate()
    book.there("ring", _ring(3, "active", "reading", "retired"))


async def _rotate_ring(book: Book, fuse: Fuse) -> None:
    """As above, with a new key while the disk fails."""
    ring = ring_in(book.root)

    async def rotated() -> object:
        return ring.rotate()

    await book.change({"ring": _ring(3, "active", "reading", "reading")}, rotated())
    fuse.mend()
    if len(ring.known()) < 3:
        ring.rotate()
    book.there("ring", _ring(3, "active", "reading", "reading"))


async def _first_key(book: Book, fuse: Fuse) -> None:
    """The first key there ever was."""
    ring = ring_in(book.root)

    async def made() -> object:
        return ring.init()

    await book.change({"ring": _ring(1, "active")}, made())
    fuse.mend()
    if not ring.known():
        ring.init()
    book.there("ring", _ring(1, "active"))


def _seen(ring: FileKeyRing) -> list[tuple[str, str]]:
    return [(key.id, key.state.value) for key in ring.known()]


async def found_in_ring(root: Path) -> tuple[Mapping[str, object], Sequence[str]]:
    """All keys, and whether each is the one that its name says; nothing is left behind half written."""
    ring = ring_in(root)
    keys = ring.known()
    known = {Key(_secret(number)).id: _secret(number) for number in range(len(keys))}
    wrong = [f"{key.id} is another key" for key in keys if known.get(key.id) != key.secret]
    ring.rotate()
    ring.retire(keys[0].id)
    return {"ring": [(key.id, key.state.value) for key in keys]}, wrong


RETIRED = Drill(files_failing, _old_ring, _use_ring, found_in_ring)
ROTATED = Drill(files_failing, _old_ring, _rotate_ring, found_in_ring)
FIRST = Drill(files_failing, _nothing, _first_key, found_in_ring)
DRILLS = {
    "an old audit log": OLD_LOG,
    "a new audit log": NEW_LOG,
    "a key that is retired": RETIRED,
    "a new key": ROTATED,
    "the first key": FIRST,
}

APPENDING = """
import asyncio, os, sys
from pathlib import Path
from tests.chaos.guarding import _event, log_in

async def main(root, name):
    log = log_in(root)
    async def work(number):
        count = 0
        while True:
            count += 1
            await log.record(_event(f"{name}/{number}/{count}"))
            os.write(1, f"{name}/{number}/{count}\\n".encode())
    await asyncio.gather(*[work(number) for number in range(5)])

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""
ROTATING = """
import os, sys
from pathlib import Path
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.security.key_rings import FileKeyRing

ring = FileKeyRing(Path(sys.argv[1]) / "data" / "keys.json", SystemClock())
while True:
    os.write(1, f"{ring.rotate().active.id}\\n".encode())
"""


def killed_guards(
    folder: Path, kills: int, seed: int, writers: int = 3
) -> tuple[list[tuple[str, object]], list[str]]:
    """Numbers, and what is broken: several processes append events and one rotates keys, until all are killed."""
    chance, wrong = random.Random(seed), list[str]()
    events, keys = set[str](), set[str]()
    ring = FileKeyRing(folder / "data" / "keys.json", SystemClock())
    ring.init()
    for life in range(kills):
        given = [(APPENDING, f"{life}-{one}") for one in range(writers)] + [(ROTATING, "")]
        told = _lived(folder, given, chance.uniform(0.05, 0.6))
        events.update(*told[:-1])
        keys.update(told[-1])
        found, faults = asyncio.run(found_in_log(folder))
        wrong += [f"life {life}: {fault}" for fault in faults]
        wrong += [f"life {life}: {name} was told to be kept and is not" for name in events - found.keys()]
        known = {key.id for key in ring.known()}
        wrong += [f"life {life}: key {name} was told of and is gone" for name in keys - known]
        ring.active()
    numbers: list[tuple[str, object]] = [
        ("processes killed", kills * (writers + 1)),
        ("events told to be kept", f"{len(events):,}"),
        ("keys told of", f"{len(keys):,}"),
    ]
    return numbers, wrong if events and keys else [*wrong, "nothing was told: nothing was tried"]


def _lived(folder: Path, given: Sequence[tuple[str, str]], seconds: float) -> list[list[str]]:
    """What each process told before all were killed, so long after each had said its first word."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(folder), name], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for script, name in given
    ]
    first = [process.stdout.readline() for process in processes if process.stdout]
    time.sleep(seconds)
    for process in processes:
        process.send_signal(signal.SIGKILL)
    told = [[line, *(process.stdout or ())] for line, process in zip(first, processes, strict=True)]
    for process in processes:
        process.wait()
        if process.stdout:
            process.stdout.close()
    return [[line.strip() for line in lines if line.endswith("\n")] for lines in told]
