"""Damaged files of the audit log and the key ring: it is seen, the file is named, and what to do is said."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from muster.domain.errors import MusterError
from muster.domain.security.audit_event import AuditFaultKind as Kind
from muster.domain.security.audit_event import AuditVerdict
from muster.infrastructure.security.key_rings import FileKeyRing
from tests.chaos.guarding import _event, log_in
from tests.fakes.clock import FakeClock

from .test_damage import DAMAGES, cut, flipped

Damage = Callable[[bytes, random.Random], bytes]
TIMES = 6
FIRST, NEWEST = "audit/audit-000001.jsonl", "audit/audit-000003.jsonl"
KEY, HEAD, CHECKPOINTS = (
    f"audit-seals/{name}" for name in ("audit.key", "audit-head.json", "audit-checkpoints.jsonl")
)
FILES = (FIRST, NEWEST, KEY, HEAD, CHECKPOINTS)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of several files and checkpoints."""
    folder = tmp_path_factory.mktemp("whole")
    log = log_in(folder)

    async def fill() -> None:
        for number in range(11):
            await log.record(_event(f"event/{number}"))

    asyncio.run(fill())
    assert {str(path.relative_to(folder)) for path in folder.rglob("*.*")} >= set(FILES)
    return folder


def checked(folder: Path) -> AuditVerdict | MusterError:
    """What a check says, or the error that it ends with."""
    try:
        return asyncio.run(log_in(folder).verify())
    except MusterError as error:
        return error


def assert_named(error: MusterError, place: str) -> None:
    """It names the place, and says what to do."""
    assert place in error.message, error
    assert error.hint, error


def blamed(folder: Path, name: str) -> None:
    """Assert that the check sees it, in the file of this name, or names its events when nothing is left of them.

    Without the key every file is in doubt.
    """
    found = checked(folder)
    if isinstance(found, MusterError):
        assert_named(found, Path(name).name)
        return
    assert not found.intact, name
    places = {Path(fault.file).name for fault in found.faults}
    gone = (folder / name).stat().st_size == 0 and [(one.first, one.last) for one in found.faults] == [(1, 4)]
    assert Path(name).name in places or name == KEY or gone, found


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_damage_anywhere_in_the_log_is_seen_and_named(
    name: str, damage: Damage, whole: Path, tmp_path: Path
) -> None:
    """Bits that are the other way round, a sector of something else, an end that is missing."""
    chance = random.Random(f"{name}{damage.__name__}")
    content, seen = (whole / name).read_bytes(), 0
    for number in range(TIMES):
        changed = damage(content, chance)
        if changed == content or (name == KEY and changed.strip() == content.strip()):
            continue
        folder = tmp_path / str(number)
        shutil.copytree(whole, folder)
        (folder / name).write_bytes(changed)
        blamed(folder, name)
        seen += 1
    assert seen >= TIMES // 2


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"[]", b"null\n", b"[" * 5000, b"{}\n" * 3], ids=repr
)
def test_a_file_of_another_kind_is_seen_and_named(
    name: str, content: bytes, whole: Path, tmp_path: Path
) -> None:
    """Nothing, no text, JSON of another shape; nothing is taken for an event, and the others are still read."""
    folder = tmp_path / "log"
    shutil.copytree(whole, folder)
    (folder / name).write_bytes(content)
    blamed(folder, name)
    if name != KEY:
        records = asyncio.run(log_in(folder).get_events())
        assert {record.event.subject for record in records} <= {f"event/{number}" for number in range(11)}
        assert len(records) >= 7


@pytest.mark.parametrize("name", FILES)
def test_a_folder_and_a_link_in_place_of_a_file_are_not_followed(
    name: str, whole: Path, tmp_path: Path
) -> None:
    """The link leads to the very file; it is refused or missed all the same, and nothing is written through it."""
    for kind in ("folder", "link"):
        folder = tmp_path / kind
        shutil.copytree(whole, folder)
        away = (folder / name).rename(tmp_path / f"away-{kind}")
        before = away.read_bytes()
        (folder / name).mkdir() if kind == "folder" else (folder / name).symlink_to(away)
        found = checked(folder)
        assert isinstance(found, MusterError) or not found.intact, (kind, found)
        if isinstance(found, MusterError):
            assert_named(found, Path(name).name)
        try:
            asyncio.run(log_in(folder).record(_event("more")))
        except MusterError as error:
            assert_named(error, str(folder))
        assert away.read_bytes() == before


