"""What every masker of secrets promises."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.ports.secret_masker import SecretMasker
from muster.infrastructure.evidence.secret_masker import RuleMasker
from tests.fakes.costs import assert_in_proportion
from tests.unit.infrastructure.evidence.test_secrets import (
    ASSIGNED,
    BODY,
    HOSTILE,
    PROVIDED,
    SILENT,
    encoded,
    made_up,
)

LOGIN = base64.b64encode(b"ann:tr4in-Qu9artz").decode()
SIGNED = ".".join([encoded({"alg": "HS256"}), encoded({"sub": "ann"}), made_up(43)])
FORMS = {
    "postgresql://app:{}@db/x": "tr4in-Qu9artz",
    "h: Bearer {}": BODY,
    "h: Basic {}": LOGIN,
    "v: {}": SIGNED,
    "db_password = 'Wint3r!{}'": "mond",
}
PIECES = [
    *(value for value in PROVIDED.values()),
    *(line.format(BODY) for _, line, _ in ASSIGNED),
    *(form.format(value) for form, value in FORMS.items()),
    *SILENT.values(),
    *HOSTILE,
    "é", "\r\n", "\n", "\0", "\ud800", "****", "'", '"', "_", "=", "://",
]  # fmt: skip


@pytest.fixture(params=[RuleMasker])
def masker(request: pytest.FixtureRequest) -> SecretMasker:
    """Each masker in turn."""
    made: SecretMasker = request.param()
    return made


@pytest.mark.parametrize("kind", PROVIDED)
@pytest.mark.parametrize("path", ["", "a.py", "notes.md"])
def test_a_provider_s_key_is_masked_wherever_it_stands(masker: SecretMasker, kind: str, path: str) -> None:
    """In prose too; what surrounds it stays."""
    assert masker.mask(f"say '{PROVIDED[kind]}' twice", path) == "say '****' twice"


@pytest.mark.parametrize(
    ("path", "line", "kind"), ASSIGNED, ids=[f"{path} {line}" for path, line, _ in ASSIGNED]
)
def test_a_value_beside_a_telling_name_is_masked_in_any_quoting(
    masker: SecretMasker, path: str, line: str, kind: str
) -> None:
    """The name stays."""
    assert masker.mask(line.format(BODY), path) == line.format("****")


@pytest.mark.parametrize("form", FORMS)
def test_values_with_a_form_of_their_own_are_masked(masker: SecretMasker, form: str) -> None:
    """Passwords in addresses, tokens and logins."""
    shown = masker.mask(f"# a\n{form.format(FORMS[form])}\n# b", "a.yml")
    assert FORMS[form] not in shown
    assert shown.split("\n")[::2] == ["# a", "# b"]
    assert "****" in shown


@pytest.mark.parametrize("ending", ["-----END RSA PRIVATE KEY-----\nend", "end of the story"])
def test_a_private_key_is_masked_line_for_line(masker: SecretMasker, ending: str) -> None:
    """All of it, also where its end is missing."""
    body = "\n".join(made_up(64 - n) for n in range(30))
    shown = masker.mask(f"a\n-----BEGIN RSA PRIVATE KEY-----\n{body}\n{ending}", "a.pem").split("\n")
    assert shown[:2] == ["a", "-----BEGIN RSA PRIVATE KEY-----"]
    assert shown[2:32] == ["****"] * 30
    assert len(shown) == 32 + len(ending.split("\n"))
    assert "story" in ending or shown[32:] == ending.split("\n")


def test_a_private_key_in_one_line_is_masked(masker: SecretMasker) -> None:
    """As JSON has it."""
    body = "\n".join(made_up(64) for _ in range(20))
    key = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    shown = masker.mask(json.dumps({"private_key": key, "id": 1}), "a.json")
    assert made_up(20) not in shown
    assert json.loads(shown)["id"] == 1


def test_what_follows_the_first_line_of_a_key_without_end_is_masked_at_once(masker: SecretMasker) -> None:
    """A second look finds nothing more, though it began with what is no line of a key."""
    token = f"{encoded({'alg': 'x'})}.{encoded({'sub': '1234567890'})}.{BODY}{BODY}"
    once = masker.mask(f"-----BEGIN PRIVATE KEY-----t: {token}")
    assert BODY not in once
    assert masker.mask(once) is once


def test_every_one_of_very_many_is_masked(masker: SecretMasker) -> None:
    """A list of findings may end, a mask may not."""
    shown = masker.mask("\n".join(f"token_{n} = '{BODY}'" for n in range(1000)), "a.py")
    assert shown == "\n".join(f"token_{n} = '****'" for n in range(1000))


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
@pytest.mark.parametrize("path", ["a.py", "a.yml"])
def test_what_opens_nothing_comes_back_as_it_is(masker: SecretMasker, text: str, path: str) -> None:
    """The very same string."""
    assert masker.mask(text, path) is text


@pytest.mark.parametrize("payload", [{"sub": ["1"]}, {"sub": {}}, [], 3])
def test_a_token_with_a_strange_payload_is_no_accident(masker: SecretMasker, payload: object) -> None:
    """Whoever wrote it; nor is one that nests without end."""
    assert masker.mask(f"{encoded({'alg': 'x'})}.{encoded({'sub': 'a', 'x': payload})}.{BODY}") == "****"
    deep = base64.urlsafe_b64encode(b'{"a":' + b"[" * 200_000).decode().rstrip("=")
    text = f"{encoded({'alg': 'x'})}.{deep}.{BODY}"
    assert masker.mask(text) == text


@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=8).map("".join),
    st.sampled_from(["", "a.py", "a.yml", ".env", "x.json"]),
)
def test_masking_twice_is_masking_once_and_keeps_every_line(text: str, path: str) -> None:
    """Whatever the text: no error, the same number of lines, and nothing left to hide."""
    masker = RuleMasker()
    once = masker.mask(text, path)
    assert masker.mask(once, path) is once
    assert once.count("\n") == text.count("\n")


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_costs_in_proportion_to_its_length(masker: SecretMasker, piece: str) -> None:
    """Patterns do not go back and forth."""
    assert_in_proportion(lambda text: masker.mask(text, "a.yml"), piece, 100_000)
