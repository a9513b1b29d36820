"""What somebody without the key can do to a kept log is seen, and located."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.domain.errors import KeyUnavailable, StorageError
from muster.domain.security.audit_event import AuditEvent, AuditEventType, AuditFault, AuditVerdict
from muster.domain.security.audit_event import AuditFaultKind as Kind
from muster.infrastructure.security import audit_writer
from muster.infrastructure.security.audit_writer import AuditLimits
from muster.infrastructure.security.json_lines_audit import JsonLinesAuditLog
from tests.fakes.clock import FakeClock

EVENTS, ROUND = 14, 4
WHOLE = AuditLimits(checkpoint_every=ROUND)
SMALL = AuditLimits(file_bytes=1_000, checkpoint_every=ROUND)
ONE, HEAD, CHECKPOINTS = "audit-000001.jsonl", "audit-head.json", "audit-checkpoints.jsonl"


def opened(place: Path, limits: AuditLimits = WHOLE) -> JsonLinesAuditLog:
    """The log at `place`."""
    return JsonLinesAuditLog(place / "log", place / "second", FakeClock(), limits)


def fill(place: Path, count: int, limits: AuditLimits = WHOLE) -> None:
    """So many events more."""

    async def write() -> None:
        log = opened(place, limits)
        for number in range(count):
            await log.record(
                AuditEvent(type=AuditEventType.MEMORY_STORE, actor="ada", subject=f"note-{number}")
            )

    asyncio.run(write())


def verdict(place: Path) -> AuditVerdict:
    """What a check says."""
    return asyncio.run(opened(place).verify())


def found(place: Path) -> list[tuple[Kind, int, int, int]]:
    """Kind, line and numbers of each fault."""
    return [(one.kind, one.line, one.first, one.last) for one in verdict(place).faults]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of fourteen events in one file, with three checkpoints."""
    place = tmp_path_factory.mktemp("kept")
    fill(place, EVENTS)
    return place


@pytest.fixture
def place(kept: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(kept, tmp_path / "copy"))


def change(place: Path, edit: Callable[[list[bytes]], list[bytes]]) -> None:
    """Edit the lines of the file."""
    path = place / "log" / ONE
    path.write_bytes(b"".join(edit(path.read_bytes().splitlines(keepends=True))))


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda x: [*x[:4], x[4].replace(b"ada", b"eve"), *x[5:]], [(Kind.CHANGED, 5, 5, 5)]),
        (lambda x: x[:4] + x[5:], [(Kind.MISSING, 5, 5, 5)]),
        (lambda x: x[3:], [(Kind.MISSING, 1, 1, 3)]),
        (lambda x: [*x[:4], x[5], x[4], *x[6:]], [(Kind.MOVED, 6, 5, 5)]),
        (lambda x: [x[13], *x[:13]], [(Kind.MOVED, n, n - 1, n - 1) for n in range(2, 15)]),
        (lambda x: x[:5] + x[4:], [(Kind.REPEATED, 6, 5, 5)]),
        (lambda x: [*x[:5], b"{}\n", *x[5:]], [(Kind.CHANGED, 6, 0, 0)]),
        (lambda x: [*x[:5], b"\n", *x[5:]], [(Kind.CHANGED, 6, 0, 0)]),
        (lambda x: [*x[:4], b"{}\n", *x[6:]], [(Kind.CHANGED, 5, 5, 5), (Kind.MISSING, 6, 6, 6)]),
        (lambda x: x[:13], [(Kind.CUT, 0, 14, 14)]),
        (lambda x: x[:6], [(Kind.CUT, 0, 7, 14)]),
        (lambda x: [*x[:13], x[13][:40]], [(Kind.CHANGED, 14, 14, 14)]),
        (lambda x: [*x[:13], x[13][:-1]], [(Kind.CHANGED, 14, 14, 14)]),
        (lambda x: [*x, b'{"n":15'], [(Kind.TORN, 15, 0, 0)]),
        (lambda x: [], [(Kind.CUT, 0, 1, 14)]),
    ],
    ids=[
        "edited", "deleted", "head-deleted", "swapped", "last-to-first", "doubled", "inserted", "blank",
        "edited-and-deleted", "last-cut", "tail-cut", "cut-within-a-line", "end-of-line-cut", "torn", "emptied",
    ],
)  # fmt: skip
def test_each_kind_of_change_is_named_with_its_place(
    place: Path, edit: Callable[[list[bytes]], list[bytes]], expected: list[tuple[Kind, int, int, int]]
) -> None:
    """Kind, line of the file and numbers of the events; and it is still told after more was written.

    Only the end of the last line, or of a torn one, is put right by the next event: no event suffers from that.
    """
    change(place, edit)
    assert sorted(found(place)) == sorted(expected)
    assert verdict(place).intact == (expected[0][0] is Kind.TORN)
    if (place / "log" / ONE).read_bytes()[-1:] in {b"\n", b""} or verdict(place).events < EVENTS:
        fill(place, 3)
        assert not verdict(place).intact
        touched = {n for _, _, first, last in expected for n in range(first, last + 1)}
        still = {n for _, _, first, last in found(place) for n in range(first, last + 1)}
        assert touched <= still


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_single_edit_is_detected_and_located(kept: Path, data: st.DataObject) -> None:
    """A byte changed, put in or taken out anywhere: some fault is told, at that line or the one after it."""
    path = kept / "log" / ONE
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != whole[at]))
    new = data.draw(st.sampled_from([bytes([byte]), b"", bytes([byte, whole[at]])]))
    path.write_bytes(whole[:at] + new + whole[at + 1 :])
    try:
        line = whole[:at].count(b"\n") + 1
        faults = verdict(kept).faults
        assert any(fault.line in {line, line + 1} or fault.first <= line <= fault.last for fault in faults)
        assert all(fault.kind is not Kind.TORN for fault in faults)
    finally:
        path.write_bytes(whole)


