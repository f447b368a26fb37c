"""Arguments are held against a schema as far as is safe: the first misfit is named by its place."""

from __future__ import annotations

import pytest

from agentport_harness.core.json_values import JSON
from agentport_harness.core.schema_fit import misfit


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        (1, True),
        (1, {}),
        (1, "no schema"),
        (2.0, {"type": "integer"}),
        (1, {"type": ["string", "number"]}),
        (None, {"type": "string", "nullable": True}),
        (1, {"type": "money"}),
        (1.0, {"enum": [1, 2]}),
        ({"a": 1, "b": 2}, {"const": {"b": 2, "a": 1}}),
        (5, {"minimum": 5, "maximum": 5}),
        (True, {"minimum": 5}),
        (5, {"minimum": True}),
        ("abc", {"minLength": 3, "maxLength": 3, "pattern": "b"}),
        ("x" * 2_000, {"pattern": "^y"}),
        ("aaaa!", {"pattern": "(a+)+$"}),
        ("a", {"pattern": "("}),
        (1, {"allOf": [{"minimum": 0}, {"maximum": 2}]}),
        (1, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        (1, {"oneOf": []}),
        ({"a": 1, "z": 2}, {"properties": {"a": {"type": "integer"}}}),
        ({"z": 2}, {"additionalProperties": False, "patternProperties": {"z": {}}}),
        ({"z": 2}, {"additionalProperties": {"type": "integer"}}),
        ([1, 2], {"items": {"type": "integer"}, "minItems": 2, "maxItems": 2}),
        (["a"], {"items": {"type": "integer"}, "prefixItems": [{}]}),
        ({"a": 1}, {"required": ["a", 3]}),
        (1, {"$ref": "https://elsewhere.example/schema.json"}),
        (1, {"$ref": "#/nowhere"}),
        (1, {"$ref": "#"}),
    ],
)
def test_what_fits_or_cannot_be_told_is_no_misfit(value: JSON, schema: JSON) -> None:
    assert misfit(value, schema) == ""


@pytest.mark.parametrize(
    ("value", "schema", "said"),
    [
        (1, False, "`$` is not allowed"),
        ("1", {"type": "integer"}, "`$` must be integer, not string"),
        (True, {"type": "number"}, "`$` must be number, not boolean"),
        (1.5, {"type": ["integer", "null"]}, "`$` must be integer or null, not number"),
        (None, {"type": "object"}, "`$` must be object, not null"),
        ([], {"type": "object"}, "`$` must be object, not array"),
        ({}, {"type": "array"}, "`$` must be array, not object"),
        ("red", {"enum": ["blue", 1]}, '`$` must be one of "blue", 1'),
        (2, {"const": 1}, "`$` must be 1"),
        (4, {"minimum": 5}, "`$` must be at least 5"),
        (6, {"maximum": 5}, "`$` must be at most 5"),
        (5, {"exclusiveMinimum": 5}, "`$` must be more than 5"),
        (5, {"exclusiveMaximum": 5}, "`$` must be less than 5"),
        ("ab", {"minLength": 3}, "`$` must have at least 3 characters"),
        ("abcd", {"maxLength": 3}, "`$` must have at most 3 characters"),
        ("abc", {"pattern": "^b"}, "`$` must match ^b"),
        (1, {"allOf": [{}, {"minimum": 2}]}, "`$` must be at least 2"),
        (1, {"anyOf": [{"type": "string"}, {"minimum": 2}]}, "`$` fits none of the allowed forms"),
        ({}, {"required": ["a"]}, "`a` is missing"),
        ({"a": {}}, {"properties": {"a": {"required": ["b"]}}}, "`a.b` is missing"),
        ({"z": 2}, {"additionalProperties": False}, "`z` is not a parameter"),
        ({"z": "2"}, {"additionalProperties": {"type": "integer"}}, "`z` must be integer, not string"),
        ([], {"minItems": 1}, "`$` must have at least 1 items"),
        ([1, 2], {"maxItems": 1}, "`$` must have at most 1 items"),
        ({"a": [1, "x"]}, {"properties": {"a": {"items": {"type": "integer"}}}}, "`a[1]` must be integer, not string"),
        ({"x/y": 1}, {"properties": {"x/y": {"$ref": "#/$defs/a~1b"}}, "$defs": {"a/b": {"minimum": 2}}}, "`x/y` must"),
    ],
)
def test_the_first_misfit_is_named_by_its_place(value: JSON, schema: JSON, said: str) -> None:
    assert misfit(value, schema).startswith(said)


def test_a_schema_without_end_is_given_up() -> None:
    doubling: JSON = {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}
    assert misfit(1, doubling) == ""


MANY = [f"v{number}" for number in range(20_000)]


@pytest.mark.parametrize(
    "asking", [{"required": ["v1"] * 20_000}, {"type": ["object"] * 20_000}, {"properties": {}}, {"const": 1}]
)
def test_the_work_is_limited_however_often_a_schema_asks_for_it(asking: JSON) -> None:
    assert misfit(dict.fromkeys(MANY), {"allOf": [{"minItems": 1}, *([asking] * 20_000)]}) in {"", "`$` must be 1"}


def test_a_long_list_of_allowed_values_is_read_once() -> None:
    allowed: JSON = {"items": {"enum": MANY}}
    assert misfit(MANY, allowed) == ""
    assert misfit([*MANY, "w"], allowed).startswith('`[20000]` must be one of "v0", "v1"')
