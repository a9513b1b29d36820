"""Keys are made, shown and rotated over real stores, ciphers and rings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from muster.application.use_cases.init_keys import InitKeys, InitKeysRequest
from muster.application.use_cases.rotate_keys import RotateKeys, RotateKeysRequest, Rotation
from muster.application.use_cases.show_keys import ShowKeys, ShowKeysRequest
from muster.domain.errors import KeyUnavailable, UserError
from muster.domain.memory.entry import Entry, Origin
from muster.domain.security.audit_event import AuditEventType
from muster.domain.security.classification import Classification
from muster.domain.security.key import KeyState
from muster.domain.security.sealed import Binding, Sealed
from muster.infrastructure.memory.in_process_store import InProcessLongTermStore
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
            assert step > 10
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
