"""Where keys come from: the environment, the operating system's keyring, a file of their own."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from ...domain.errors import KeyUnavailable, UserError
from ...domain.ports.clock import Clock
from ...domain.ports.key_ring import KeyRing
from ...domain.security.key import KEY_BYTES, Key, KeyInfo, KeyState, RingStatus, secret_of
from ..common.exclusion import alone
from ..common.private_file import read_private, write_private
from ..common.trouble import disk_errors
from .ring_document import Keys, read, retired, rotated, written

VARIABLE = "MUSTER_MEMORY_KEY"
PATIENCE = 10.0
"""Seconds that another process may take to change a ring."""


class BaseKeyRing(KeyRing):
    """What all rings do with the keys that they find; `place` says where, in words for people."""

    place = ""
    writable = True

    @abstractmethod
    def known(self) -> Keys:
        """Every key, the active one first; none when nothing is there."""

    def active(self) -> Key:
        """The first of them."""
        for key in self.known():
            if key.state is KeyState.ACTIVE:
                return key
        raise no_key(self.place)

    def key(self, key_id: str) -> Key:
        """By name."""
        for key in self.known():
            if key.id == key_id:
                return key
        raise unknown_key(key_id, self.place)

    def status(self) -> RingStatus:
        """As they are now."""
        listed = tuple(KeyInfo(key.id, key.state, key.made_at, self.place) for key in self.known())
        return RingStatus(listed, self.place if self.writable else "")


class EnvironmentKeyRing(BaseKeyRing):
    """Keys that whoever started this process has set: one, or several with commas, the active one first.

    Nothing is written: to rotate, put a new key before the old one, rewrap, and take the old one away.
    """

    place = f"the environment variable {VARIABLE}"
    writable = False

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def known(self) -> Keys:
        """Raises ConfigurationError for a part that is no key."""
        parts = [part for part in self._env.get(VARIABLE, "").split(",") if part.strip()]
        found: dict[str, Key] = {}
        for part in parts:
            state = KeyState.READING if found else KeyState.ACTIVE
            key = Key(secret_of(part, self.place), state=state)
            found.setdefault(key.id, key)
        return tuple(found.values())

    def init(self) -> RingStatus:
        """Refused."""
        if self.known():
            raise keys_exist(self.place)
        raise read_only()

    def rotate(self) -> RingStatus:
        """Refused."""
        raise read_only()

    def retire(self, key_id: str) -> RingStatus:
        """Left to whoever sets the variable."""
        return self.status()


class KeptKeyRing(BaseKeyRing):
    """A ring whose document this process may change, one process at a time."""

    def __init__(self, clock: Clock, random: Callable[[int], bytes] = os.urandom) -> None:
        self._clock = clock
        self._random = random

    @abstractmethod
    def load(self) -> bytes | str | None:
        """The document, None when there is none."""

    @abstractmethod
    def save(self, content: bytes) -> None:
        """Keep the document instead of the one before, whole or not at all."""

    @abstractmethod
    def alone(self) -> AbstractContextManager[None]:
        """No other process changes the ring meanwhile."""

    def known(self) -> Keys:
        """Read anew each time, so that a rotation elsewhere is seen at once."""
        content = self.load()
        return () if content is None else read(content, self.place)

    def init(self) -> RingStatus:
        """32 random bytes."""
        with self.alone():
            if self.load() is not None:
                raise keys_exist(self.place)
            self.save(written((self._new(),)))
        return self.status()

    def rotate(self) -> RingStatus:
        """32 random bytes more."""
        with self.alone():
            keys = self.known()
            if not keys:
                raise no_key(self.place)
            self.save(written(rotated(keys, self._new())))
        return self.status()

    def retire(self, key_id: str) -> RingStatus:
        """Noted in the document."""
        with self.alone():
            keys = self.known()
            changed = retired(keys, key_id)
            if changed != keys:
                self.save(written(changed))
        return self.status()

    def _new(self) -> Key:
        return Key(self._random(KEY_BYTES), self._clock.now())


class FileKeyRing(KeptKeyRing):
    """A file of mode 0600, which is refused when anybody else may read it."""

    def __init__(self, path: Path, clock: Clock, random: Callable[[int], bytes] = os.urandom) -> None:
        super().__init__(clock, random)
        self._path = path
        self.place = str(path)

    def load(self) -> bytes | None:
        """Raises SecurityViolation, StorageError."""
        return read_private(self._path)

    def save(self, content: bytes) -> None:
        """On the disk when this returns."""
        write_private(self._path, content)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """By a lock beside the file, which the kernel takes back from a process that ends."""
        with disk_errors(self.place), alone(self._path.with_suffix(".lock"), self.place, PATIENCE):
            yield


class ChainedKeyRing(KeyRing):
    """Several rings: the first that has a key seals, all of them are asked for a key to open with.

    So keys can move from a file to the environment, and what was sealed before stays readable. A first key is made
    in the first ring that can be written. In front of others, an active key of a later ring is for reading.
    """

    def __init__(self, rings: Sequence[BaseKeyRing]) -> None:
        self._rings = tuple(rings)

    def active(self) -> Key:
        """Of the first ring that has keys."""
        ring = self._first()
        if ring is None:
            raise no_key(*(each.place for each in self._rings))
        return ring.active()

    def key(self, key_id: str) -> Key:
        """From whichever ring has it."""
        for ring in self._rings:
            for key in ring.known():
                if key.id == key_id:
                    return key
        raise unknown_key(key_id, *(each.place for each in self._rings))

    def status(self) -> RingStatus:
        """Each key once, where it is found first."""
        found: dict[str, KeyInfo] = {}
        for info in (info for ring in self._rings for info in ring.status().keys):
            later = bool(found) and info.state is KeyState.ACTIVE
            known = KeyInfo(info.id, KeyState.READING, info.made_at, info.place) if later else info
            found.setdefault(info.id, known)
        target = self._first() or self._writable()
        return RingStatus(tuple(found.values()), target.place if target and target.writable else "")

    def init(self) -> RingStatus:
        """In the first ring that can be written; refused when any has a key."""
        used, target = self._first(), self._writable()
        if used is not None:
            raise keys_exist(used.place)
        if target is None:
            raise read_only()
        target.init()
        return self.status()

    def rotate(self) -> RingStatus:
        """In the ring that seals."""
        ring = self._first()
        if ring is None:
            raise no_key(*(each.place for each in self._rings))
        ring.rotate()
        return self.status()

    def retire(self, key_id: str) -> RingStatus:
        """In every ring that has it."""
        for ring in self._rings:
            ring.retire(key_id)
        return self.status()

    def _first(self) -> BaseKeyRing | None:
        return next((ring for ring in self._rings if ring.known()), None)

    def _writable(self) -> BaseKeyRing | None:
        return next((ring for ring in self._rings if ring.writable), None)


def no_key(*places: str) -> KeyUnavailable:
    """There is no key to seal with."""
    return KeyUnavailable(
        "there is no key for SENSITIVE data, which is never kept in the clear",
        details={"looked_in": list(places)},
        hint=f"muster keys init makes one, or set {VARIABLE}",
    )


def unknown_key(key_id: str, *places: str) -> KeyUnavailable:
    """A record names a key that is nowhere."""
    return KeyUnavailable(
        f"the key {key_id!r} is not here, and what is sealed with it cannot be read",
        details={"key": key_id, "looked_in": list(places)},
        hint=f"bring back the key file that has it, or add the key to {VARIABLE} after a comma",
    )


def keys_exist(place: str) -> UserError:
    """A first key is made once."""
    hint = "muster keys rotate makes a new one and keeps the old one for reading"
    return UserError(
        f"there is a key already in {place}", code="keys-exist", details={"place": place}, hint=hint
    )


def read_only() -> UserError:
    """Nobody may write where the keys come from."""
    hint = f"put the new key before the old one, with a comma between, in {VARIABLE}, and rotate again"
    return UserError("the keys come from the environment", code="keys-read-only", hint=hint)
