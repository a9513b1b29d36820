"""Keys, and what is said about those that are none."""

from __future__ import annotations

import pytest

from muster.infrastructure.llm.api_key import ApiKey

KEY = "sk-test-not-a-key"


@pytest.mark.parametrize(
    ("value", "fault"),
    [(KEY, ""), ("", "there is none"), ("sk-tést", "characters that no key has"), ("sk-\x00", "characters")],
)
def test_a_key_that_no_request_can_carry_is_known_before_one_is_made(value: str, fault: str) -> None:
    """A header takes printable ASCII."""
    said = ApiKey(value, "HOUSE_KEY").fault

    assert fault in said
    assert bool(said) == bool(fault)


@pytest.mark.parametrize(
    ("value", "name", "hint"),
    [
        (KEY, "HOUSE_KEY", "check the key in HOUSE_KEY"),
        ("", "HOUSE_KEY", "set HOUSE_KEY"),
        (KEY, "", "the server wants a key: name the variable that holds it in the provider's settings"),
    ],
)
def test_the_hint_names_the_variable(value: str, name: str, hint: str) -> None:
    """Or says that nobody named one."""
    assert ApiKey(value, name).hint == hint


def test_a_key_is_not_shown() -> None:
    """Objects end up in logs."""
    assert KEY not in repr(ApiKey(KEY, "HOUSE_KEY"))
