"""What of a setting may be shown, and which addresses are of this machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.infrastructure.config.disclosure import is_loopback, looks_like_key, shown

PASSWORDS = st.text("abcXYZ019:@/?#%&=[]", min_size=6).map(lambda text: f"0Q{text}Q0")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/v1", "http://127.8.9.1", "https://localhost/v1", "http://LOCALHOST:1",
        "http://[::1]:8000/v1", "http://me:word@127.0.0.1/",
    ],
)  # fmt: skip
def test_these_addresses_are_of_this_machine(url: str) -> None:
    """By number or by the one name that is reserved for it."""
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://gpu.example.org/v1", "http://127.0.0.1.example.org/", "http://localhost.example.org/",
        "http://127.0.0.1@example.org/", "http://localhost:80@example.org/", "http://example.org/127.0.0.1",
        "http://192.168.0.2:8000", "http://0.0.0.0:8000", "http://10.0.0.1", "http://[fe80::1]", "http://[::]/",
        "http://example.org\\@127.0.0.1/", "http://127.1/", "http://[::1", "http:///v1", "127.0.0.1:8000", "",
    ],
)  # fmt: skip
def test_these_are_not(url: str) -> None:
    """What only begins alike, what is near, and what cannot be read."""
    assert not is_loopback(url)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1"),
        ("https://me:word@example.org/v1?key=abc", "https://…@example.org/v1?…"),
        ("https://example.org/v1#abc", "https://example.org/v1?…"),
        ("redis://:word@127.0.0.1:6379/0", "redis://…@127.0.0.1:6379/0"),
        ("redis://u:wo/rd@127.0.0.1:6379/0", "redis://…"),
        ("http://[::1/v1", "http://…"),
        ("sk-" + "0123456789abcdef", "…"),
        ("OPENAI_API_KEY", "OPENAI_API_KEY"),
        ("openai/gpt-5", "openai/gpt-5"),
    ],
)
def test_an_address_is_shown_without_user_and_query_and_a_key_not_at_all(text: str, expected: str) -> None:
    """Where the host cannot be told from a password, neither is shown."""
    assert shown(text) == expected


@given(password=PASSWORDS)
def test_no_password_in_an_address_is_ever_shown(password: str) -> None:
    """Not even one that should have been written otherwise."""
    assert password not in shown(f"redis://user:{password}@127.0.0.1:6379/0")
    assert password not in shown(f"https://example.org/v1?key={password}")


@pytest.mark.parametrize(
    "name", ["OPENAI_API_KEY", "HF_TOKEN", "SK_KEY", "X_AI_KEY_2", "AKIA_KEY_OF_THE_SHOP"]
)
def test_the_name_of_a_variable_is_no_key(name: str) -> None:
    """Whatever it begins with."""
    assert not looks_like_key(name)
