"""A memory of two tiers, seen by several people."""

from __future__ import annotations

from pathlib import Path

from muster.application.memory.sealed import SealedLongTermStore
from muster.domain.ports.long_term_store import LongTermStore
from muster.domain.security.principal import Principal, Role
from muster.infrastructure.security.aes_gcm import AesGcmCipher
from muster.infrastructure.security.key_rings import FileKeyRing
from tests.fakes.clock import FakeClock


def person(user: str, role: Role = Role.CONTRIBUTOR, *, projects: str = "", granted: str = "") -> Principal:
    """`user` with what they may do; projects and granted keys are words."""
    return Principal(
        user=user, role=role, projects=frozenset(projects.split()), granted=frozenset(granted.split())
    )


def written_below(folder: Path) -> bytes:
    """Every byte of every file."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def sealed_by_a_new_key(folder: Path, inner: LongTermStore) -> SealedLongTermStore:
    """`inner` with what is sensitive encrypted; the key lies in `folder`."""
    keys = FileKeyRing(folder / "keys.json", FakeClock())
    keys.init()
    return SealedLongTermStore(inner, AesGcmCipher(keys))