def test_whoever_rewrites_the_log_needs_the_key(place: Path, tmp_path: Path) -> None:
    """A whole log of the same length, signed with another key: not one line of it passes."""
    fill(tmp_path / "forged", EVENTS)
    shutil.copy(tmp_path / "forged" / "log" / ONE, place / "log" / ONE)
    assert found(place) == [(Kind.CHANGED, n, n, n) for n in range(1, EVENTS + 1)]
    assert asyncio.run(opened(place).get_events()) == ()


def test_an_earlier_state_of_the_log_alone_is_seen(place: Path) -> None:
    """Also after events were written over the place that was cut."""
    early = (place / "log" / ONE).read_bytes()
    fill(place, 3)
    (place / "log" / ONE).write_bytes(early)
    assert found(place) == [(Kind.CUT, 0, 15, 17)]
    fill(place, 2)
    assert found(place) == [(Kind.MISSING, 15, 15, 17)]


@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_a_file_that_is_gone_is_named(tmp_path: Path, which: str) -> None:
    """With the events that were in it."""
    fill(tmp_path, 20, SMALL)
    paths = sorted((tmp_path / "log").iterdir())
    assert len(paths) > 4
    path = {"first": paths[0], "middle": paths[2], "last": paths[-1]}[which]
    held = len(path.read_bytes().splitlines())
    path.unlink()
    (fault,) = verdict(tmp_path).faults
    assert (fault.kind, fault.file, fault.last - fault.first + 1) == (Kind.REMOVED_FILE, path.name, held)


def test_the_whole_log_gone_is_seen(place: Path) -> None:
    """The second place remembers that there was one."""
    shutil.rmtree(place / "log")
    assert verdict(place).faults == (AuditFault(Kind.REMOVED_FILE, ONE, 0, 1, EVENTS),)


@pytest.mark.parametrize("name", [HEAD, CHECKPOINTS])
@pytest.mark.parametrize("how", ["removed", "edited"])
def test_the_second_place_is_watched_too(place: Path, name: str, how: str) -> None:
    """A head or checkpoint that is gone or changed is named; the loss of the head stays told in the log itself."""
    path = place / "second" / name
    if how == "removed":
        path.unlink()
    else:
        path.write_bytes(
            path.read_bytes().replace(b'"count":4', b'"count":5').replace(b'"count":14', b'"count":9')
        )
    (fault,) = verdict(place).faults
    assert (fault.kind, fault.file) == (Kind.UNSIGNED, str(path))
    fill(place, 1)
    told = asyncio.run(opened(place).get_events(AuditEventType.SECURITY_VIOLATION))
    assert [one.number for one in told] == ([15] if name == HEAD else [])


