"""Key files that others could read, the environment, and the order of rings."""

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from muster.domain.errors import (
    ConfigurationError,
    KeyUnavailable,
    SecurityViolation,
    StorageError,
    UserError,
)
from muster.domain.security.key import KeyState
from muster.infrastructure.security.key_rings import ChainedKeyRing, EnvironmentKeyRing, FileKeyRing
from muster.infrastructure.security.os_keyring import OsKeyRing, os_keyring
from tests.fakes.clock import FakeClock

ONE, TWO = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


def environment(text: str) -> EnvironmentKeyRing:
    """A ring of that variable."""
    return EnvironmentKeyRing({"MUSTER_MEMORY_KEY": text})


@pytest.fixture
def file(tmp_path: Path) -> FileKeyRing:
    """A ring in a file that is not there yet."""
    return FileKeyRing(tmp_path / "keys.json", FakeClock())


def test_a_key_file_is_for_its_owner_only(file: FileKeyRing, tmp_path: Path) -> None:
    """Mode 0600 whatever the umask, also after a rotation, and nothing is left beside it."""
    umask = os.umask(0)
    try:
        file.init()
        file.rotate()
    finally:
        os.umask(umask)
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["keys.json", "keys.lock"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o666])
def test_a_key_file_that_others_may_touch_is_refused(file: FileKeyRing, tmp_path: Path, mode: int) -> None:
    """With the command that puts it right; it is not changed."""
    file.init()
    path = tmp_path / "keys.json"
    before = path.read_bytes()
    path.chmod(mode)
    for refused in (file.active, file.rotate, file.init, file.status):
        with pytest.raises(SecurityViolation, match="chmod 600"):
            refused()
    assert path.read_bytes() == before


def test_a_link_and_a_folder_are_no_key_file(file: FileKeyRing, tmp_path: Path) -> None:
    """Nobody can point at a file elsewhere."""
    file.init()
    path = tmp_path / "keys.json"
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SecurityViolation, match="no regular file"):
        file.active()
    path.unlink()
    path.mkdir()
    with pytest.raises(SecurityViolation, match="no regular file"):
        file.active()


def test_a_write_that_was_cut_short_leaves_the_old_ring(file: FileKeyRing, tmp_path: Path) -> None:
    """What a killed process leaves beside it is neither read nor in the way."""
    file.init()
    first = file.active()
    (tmp_path / ".keys.json.new").write_bytes(b"half")
    assert file.active() == first
    file.rotate()
    assert file.key(first.id).secret == first.secret


def test_rotations_at_once_lose_no_key(file: FileKeyRing, tmp_path: Path) -> None:
    """Six rings of the same file make six new keys, one of them active: the lock is of the file, not of a process."""
    file.init()
    rings = [FileKeyRing(tmp_path / "keys.json", FakeClock()) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(FileKeyRing.rotate, rings))
    states = [key.state for key in file.status().keys]
    assert states == [KeyState.ACTIVE, *[KeyState.READING] * 6]


def test_the_first_key_of_the_environment_seals(file: FileKeyRing) -> None:
    """The others are for reading, in any number, each once."""
    ring = environment(f"{TWO}, {ONE},{TWO}")
    assert ring.active().secret == bytes([2]) * 32
    assert [key.state for key in ring.status().keys] == [KeyState.ACTIVE, KeyState.READING]
    assert environment(ONE).active().id == ring.status().keys[1].id


@pytest.mark.parametrize("text", ["nonsense", ONE[:-4], f"{ONE},{ONE[:8]}", "=" * 44])
def test_what_is_no_key_is_refused_and_not_quoted(text: str) -> None:
    """Names the variable."""
    with pytest.raises(ConfigurationError, match="MUSTER_MEMORY_KEY") as caught:
        environment(text).active()
    assert text[:8] not in str(caught.value)


def test_the_environment_is_not_written() -> None:
    """With the hint how keys are rotated there."""
    for ring, code in ((environment(ONE), "keys-exist"), (environment(""), "keys-read-only")):
        with pytest.raises(UserError) as caught:
            ring.init()
        assert caught.value.code == code
    with pytest.raises(UserError, match="before the old one"):
        environment(ONE).rotate()
    assert environment(ONE).retire("k-x").active is not None


def test_the_environment_goes_before_the_file_and_both_are_read(file: FileKeyRing) -> None:
    """So keys can move: what the file's key sealed stays readable, and is to be rewrapped."""
    file.init()
    kept = file.active()
    chain = ChainedKeyRing([environment(ONE), file])
    assert chain.active().secret == bytes([1]) * 32
    assert chain.key(kept.id).secret == kept.secret
    status = chain.status()
    assert [(key.state, key.id) for key in status.keys][1:] == [(KeyState.READING, kept.id)]
    assert status.place == ""
    with pytest.raises(UserError, match="environment"):
        chain.rotate()
    with pytest.raises(UserError) as caught:
        chain.init()
    assert caught.value.code == "keys-exist"


def test_a_chain_without_a_place_to_write_says_so() -> None:
    """No key is made up."""
    chain = ChainedKeyRing([environment("")])
    with pytest.raises(UserError) as caught:
        chain.init()
    assert caught.value.code == "keys-read-only"
    with pytest.raises(KeyUnavailable):
        chain.active()


def test_a_keyring_that_leads_nowhere_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not installed, or without a backend as on a server."""
    monkeypatch.setitem(__import__("sys").modules, "keyring", None)
    assert os_keyring() is None
    nowhere = SimpleNamespace(get_keyring=lambda: SimpleNamespace(priority=0))
    monkeypatch.setitem(__import__("sys").modules, "keyring", nowhere)
    assert os_keyring() is None


def test_a_locked_keyring_is_told(tmp_path: Path) -> None:
    """As something that can be put right."""

    def locked(*_: str) -> str:
        raise PermissionError

    keyring = SimpleNamespace(get_password=locked, errors=SimpleNamespace(KeyringError=PermissionError))
    with pytest.raises(StorageError, match="unlock it"):
        OsKeyRing(keyring, tmp_path, FakeClock()).active()
