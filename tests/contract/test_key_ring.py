"""What every key ring that can be written promises; the environment's has its own tests."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from muster.domain.errors import ConfigurationError, KeyUnavailable, UserError
from muster.domain.ports.key_ring import KeyRing
from muster.domain.security.key import KeyState
from muster.infrastructure.security.key_rings import ChainedKeyRing, EnvironmentKeyRing, FileKeyRing
from muster.infrastructure.security.os_keyring import OsKeyRing, os_keyring
from tests.fakes.clock import START, FakeClock

Make = Callable[[], KeyRing]


class Passwords(ModuleType):
    """A stand-in for the optional package, which needs a desktop: a table of passwords."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}
        self.errors = SimpleNamespace(KeyringError=PermissionError)
        self.priority = 5.0

    def get_keyring(self) -> object:
        """Itself."""
        return self

    def get_password(self, service: str, name: str) -> str | None:
        """What was set."""
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, password: str) -> None:
        """Keep it."""
        self.kept[service, name] = password


@pytest.fixture(params=["file", "system", "chain"])
def make(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Opens the same ring anew, as another process would."""
    monkeypatch.setitem(sys.modules, "keyring", Passwords())
    path = tmp_path / "data" / "keys.json"

    def made() -> KeyRing:
        if request.param == "system":
            return OsKeyRing(os_keyring(), path.parent, FakeClock())
        file = FileKeyRing(path, FakeClock())
        return file if request.param == "file" else ChainedKeyRing([EnvironmentKeyRing({}), file])

    return made


def test_an_empty_ring_has_no_key_and_says_what_makes_one(make: Make) -> None:
    """Sealing is refused, and so is a rotation of nothing."""
    for refused in (make().active, make().rotate):
        with pytest.raises(KeyUnavailable, match="muster keys init"):
            refused()
    assert make().status().active is None
    assert make().status().place


def test_the_first_key_is_made_once(make: Make) -> None:
    """A second time is refused, and the key is still the first."""
    made = make().init()
    key = make().active()
    assert made.active is not None
    assert (made.active.id, made.active.made_at) == (key.id, START)
    with pytest.raises(UserError, match="rotate") as caught:
        make().init()
    assert caught.value.code == "keys-exist"
    assert make().active() == key


def test_a_rotation_seals_with_a_new_key_and_keeps_the_old_one(make: Make) -> None:
    """Both by name, the new one first."""
    make().init()
    old = make().active()
    make().rotate()
    new = make().active()
    assert new.id != old.id
    assert make().key(old.id).secret == old.secret
    assert [(key.id, key.state) for key in make().status().keys] == [
        (new.id, KeyState.ACTIVE),
        (old.id, KeyState.READING),
    ]


def test_a_ring_that_is_open_sees_what_another_process_does(make: Make) -> None:
    """Nothing is remembered from call to call."""
    ring = make()
    make().init()
    first = ring.active()
    make().rotate()
    assert ring.active().id != first.id


def test_a_key_that_nobody_needs_is_retired_and_opens_still(make: Make) -> None:
    """The active key cannot be retired; a name that is not there changes nothing."""
    make().init()
    old = make().active()
    make().rotate()
    new = make().active()
    for name in (old.id, new.id, "k-none"):
        make().retire(name)
    assert [key.state for key in make().status().keys] == [KeyState.ACTIVE, KeyState.RETIRED]
    assert make().key(old.id).secret == old.secret
    make().rotate()
    assert [key.state for key in make().status().keys] == [
        KeyState.ACTIVE,
        KeyState.READING,
        KeyState.RETIRED,
    ]


def test_an_unknown_key_is_named(make: Make) -> None:
    """With what to do."""
    make().init()
    with pytest.raises(KeyUnavailable, match="'k-0123'") as caught:
        make().key("k-0123")
    assert caught.value.hint


def test_no_secret_is_shown(make: Make) -> None:
    """Neither by the status nor by a key that is printed."""
    make().init()
    key = make().active()
    for shown in (repr(make().status()), repr(key)):
        assert key.to_text() not in shown
        assert repr(key.secret) not in shown


def test_a_damaged_document_is_told_and_never_quoted(tmp_path: Path) -> None:
    """Cut at every place: no key, or the words that it is damaged."""
    path = tmp_path / "keys.json"
    ring = FileKeyRing(path, FakeClock())
    ring.init()
    whole, secret = path.read_bytes(), ring.active().to_text()
    for end in range(len(whole.rstrip())):
        path.write_bytes(whole[:end])
        with pytest.raises(ConfigurationError, match=r"damaged|no key") as caught:
            ring.active()
        assert secret not in f"{caught.value} {caught.value.details}"
        assert caught.value.__cause__ is None
