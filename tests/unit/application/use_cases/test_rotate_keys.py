"""Keys are made, shown and rotated over real stores, ciphers and rings."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from muster.application.memory.sealed import SealedLongTermStore
from muster.application.use_cases.init_keys import InitKeys, InitKeysRequest
from muster.application.use_cases.rotate_keys import RotateKeys, RotateKeysRequest, Rotation
from muster.application.use_cases.show_keys import ShowKeys, ShowKeysRequest
from muster.domain.errors import KeyUnavailable, UserError
from muster.domain.memory.entry import Entry, Origin
from muster.domain.security.audit_event import AuditEventType
from muster.domain.security.classification import Classification
from muster.domain.security.key import Key, KeyState
from muster.domain.security.sealed import Binding, Sealed
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
from muster.infrastructure.memory.sqlite_store import SqliteLongTermStore
from muster.infrastructure.security.aes_gcm import AesGcmCipher
from muster.infrastructure.security.in_memory_audit import InMemoryAuditLog
from muster.infrastructure.security.key_rings import FileKeyRing
from tests.fakes.clock import FakeClock

SENSITIVE = Classification.SENSITIVE
MINE = Origin(owner="ada")


class Killed(BaseException):
    """The process ends."""


class Mortal(InProcessLongTermStore):
    """A store whose process is killed at the n-th call that reads or writes an entry."""

    left = -1

    def _live(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed

    async def entry(self, key: str) -> Entry | None:
        """Perhaps."""
        self._live()
        return await super().entry(key)

    async def store(
        self,
        key: str,
        data: object,
        classification: str = "INTERNAL",
        *,
        origin: Origin = MINE,
        text: str | None = None,
    ) -> bool:
        """Perhaps."""
        self._live()
        return await super().store(key, data, classification, origin=origin, text=text)

    async def replace(
        self, seen: Entry, data: object, *, text: str | None = None, renewed: bool = False
    ) -> bool:
        """Perhaps."""
        self._live()
        return await super().replace(seen, data, text=text, renewed=renewed)


@dataclass
class House:
    """Everything that a rotation needs."""

    ring: FileKeyRing
    cipher: AesGcmCipher
    raw: Mortal
    audit: InMemoryAuditLog

    async def rotate(self) -> Rotation:
        """One rotation."""
        case = RotateKeys(self.ring, self.cipher, self.raw, self.audit)
        return await case.execute(RotateKeysRequest("ada"))

    async def keep(self, count: int) -> None:
        """So many sensitive records, and one that is not."""
        for number in range(count):
            sealed = self.cipher.seal(b"text %d" % number, Binding(f"s/{number}", SENSITIVE))
            await self.raw.store(f"s/{number}", sealed.to_data(), SENSITIVE, origin=MINE, text="")
        await self.raw.store("plain", {"a": 1})

    async def texts(self, count: int) -> list[bytes]:
        """What the sealed records say."""
        found = []
        for number in range(count):
            entry = await self.raw.entry(f"s/{number}")
            assert entry is not None
            assert entry.origin == MINE
            found.append(self.cipher.open(Sealed.of_data(entry.data), Binding(entry.key, SENSITIVE)))
        return found


@pytest.fixture
def house(tmp_path: Path) -> House:
    """With no key yet."""
    clock = FakeClock()
    ring = FileKeyRing(tmp_path / "keys.json", clock)
    return House(ring, AesGcmCipher(ring), Mortal(), InMemoryAuditLog(clock))


async def test_the_first_key_is_made_and_recorded_by_its_name(house: House) -> None:
    """Once; a refusal is no event."""
    made = await InitKeys(house.ring, house.audit).execute(InitKeysRequest("ada"))
    with pytest.raises(UserError):
        await InitKeys(house.ring, house.audit).execute(InitKeysRequest("ada"))
    (record,) = await house.audit.get_events(AuditEventType.CONFIGURATION_CHANGE)
    assert made.active is not None
    assert (record.event.actor, record.event.subject) == ("ada", made.active.id)


async def test_without_a_key_nothing_is_rotated(house: House) -> None:
    """With the words that make one."""
    with pytest.raises(KeyUnavailable, match="keys init"):
        await house.rotate()


async def test_a_rotation_brings_every_record_over(house: House) -> None:
    """The new key wraps all, the old one is retired, the texts are the same, and others are left alone."""
    house.ring.init()
    await house.keep(5)
    before = house.ring.active().id
    done = await house.rotate()
    report = await ShowKeys(house.ring, house.raw).execute(ShowKeysRequest())
    assert (done.continued, done.rewrapped, done.failed, done.retired) == (False, 5, (), (before,))
    assert report.records == {house.ring.active().id: 5}
    assert [key.state for key in report.ring.keys] == [KeyState.ACTIVE, KeyState.RETIRED]
    assert await house.texts(5) == [b"text %d" % number for number in range(5)]
    assert await house.raw.retrieve("plain") == {"a": 1}


async def test_a_rotation_that_is_killed_anywhere_is_continued(house: House) -> None:
    """At every single call: the texts are readable at once, and the next rotation ends it with no key too many."""
    house.ring.init()
    await house.keep(3)
    for step in range(1, 60):
        keys = len(house.ring.status().keys)
        house.raw.left = step
        try:
            await house.rotate()
        except Killed:
            house.raw.left = -1
        else:
            assert step > 9
            break
        assert await house.texts(3) == [b"text 0", b"text 1", b"text 2"]
        await house.rotate()
        assert len(house.ring.status().keys) - keys in {1, 2}
        assert house.ring.status().reading == ()
        report = await ShowKeys(house.ring, house.raw).execute(ShowKeysRequest())
        assert report.records == {house.ring.active().id: 3}
    else:
        pytest.fail("it never came to its end")


async def test_an_unfinished_rotation_makes_no_further_key(house: House) -> None:
    """What is left is brought over, and that is all."""
    house.ring.init()
    await house.keep(2)
    house.ring.rotate()
    active = house.ring.active()
    done = await house.rotate()
    assert (done.continued, done.rewrapped, len(done.ring.keys)) == (True, 2, 2)
    assert house.ring.active() == active


async def test_a_record_that_cannot_be_opened_keeps_its_key(house: House) -> None:
    """It is named and stays as it is; the others are brought over."""
    house.ring.init()
    await house.keep(3)
    entry = await house.raw.entry("s/1")
    assert entry is not None
    assert isinstance(entry.data, dict)
    damaged = {**entry.data, "nonce": "AAAAAAAAAAAAAAAA"}
    await house.raw.store("s/1", damaged, SENSITIVE, origin=MINE, text="")
    done = await house.rotate()
    assert (done.rewrapped, done.failed, done.retired) == (2, ("s/1",), ())
    assert [key.state for key in done.ring.keys] == [KeyState.ACTIVE, KeyState.READING]
    assert await house.raw.retrieve("s/1") == damaged


async def test_a_key_that_records_need_and_nobody_has_is_told(house: House, tmp_path: Path) -> None:
    """With the number of records."""
    house.ring.init()
    await house.keep(2)
    lost = house.ring.active().id
    (tmp_path / "keys.json").unlink()
    report = await ShowKeys(house.ring, house.raw).execute(ShowKeysRequest())
    assert (report.ring.keys, report.records, report.missing) == ((), {lost: 2}, (lost,))


class Contested(InProcessLongTermStore):
    """A store in which somebody else writes right before every swap: `write` is called with its key."""

    def __init__(
        self, clock: FakeClock, write: Callable[[InProcessLongTermStore, str], Awaitable[None]]
    ) -> None:
        super().__init__(clock)
        self._write = write

    async def replace(
        self, seen: Entry, data: object, *, text: str | None = None, renewed: bool = False
    ) -> bool:
        """The other one was faster."""
        await self._write(self, seen.key)
        return await super().replace(seen, data, text=text, renewed=renewed)


async def test_what_is_written_in_the_moment_of_the_swap_is_not_lost(house: House) -> None:
    """Sealed with the key that the writer had read before: it is brought over, too. What is deleted stays deleted."""
    house.ring.init()
    writes = dict[str, int]()
    stale = StaleRing(house.ring, house.ring.active())
    theirs = AesGcmCipher(stale)

    async def write(store: InProcessLongTermStore, key: str) -> None:
        writes[key] = writes.get(key, 0) + 1
        if key == "s/2":
            await store.delete(key)
        elif writes[key] <= 3:
            sealed = theirs.seal(b"new %d" % writes[key], Binding(key, SENSITIVE))
            await store.store(key, sealed.to_data(), SENSITIVE, origin=MINE, text="")

    raw = Contested(FakeClock(), write)
    for number in range(3):
        sealed = house.cipher.seal(b"old", Binding(f"s/{number}", SENSITIVE))
        await raw.store(f"s/{number}", sealed.to_data(), SENSITIVE, origin=MINE, text="")
    done = await RotateKeys(house.ring, house.cipher, raw, house.audit).execute(RotateKeysRequest("ada"))
    assert (done.rewrapped, done.failed, len(done.retired)) == (2, (), 1)
    assert await raw.list_keys() == ("s/0", "s/1")
    for key in ("s/0", "s/1"):
        entry = await raw.entry(key)
        assert entry is not None
        sealed = Sealed.of_data(entry.data)
        assert sealed.key_id == house.ring.active().id
        assert house.cipher.open(sealed, Binding(key, SENSITIVE)) == b"new 3"


class StaleRing(FileKeyRing):
    """The ring as somebody read it before the rotation."""

    def __init__(self, ring: FileKeyRing, active: Key) -> None:
        super().__init__(Path(ring.place), FakeClock())
        self._before = active

    def active(self) -> Key:
        """As it was."""
        return self._before


async def test_a_rotation_beside_busy_writers_loses_no_value(house: House, tmp_path: Path) -> None:
    """Two threads write the same records anew without end while keys are rotated over the same file."""
    house.ring.init()
    path = tmp_path / "memory.db"
    keys, stop = [f"s/{number}" for number in range(8)], threading.Event()
    last = dict[str, int]()

    def write(mine: list[str]) -> None:
        async def work() -> None:
            raw = SqliteLongTermStore(path)
            store = SealedLongTermStore(raw, house.cipher)
            number = 0
            while not stop.is_set():
                for key in mine:
                    assert await store.store(key, number, SENSITIVE, origin=MINE)
                    assert await store.retrieve(key) == number
                    last[key] = number
                number += 1
            raw.close()

        asyncio.run(work())

    raw = SqliteLongTermStore(path)
    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write, keys[:4]), pool.submit(write, keys[4:])]
        while len(last) < len(keys):  # noqa: ASYNC110 - threads write there, and know no event of this loop
            await asyncio.sleep(0.01)
        case = RotateKeys(house.ring, house.cipher, raw, house.audit)
        try:
            rotations = [await case.execute(RotateKeysRequest("ada")) for _ in range(8)]
        finally:
            stop.set()
        for writer in writers:
            writer.result()
    assert not [key for done in rotations for key in done.failed]
    assert len(house.ring.status().keys) > 4
    store = SealedLongTermStore(raw, house.cipher)
    assert {key: await store.retrieve(key) for key in keys} == last
    raw.close()


async def test_a_rewrapped_record_keeps_its_time(house: House) -> None:
    """Retention counts from when it was written, not from when its key was changed."""
    clock = FakeClock()
    raw = InProcessLongTermStore(clock)
    house.ring.init()
    sealed = house.cipher.seal(b"old", Binding("s", SENSITIVE))
    await raw.store("s", sealed.to_data(), SENSITIVE, origin=Origin(promotion="v1"), text="")
    before = await raw.entry("s")
    clock.advance(86_400)
    await RotateKeys(house.ring, house.cipher, raw, house.audit).execute(RotateKeysRequest())
    after = await raw.entry("s")
    assert before is not None
    assert after is not None
    assert after.data != before.data
    assert (after.stored_at, after.origin) == (before.stored_at, before.origin)
