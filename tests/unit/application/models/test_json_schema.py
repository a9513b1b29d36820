"""Holding values to schemas, as the reference implementation does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from muster.application.models.json_schema import DEPTH, MAX_PROBLEMS, problems
from muster.domain.errors import UserError

NAMES = ("a", "b", "c")
scalars: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.0, 1.0, 1.5, -2.0])
    | st.sampled_from(["", "a", "ab", "abc", "é"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)
types = st.sampled_from(["object", "array", "string", "boolean", "null", "number", "integer"])
leaves: st.SearchStrategy[Any] = (
    st.booleans()
    | st.just({"$ref": "#/$defs/word"})
    | st.fixed_dictionaries(
        {},
        optional={
            "type": types | st.lists(types, min_size=1, max_size=2, unique=True),
            "enum": st.lists(scalars, min_size=1, max_size=3),
            "const": scalars,
            "minimum": st.integers(-2, 2),
            "maximum": st.integers(-2, 2),
            "exclusiveMinimum": st.integers(-2, 2),
            "exclusiveMaximum": st.integers(-2, 2),
            "minLength": st.integers(0, 2),
            "maxLength": st.integers(0, 2),
            "pattern": st.sampled_from(["^a", "b$", "."]),
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(0, 2),
        },
    )
)
schemas = st.recursive(
    leaves,
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
            "required": st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
            "additionalProperties": inner,
            "items": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
        },
    ),
    max_leaves=5,
)


@settings(max_examples=300)
@given(value=values, schema=schemas)
def test_it_agrees_with_the_reference_implementation(value: object, schema: Any) -> None:
    """On any value and any schema of the keywords that are held."""
    whole = {"$defs": {"word": {"type": "string", "minLength": 1}}, "allOf": [schema]}

    assert bool(problems(value, whole)) is not Draft202012Validator(whole).is_valid(value)


@pytest.mark.parametrize(
    ("value", "schema", "told"),
    [
        ({}, {"required": ["name"]}, "name is missing"),
        ("5", {"type": "integer"}, "the answer is not of type integer"),
        ({"a": [1, "x"]}, {"properties": {"a": {"items": {"type": "number"}}}}, "a[1] is not of type number"),
        ({"b": 1}, {"additionalProperties": False}, "b is not allowed"),
        ({"a": 7}, {"properties": {"a": {"maximum": 5}}}, "a is out of bounds: maximum is 5"),
        ("abc", {"maxLength": 2}, "the answer is out of bounds: its length maxLength is 2"),
        ("x", {"enum": ["a"]}, "the answer is not one of the allowed values"),
        ("x", {"anyOf": [{"type": "null"}]}, "the answer fits none of the allowed forms"),
        ([1, 1], {"uniqueItems": True}, "the answer holds the same item twice"),
    ],
)
def test_it_says_where_and_what_without_the_value(value: object, schema: Any, told: str) -> None:
    """A model is told what to change; what it wrote may be long, or secret."""
    assert problems(value, schema) == [told]


def test_it_stops_after_a_few_problems() -> None:
    """A model that got everything wrong need not be told everything."""
    assert len(problems(["x"] * 100, {"items": {"type": "null"}})) == MAX_PROBLEMS


def test_a_schema_that_holds_itself_is_followed_as_deep_as_the_value_goes() -> None:
    """Trees are a common form of answer."""
    tree = {"type": "object", "properties": {"child": {"$ref": "#"}}, "required": ["name"]}

    assert problems({"name": 1, "child": {"name": 2}}, tree) == []
    assert problems({"name": 1, "child": {}}, tree) == ["child.name is missing"]


def test_what_cannot_be_looked_through_does_not_fit() -> None:
    """A reference to itself, and a value nested beyond all measure."""
    assert problems(1, {"$ref": "#"}) == ["the answer is nested too deeply"]
    deep: list[Any] = []
    for _ in range(DEPTH + 1):
        deep = [deep]
    assert problems(deep, {"items": {"$ref": "#"}})


@pytest.mark.parametrize("schema", [{"$ref": "#/$defs/gone"}, {"$ref": "elsewhere.json"}, {"pattern": "("}])
def test_a_schema_that_cannot_be_followed_is_the_callers_mistake(schema: dict[str, str]) -> None:
    """Said as one, and not as an answer of the model that does not fit."""
    with pytest.raises(UserError, match="the schema"):
        problems("x", schema)
