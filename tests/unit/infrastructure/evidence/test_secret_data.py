"""Masking data: names are context, and all but secret texts stays as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.infrastructure.evidence.secret_masker import RuleMasker
from tests.unit.infrastructure.evidence.test_secrets import BODY, HEX, PROVIDED

MASKER = RuleMasker()
CHOSEN = "hunter2xyz!"
TEXTS = st.one_of(
    st.text(max_size=8), st.sampled_from(["password", "token", "name", "value", CHOSEN, BODY, "api_key"])
)
DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS),
    lambda parts: st.one_of(st.lists(parts, max_size=4), st.dictionaries(TEXTS, parts, max_size=4)),
    max_leaves=12,
)
MASKED = [
    ({"password": CHOSEN}, {"password": "****"}),
    ({"db": [{"user": "ann", "passwd": CHOSEN, "port": 5432}]},
     {"db": [{"user": "ann", "passwd": "****", "port": 5432}]}),
    ({"apiKey": BODY, "id": 3}, {"apiKey": "****", "id": 3}),
    ({"tokens": [BODY, 7, None]}, {"tokens": ["****", 7, None]}),
    ({"name": "DB_PASSWORD", "value": CHOSEN}, {"name": "DB_PASSWORD", "value": "****"}),
    ({"clientSecret": {"value": BODY, "rotated": "2024-01-02"}},
     {"clientSecret": {"value": "****", "rotated": "2024-01-02"}}),
    ({"password": f'{CHOSEN}"\\'}, {"password": "****"}),
    ({"note": f"use {PROVIDED['github-token']} now"}, {"note": "use **** now"}),
    ({PROVIDED["github-token"]: 1, PROVIDED["npm-token"]: 2}, {"****": 1, "****#2": 2}),
    (CHOSEN, CHOSEN),
]  # fmt: skip
KEPT = [
    {"password": None, "token": 123456789012, "secret": True, "api_key": ""},
    {"password_hash": "$2b$12$" + BODY, "token_count": 12, "commit": HEX[:40], "next_token": BODY},
    {"password": "${DB_PASSWORD}", "secret": "vault:db1", "api_key": "your-api-key-1"},
    {"user": "ann2", "value": "x1y2z3a4", "name": "colour", "primary_key": "order_id_2"},
]


@pytest.mark.parametrize(("data", "kept"), MASKED)
def test_the_name_of_a_field_tells_what_its_value_alone_does_not(data: object, kept: object) -> None:
    """In lists below it and in pairs of name and value too; names hold their places."""
    assert MASKER.mask_data(data) == kept
    assert json.dumps(MASKER.mask_data(data)) == json.dumps(kept)


@pytest.mark.parametrize("data", KEPT)
def test_data_without_secrets_comes_back_equal(data: object) -> None:
    """Numbers, hashes, references and other names."""
    assert MASKER.mask_data(data) == data


@given(DATA)
def test_masking_data_twice_is_masking_it_once_and_keeps_its_structure(data: object) -> None:
    """Whatever the data: nothing raises, nothing is left to hide, and what is no text stays."""
    once = MASKER.mask_data(data)
    assert MASKER.mask_data(once) == once
    assert _shape(once) == _shape(data)
    assert BODY not in json.dumps({"data": once}) or BODY in json.dumps({"data": data})


def test_no_depth_is_too_deep() -> None:
    """Fifty thousand lists around a password."""
    data: object = {"password": CHOSEN}
    for _ in range(50_000):
        data = [data]
    kept = MASKER.mask_data(data)
    for _ in range(50_000):
        assert isinstance(kept, list)
        (kept,) = kept
    assert kept == {"password": "****"}


def _shape(data: object) -> object:
    if isinstance(data, list):
        return [_shape(part) for part in data]
    if isinstance(data, dict):
        return [_shape(part) for part in data.values()]
    return "text" if isinstance(data, str) else data
