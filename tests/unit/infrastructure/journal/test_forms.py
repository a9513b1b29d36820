"""JSON of earlier versions is led up, step by step, before it is read."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from muster.domain.errors import StorageError
from muster.domain.orchestration.run import AgentResult, AgentStatus
from muster.infrastructure.journal.forms import RESULT, TERMS, Upcaster, parsed, text_of

STEPS: Mapping[int, Mapping[TypeAdapter[Any], Upcaster]] = {
    1: {RESULT: lambda old: {**old, "summary": old["words"]}},
    3: {RESULT: lambda old: {**old, "summary": old["summary"].upper()}, TERMS: lambda old: {}},
}
"""A later Muster's: version 2 renamed a field, 3 changed nothing in results, 4 means capitals."""


@pytest.mark.parametrize(
    ("version", "value", "summary"),
    [
        (1, {"words": "done"}, "DONE"),
        (2, {"summary": "done"}, "DONE"),
        (3, {"summary": "done"}, "DONE"),
        (4, {"summary": "done"}, "done"),
    ],
)
def test_each_version_is_led_up_from_where_it_stands(
    version: int, value: dict[str, str], summary: str
) -> None:
    """Only the steps above it are taken."""
    whole = {"agent": "one", "status": "completed", **value}
    assert parsed(RESULT, version, whole, STEPS, newest=4) == AgentResult(
        "one", AgentStatus.COMPLETED, summary
    )


def test_a_newer_version_is_refused() -> None:
    """Nobody guesses what it means."""
    with pytest.raises(StorageError, match="written by a newer Muster") as caught:
        parsed(RESULT, 5, {}, STEPS, newest=4)
    assert (caught.value.code, caught.value.hint) == ("storage-foreign", "update Muster")


def test_what_does_not_fit_is_refused_after_all_steps() -> None:
    """A value is checked as what it is today."""
    with pytest.raises(ValidationError):
        parsed(RESULT, 2, {"agent": "one", "status": "busy", "summary": ""}, STEPS, newest=4)


NAMES = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(NAMES, st.floats(allow_nan=False) | st.text(st.characters())))
def test_any_value_comes_back_from_its_text(value: dict[str, float | str]) -> None:
    """Half characters and infinity included, save in names of entries; the text is ASCII."""
    anything: TypeAdapter[dict[str, float | str]] = TypeAdapter(dict[str, float | str])
    text = text_of(anything, value)
    assert text.isascii()
    assert json.loads(text) == value
