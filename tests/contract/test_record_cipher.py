"""What every record cipher promises."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.errors import KeyUnavailable, SecurityViolation
from muster.domain.ports.record_cipher import RecordCipher
from muster.domain.security.classification import Classification
from muster.domain.security.sealed import Binding, Sealed, is_sealed
from muster.infrastructure.security.aes_gcm import AesGcmCipher
from muster.infrastructure.security.key_rings import FileKeyRing
from tests.fakes.clock import FakeClock

TEXT = b'{"patient": "a secret that nobody finds"}'
BOUND = Binding("notes/one", Classification.SENSITIVE)


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> FileKeyRing:
    """With its first key."""
    made = FileKeyRing(tmp_path_factory.mktemp("keys") / "keys.json", FakeClock())
    made.init()
    return made


@pytest.fixture(scope="module", params=["aes-gcm"])
def cipher(request: pytest.FixtureRequest, ring: FileKeyRing) -> RecordCipher:
    """Each cipher in turn."""
    return AesGcmCipher(ring)


@given(
    plain=st.binary(max_size=2_000),
    record=st.text(min_size=1),
    classification=st.sampled_from(Classification),
)
def test_what_was_sealed_opens_again(
    cipher: RecordCipher, plain: bytes, record: str, classification: Classification
) -> None:
    """Byte for byte, also by way of the JSON that a store keeps."""
    bound = Binding(record, classification)
    kept = json.dumps(cipher.seal(plain, bound).to_data())
    assert cipher.open(Sealed.of_data(json.loads(kept)), bound) == plain


def test_the_text_is_nowhere_in_what_is_kept(cipher: RecordCipher) -> None:
    """Not as it is, and no two seals of it have a field in common but mark and key."""
    one, other = cipher.seal(TEXT, BOUND).to_data(), cipher.seal(TEXT, BOUND).to_data()
    assert is_sealed(one)
    assert b"secret" not in json.dumps(one).encode()
    assert {name for name in one if one[name] == other[name]} == {"muster-sealed", "key"}


def test_every_flipped_bit_is_seen(cipher: RecordCipher) -> None:
    """Each bit of each byte of all that a store keeps: the JSON is broken, or the record is refused.

    The ciphertext ends in Base64 with padding, whose spare bits count too.
    """
    kept = json.dumps(cipher.seal(b"four", BOUND).to_data()).encode()
    passed = []
    for place in range(len(kept) * 8):
        changed = bytearray(kept)
        changed[place // 8] ^= 1 << place % 8
        try:
            data = json.loads(changed)
        except ValueError:
            continue
        try:
            cipher.open(Sealed.of_data(data), BOUND)
        except SecurityViolation:
            continue
        if data != json.loads(kept):  # a space for another space is no change of the record
            passed.append(place)
    assert passed == []


@pytest.mark.parametrize(
    "other",
    [Binding("notes/two", Classification.SENSITIVE), Binding("notes/one", Classification.INTERNAL)],
    ids=["record", "class"],
)
def test_a_ciphertext_opens_only_where_it_belongs(cipher: RecordCipher, other: Binding) -> None:
    """Not under another key, and not as another class."""
    sealed = cipher.seal(TEXT, BOUND)
    with pytest.raises(SecurityViolation, match="sealed record"):
        cipher.open(sealed, other)


def test_parts_of_two_ciphertexts_cannot_be_exchanged(cipher: RecordCipher) -> None:
    """Also of two versions of the same record."""
    one, other = cipher.seal(b"old", BOUND).to_data(), cipher.seal(b"new", BOUND).to_data()
    for part in ("wrap_nonce", "wrapped_key", "nonce", "cipher"):
        with pytest.raises(SecurityViolation):
            cipher.open(Sealed.of_data(one | {part: other[part]}), BOUND)


def test_a_key_that_is_not_there_is_named(cipher: RecordCipher, tmp_path: Path) -> None:
    """By its id; the record stays as it is."""
    sealed = cipher.seal(TEXT, BOUND)
    stranger = FileKeyRing(tmp_path / "keys.json", FakeClock())
    with pytest.raises(KeyUnavailable, match="keys init"):
        AesGcmCipher(stranger).seal(TEXT, BOUND)
    stranger.init()
    with pytest.raises(KeyUnavailable, match=sealed.key_id):
        AesGcmCipher(stranger).open(sealed, BOUND)


def test_rewrapping_changes_the_wrapping_only(tmp_path: Path) -> None:
    """The ciphertext is the same; it opens with the new key alone, and a second time changes nothing."""
    ring = FileKeyRing(tmp_path / "keys.json", FakeClock())
    ring.init()
    cipher = AesGcmCipher(ring)
    sealed = cipher.seal(TEXT, BOUND)
    assert cipher.rewrap(sealed, BOUND) is sealed
    ring.rotate()
    again = cipher.rewrap(sealed, BOUND)
    assert (again.cipher, again.nonce) == (sealed.cipher, sealed.nonce)
    assert again.key_id == ring.active().id != sealed.key_id
    assert again.wrapped_key != sealed.wrapped_key
    assert cipher.open(again, BOUND) == cipher.open(sealed, BOUND) == TEXT
    with pytest.raises(SecurityViolation):
        cipher.rewrap(sealed, Binding("notes/two", Classification.SENSITIVE))


@pytest.mark.parametrize(
    "data",
    [None, [], "x", {}, {"muster-sealed": 1}, {"muster-sealed": 1, "key": "k", "cipher": 3}],
    ids=["none", "list", "text", "empty", "mark", "part"],
)
def test_what_is_no_sealed_record_is_refused(data: object) -> None:
    """With SecurityViolation, whatever its type."""
    with pytest.raises(SecurityViolation):
        Sealed.of_data(data)


@pytest.mark.parametrize(
    "change", [{"muster-sealed": True}, {"muster-sealed": 2}, {"key": 3}, {"cipher": "é"}, {"x": 1}]
)
def test_a_field_of_another_kind_is_refused(cipher: RecordCipher, change: dict[str, object]) -> None:
    """True is not 1, and a later version is not this one."""
    with pytest.raises(SecurityViolation):
        Sealed.of_data(cipher.seal(TEXT, BOUND).to_data() | change)
