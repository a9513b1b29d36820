"""Events that wait at the same moment are kept together, and each as if it were alone."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.errors import StorageError
from muster.domain.security.audit_event import AuditEvent, AuditEventType, AuditRecord, AuditVerdict
from muster.domain.security.audit_event import AuditFaultKind as Kind
from muster.domain.security.key import secret_of
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.security import audit_writer
from muster.infrastructure.security.audit_files import append
from muster.infrastructure.security.audit_lines import LineSigner
from muster.infrastructure.security.audit_seals import AuditSeals
from muster.infrastructure.security.audit_writer import AuditLimits, AuditWriter
from muster.infrastructure.security.json_lines_audit import JsonLinesAuditLog

MANY = 20
ONE, HEAD = "audit-000001.jsonl", "audit-head.json"


def opened(place: Path, limits: AuditLimits | None = None) -> JsonLinesAuditLog:
    """The log at `place`."""
    return JsonLinesAuditLog(place / "log", place / "second", SystemClock(), limits)


def event(subject: str) -> AuditEvent:
    """One that names `subject`."""
    return AuditEvent(type=AuditEventType.TOOL_USE, actor="ada", subject=subject)


def fill(place: Path, count: int, limits: AuditLimits | None = None) -> list[AuditRecord | BaseException]:
    """So many events at the same moment."""

    async def write() -> list[AuditRecord | BaseException]:
        log = opened(place, limits)
        return await asyncio.gather(
            *[log.record(event(f"s{n}")) for n in range(count)], return_exceptions=True
        )

    return asyncio.run(write())


def verdict(place: Path) -> AuditVerdict:
    """What a check says."""
    return asyncio.run(opened(place).verify())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of one event alone and twenty together; `second` as it was before those lies in `before`."""
    place = tmp_path_factory.mktemp("kept")
    fill(place, 1)
    shutil.copytree(place / "second", place / "before")
    secret = secret_of((place / "second" / "audit.key").read_text(), "")
    seals = AuditSeals(place / "second", secret)
    writer = AuditWriter(place / "log", LineSigner(secret), seals, SystemClock(), AuditLimits())
    writer.write([event(f"s{number}") for number in range(MANY)])
    return place


def test_threads_and_tasks_find_every_event_once_and_in_their_order(tmp_path: Path) -> None:
    """Four event loops on one log, 25 tasks each, six events a task one after another."""
    log = opened(tmp_path, AuditLimits(file_bytes=20_000))

    def work(thread: int) -> None:
        async def task(number: int) -> None:
            for step in range(6):
                record = await log.record(event(f"{thread}/{number}/{step}"))
                assert record.event.subject == f"{thread}/{number}/{step}"

        async def tasks() -> None:
            await asyncio.gather(*[task(number) for number in range(25)])

        asyncio.run(tasks())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    records = asyncio.run(log.get_events())
    assert [record.number for record in records] == list(range(1, 601))
    by_task: dict[str, list[str]] = {}
    for record in records:
        task, _, step = record.event.subject.rpartition("/")
        by_task.setdefault(task, []).append(step)
    assert set(map(tuple, by_task.values())) == {("0", "1", "2", "3", "4", "5")}
    assert len(list((tmp_path / "log").iterdir())) > 4
    assert (verdict(tmp_path).events, verdict(tmp_path).faults) == (600, ())