def test_an_old_head_does_not_hide_a_cut_behind_a_checkpoint(place: Path) -> None:
    """Checkpoints know of the events up to their own."""
    (place / "second" / HEAD).unlink()
    change(place, lambda lines: lines[:9])
    kinds = {(fault.kind, fault.first, fault.last) for fault in verdict(place).faults}
    assert (Kind.CUT, 10, 12) in kinds


def test_without_its_key_nothing_is_written_or_called_fine(place: Path) -> None:
    """A new key would hide what was done to the log."""
    (place / "second" / "audit.key").unlink()
    for refused in (lambda: verdict(place), lambda: fill(place, 1)):
        with pytest.raises(KeyUnavailable, match=r"audit\.key"):
            refused()


@pytest.mark.parametrize("cut", [1, 30, 250])
def test_a_torn_line_heals_with_the_next_event(place: Path, cut: int) -> None:
    """A process that ended while it wrote event 15: told as torn, taken away, and the chain goes on."""
    path = place / "log" / ONE
    before, head = path.read_bytes(), (place / "second" / HEAD).read_bytes()
    fill(place, 1)
    line = path.read_bytes()[len(before) :]
    assert len(line) > cut
    path.write_bytes(before + line[:cut])
    (place / "second" / HEAD).write_bytes(head)
    assert found(place) == [(Kind.TORN, 15, 0, 0)]
    assert verdict(place).intact
    fill(place, 2)
    assert (verdict(place).faults, verdict(place).events) == ((), 16)


@pytest.mark.parametrize("whole", [True, False])
def test_a_line_that_the_head_does_not_know_yet_is_kept(tmp_path: Path, whole: bool) -> None:
    """A process that ended between line and head, at a checkpoint too; with or without the end of the line."""
    for count in range(1, 10):
        place = tmp_path / str(count)
        fill(place, count)
        head = (place / "second" / HEAD).read_bytes()
        fill(place, 1)
        (place / "second" / HEAD).write_bytes(head)
        path = place / "log" / ONE
        if not whole and (count + 1) % ROUND:  # a checkpoint has its line on the disk, whole
            path.write_bytes(path.read_bytes()[:-1])
        assert verdict(place).intact
        fill(place, 1)
        assert (verdict(place).faults, verdict(place).events) == ((), count + 2)


def test_a_disk_that_is_full_keeps_nothing_of_the_event(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, what was there is whole, and writing goes on when there is room."""

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "full")

    with monkeypatch.context() as patch:
        patch.setattr(audit_writer, "append", full)
        with pytest.raises(StorageError) as caught:
            fill(place, 1)
    assert caught.value.code == "storage-full"
    fill(place, 1)
    assert (verdict(place).faults, verdict(place).events) == ((), EVENTS + 1)


PROGRAM = """
import asyncio, sys
from pathlib import Path
from muster.domain.security.audit_event import AuditEvent, AuditEventType
from muster.infrastructure.common.system_clock import SystemClock
from muster.infrastructure.security.audit_writer import AuditLimits
from muster.infrastructure.security.json_lines_audit import JsonLinesAuditLog

async def write(place):
    limits = AuditLimits(file_bytes=1_000, checkpoint_every=4)
    log = JsonLinesAuditLog(place / "log", place / "second", SystemClock(), limits)
    for _ in range(25):
        await log.record(AuditEvent(type=AuditEventType.APPROVAL))

asyncio.run(write(Path(sys.argv[1])))
"""


def test_several_processes_write_in_turn(tmp_path: Path) -> None:
    """Three processes, 75 events: each number once, in one chain over several files."""
    running = [subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    records = asyncio.run(opened(tmp_path).get_events())
    assert [record.number for record in records] == list(range(1, 76))
    assert verdict(tmp_path).faults == ()