def test_a_line_that_was_half_written_is_no_accusation(whole: Path, tmp_path: Path) -> None:
    """Cut anywhere within an event of which nobody was told: torn, and healed by the next."""
    line = b'{"n":12,"at":"2026-01-01T00:00:00+00:00","type":"tool-use","actor":"ann","subject":"half'
    for end in range(1, len(line), 9):
        folder = tmp_path / str(end)
        shutil.copytree(whole, folder)
        with (folder / NEWEST).open("ab") as file:
            file.write(line[:end])
        found = checked(folder)
        assert isinstance(found, AuditVerdict)
        assert [fault.kind for fault in found.faults] == [Kind.TORN]
        asyncio.run(log_in(folder).record(_event("more")))
        assert checked(folder) == AuditVerdict(events=12, files=3)


RING = "keys.json"
SHAPES = (
    b"", b"\xff\xfe", b"7", b"null", b"[]", b'"text"', b"{}", b'{"muster-keys": 2, "keys": []}',
    b'{"muster-keys": 1}', b'{"muster-keys": 1, "keys": 7}', b'{"muster-keys": 1, "keys": []}',
    b'{"muster-keys": 1, "keys": [7]}', b'{"muster-keys": 1, "keys": [{}]}', b"[" * 100_000,
    b'{"muster-keys": 1, "keys": [{"id": "k", "secret": 7, "state": "active", "made_at": null}]}',
    b'{"muster-keys": 1, "keys": [{"id": "k", "secret": "eA==", "state": "active", "made_at": null}]}',
    b'{"muster-keys": 1, "keys": [{"id": "k", "secret": "eA==", "state": [], "made_at": 7}]}',
)  # fmt: skip


def ring_of(folder: Path) -> FileKeyRing:
    """A ring with two keys in `folder`, if it has none yet."""
    ring = FileKeyRing(folder / RING, FakeClock())
    if not (folder / RING).exists():
        ring.init()
        ring.rotate()
    return ring


def assert_refused(ring: FileKeyRing, secrets: set[str]) -> None:
    """Assert that nothing can be done, each refusal naming the file and no secret; and that nothing is written over."""
    before = Path(ring.place).read_bytes()
    for call in (
        ring.active,
        ring.status,
        ring.rotate,
        lambda: ring.key("k-0"),
        lambda: ring.retire("k-0"),
        ring.init,
    ):
        with pytest.raises(MusterError) as caught:
            call()
        assert ring.place in caught.value.message
        assert caught.value.hint
        assert not any(secret in f"{caught.value!r} {caught.value.details}" for secret in secrets)
    assert Path(ring.place).read_bytes() == before


@pytest.mark.parametrize("content", SHAPES, ids=lambda content: repr(content)[-60:])
def test_a_ring_of_another_kind_is_refused_and_left_as_it_is(content: bytes, tmp_path: Path) -> None:
    """Somebody may bring it back: no new ring is put in its place."""
    ring = ring_of(tmp_path)
    (tmp_path / RING).write_bytes(content)
    assert_refused(ring, set())


@pytest.mark.parametrize("damage", [flipped, cut])
def test_a_damaged_ring_gives_right_keys_or_none(damage: Damage, tmp_path: Path) -> None:
    """Thirty times over: no key is ever another one than its name says."""
    ring = ring_of(tmp_path)
    keys, content = {key.id: key.secret for key in ring.known()}, (tmp_path / RING).read_bytes()
    chance = random.Random(9)
    for _ in range(30):
        (tmp_path / RING).write_bytes(damage(content, chance))
        try:
            found = ring.known()
        except MusterError as error:
            found = ()
            assert_named(error, ring.place)
        assert all(keys[key.id] == key.secret for key in found)