def test_a_hundred_that_wait_share_a_few_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first may go alone; the others wait for it, and then for nobody."""
    writes = []

    def counted(path: Path, lines: bytes) -> int:
        writes.append(path)
        return append(path, lines)

    monkeypatch.setattr(audit_writer, "append", counted)
    assert len({record.number for record in fill(tmp_path, 100) if isinstance(record, AuditRecord)}) == 100
    assert len(writes) <= 10


async def test_what_cannot_be_written_is_its_own_trouble(tmp_path: Path) -> None:
    """It takes no number from the others."""
    log = opened(tmp_path)
    bad = AuditEvent(type=AuditEventType.TOOL_USE, details={"x": object()})  # type: ignore[dict-item]
    came = await asyncio.gather(
        *[log.record(bad if number == 3 else event("x")) for number in range(6)], return_exceptions=True
    )
    assert [type(one) for one in came].count(TypeError) == 1
    assert isinstance(came[3], TypeError)
    assert sorted(one.number for one in came if isinstance(one, AuditRecord)) == [1, 2, 3, 4, 5]
    assert (await log.verify()).faults == ()


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_disk_that_is_full_in_the_middle_refuses_what_it_did_not_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """Each is told, by an error of its own; what was told as kept is there, and nothing else."""
    limits = AuditLimits(file_bytes=1_000)
    fill(tmp_path, 1, limits)
    calls = itertools.count(1)

    def full(path: Path, lines: bytes) -> int:
        if next(calls) >= failing:
            raise OSError(28, "full")
        return append(path, lines)

    with monkeypatch.context() as patch:
        patch.setattr(audit_writer, "append", full)
        came = fill(tmp_path, MANY, limits)
    told = [one for one in came if isinstance(one, AuditRecord)]
    refused = [one for one in came if isinstance(one, StorageError)]
    assert len(told) + len(refused) == MANY
    assert len(set(map(id, refused))) == len(refused) > 0
    assert {one.code for one in refused} == {"storage-full"}
    assert asyncio.run(opened(tmp_path).get_events())[1:] == tuple(told)
    fill(tmp_path, 2, limits)
    assert (verdict(tmp_path).faults, verdict(tmp_path).events) == ((), len(told) + 3)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_process_that_ends_while_it_writes_many_leaves_a_sound_log(
    kept: Path, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """At any byte of them, before the head is told: nothing is called changed, and the next event heals it."""
    place = tmp_path_factory.mktemp("cut")
    shutil.copytree(kept / "before", place / "second")
    lines = (kept / "log" / ONE).read_bytes()
    start = lines.index(b"\n") + 1
    cut = lines[: data.draw(st.integers(start, len(lines)))]
    (place / "log").mkdir()
    (place / "log" / ONE).write_bytes(cut)
    assert verdict(place).intact
    fill(place, 1)
    whole = cut.count(b"\n") + (not cut.endswith(b"\n") and cut + b"\n" == lines[: len(cut) + 1])
    assert (verdict(place).faults, verdict(place).events) == ((), whole + 1)


def test_a_head_that_is_older_than_the_last_write_is_told(kept: Path, tmp_path: Path) -> None:
    """A process that ends is behind by what it wrote last, and by no more."""
    place = Path(shutil.copytree(kept, tmp_path / "copy"))
    fill(place, 1)
    shutil.copy(place / "before" / HEAD, place / "second" / HEAD)
    assert [(one.kind, one.first, one.last) for one in verdict(place).faults] == [
        (Kind.UNSIGNED, 2, MANY + 2)
    ]


@pytest.mark.parametrize(
    ("edit", "kind", "first", "last"),
    [
        (lambda x: [*x[:9], x[9].replace(b"ada", b"eve"), *x[10:]], Kind.CHANGED, 10, 10),
        (lambda x: x[:9] + x[12:], Kind.MISSING, 10, 12),
        (lambda x: [*x[:9], x[10], x[9], *x[11:]], Kind.MOVED, 10, 10),
        (lambda x: x[:15], Kind.CUT, 16, MANY + 1),
    ],
    ids=["edited", "deleted", "swapped", "cut"],
)
def test_a_change_among_those_that_were_written_together_is_located(
    kept: Path, tmp_path: Path, edit: Callable[[list[bytes]], list[bytes]], kind: Kind, first: int, last: int
) -> None:
    """As among those that were written one by one."""
    place = Path(shutil.copytree(kept, tmp_path / "copy"))
    path = place / "log" / ONE
    path.write_bytes(b"".join(edit(path.read_bytes().splitlines(keepends=True))))
    assert [(one.kind, one.first, one.last) for one in verdict(place).faults] == [(kind, first, last)]


PROGRAM = """
import asyncio, os, sys
from pathlib import Path
from muster.domain.security.audit_event import AuditEvent, AuditEventType
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.security.json_lines_audit import JsonLinesAuditLog

async def main(place):
    log = JsonLinesAuditLog(place / "log", place / "second", SystemClock())
    async def work():
        while True:
            record = await log.record(AuditEvent(type=AuditEventType.TOOL_USE, subject="x" * 50))
            os.write(1, b"%d\\n" % record.number)
    await asyncio.gather(*[work() for _ in range(50)])

asyncio.run(main(Path(sys.argv[1])))
"""


def test_killed_while_many_write_every_told_event_is_there(tmp_path: Path) -> None:
    """Five times, each process going on where the last one was killed."""
    told: set[int] = set()
    for round_ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(60 + 37 * round_):
            told.add(int(process.stdout.readline()))
        process.send_signal(signal.SIGKILL)
        told |= {int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")}
        process.wait()
        process.stdout.close()
        assert verdict(tmp_path).intact
    numbers = [record.number for record in asyncio.run(opened(tmp_path).get_events())]
    assert numbers == list(range(1, len(numbers) + 1))
    assert told <= set(numbers)
    fill(tmp_path, 1)
    assert verdict(tmp_path).faults == ()
