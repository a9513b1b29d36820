"""Finding the value in what a model said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from muster.application.models.structured import NotAsAsked, Structure


class Grade(BaseModel):
    """A grade."""

    points: int = Field(ge=0, le=10)
    reason: str = ""


PYDANTIC = Structure(Grade)
SCHEMA = Structure(
    {
        "title": "A grade!",
        "type": "object",
        "properties": {
            "points": {"type": "integer", "minimum": 0, "maximum": 10},
            "reason": {"type": "string"},
        },
        "required": ["points"],
    }
)
WANTED = '{"points": 7, "reason": "{it} [works]"}'


@pytest.mark.parametrize(
    "text",
    [
        WANTED,
        f"  \n{WANTED}\n",
        f"```json\n{WANTED}\n```",
        f"Here you are:\n\n```\n{WANTED}\n```\nI hope that helps.",
        f"Sure! {WANTED} Anything else?",
        f"As [the docs] say {{so}}, see [1]: {WANTED}",
        f"{WANTED}\n\n{WANTED}",
    ],
)
def test_fences_and_words_around_the_value_do_no_harm(text: str) -> None:
    """The value itself is taken as it stands, by either kind of form."""
    assert PYDANTIC.read(text) == Grade(points=7, reason="{it} [works]")
    assert SCHEMA.read(text) == {"points": 7, "reason": "{it} [works]"}


@pytest.mark.parametrize("structure", [PYDANTIC, SCHEMA])
@pytest.mark.parametrize(
    "text",
    [
        "seven out of ten",
        "",
        '{"points": "7"}',
        '{"points": 11}',
        '{"points": 7',
        '{"points": NaN}',
        "[7]",
        "{'points': 7}",
        '{"grades": [{"points": 7}, {"points"',
        'Here: {"grade": {"points": 7}, "reas',
        '```json\n{"a": {"points": 7}\n```',
        '{"points": 3} or rather {"points": 4}',
        "[" * 100_000,
        '{"points":' * 100_000,
    ],
)
def test_what_does_not_fit_is_no_value(structure: Structure, text: str) -> None:
    """Nothing is guessed, coerced, cut out of a broken whole, or chosen between two."""
    with pytest.raises(NotAsAsked):
        structure.read(text)


@given(text=st.text(alphabet='{}[]",:1 ap`\n', max_size=60))
def test_whatever_is_read_stands_in_the_text(text: str) -> None:
    """Never a made-up value: it is JSON that the text holds, letter by letter."""
    structure = Structure({"type": ["object", "array", "string", "number"]})
    try:
        value = structure.read(text)
    except NotAsAsked:
        return
    assert any(
        json.loads(text[start:end]) == value
        for start in range(len(text))
        for end in range(len(text), start, -1)
        if _is_json(text[start:end])
    )


def test_the_complaint_says_where_and_not_what_was_written() -> None:
    """It goes back to the model, and into an error."""
    secret = "sk-test-not-a-key"
    for structure in (PYDANTIC, SCHEMA):
        with pytest.raises(NotAsAsked, match="points") as caught:
            structure.read(json.dumps({"points": secret}))
        assert secret not in str(caught.value)


def test_the_schema_and_its_name_are_those_of_the_form() -> None:
    """A name that every provider takes: letters, digits, underscores."""
    assert PYDANTIC.schema == Grade.model_json_schema()
    assert (PYDANTIC.name, SCHEMA.name, Structure({}).name) == ("Grade", "A_grade", "answer")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
