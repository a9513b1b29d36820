"""The keyring of the operating system, where the optional package `keyring` is installed."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...domain.errors import StorageError
from ...domain.ports.clock import Clock
from ..common.exclusion import alone
from ..common.trouble import disk_errors
from .key_rings import PATIENCE, KeptKeyRing

SERVICE = "muster"


class OsKeyRing(KeptKeyRing):
    """The document as a password of the service `muster`, under the name of its data folder."""

    place = "the operating system's keyring"

    def __init__(
        self, keyring: Any, data_dir: Path, clock: Clock, random: Callable[[int], bytes] = os.urandom
    ) -> None:
        super().__init__(clock, random)
        self._keyring = keyring
        self._name = f"memory keys of {data_dir.resolve()}"
        self._lock = data_dir / "keys.lock"

    def load(self) -> str | None:
        """Raises StorageError when the keyring is locked or does not answer."""
        with self._errors():
            found = self._keyring.get_password(SERVICE, self._name)
            return None if found is None else str(found)

    def save(self, content: bytes) -> None:
        """Kept by the system."""
        with self._errors():
            self._keyring.set_password(SERVICE, self._name, content.decode())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """By a lock in the data folder: keyrings have none."""
        with disk_errors(str(self._lock)), alone(self._lock, self.place, PATIENCE):
            yield

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except self._keyring.errors.KeyringError as error:
            hint = "unlock it, or set MUSTER_MEMORY_KEY"
            raise StorageError(f"{self.place} does not answer", code="keyring", hint=hint) from error


def os_keyring() -> Any | None:
    """The package `keyring` when it is there and leads to a real keyring, else None."""
    try:
        keyring: Any = importlib.import_module("keyring")
    except ImportError:
        return None
    return keyring if keyring.get_keyring().priority >= 1 else None
