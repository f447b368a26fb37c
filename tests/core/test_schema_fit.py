"""Arguments against a JSON Schema from a stranger."""

from __future__ import annotations

import pytest

from agentport_harness.core.json_values import JSON
from agentport_harness.core.schema_fit import misfit

REFERRING: JSON = {
    "$defs": {"who": {"type": "string"}, "odd/name": {"type": "integer"}},
    "properties": {"to": {"$ref": "#/$defs/who"}, "count": {"$ref": "#/$defs/odd~1name"}},
}


@pytest.mark.parametrize(
    ("value", "schema", "said"),
    [
        (1, False, "`$` is not allowed"),
        ({"a": 1}, {"properties": {"a": False}}, "`a` is not allowed"),
        ("5", {"type": "integer"}, "`$` must be integer, not string"),
        (1.5, {"type": ["integer", "null"]}, "`$` must be integer or null, not number"),
        (True, {"type": "integer"}, "not boolean"),
        (None, {"type": "object"}, "not null"),
        ([], {"type": "object", "nullable": True}, "`$` must be object or null, not array"),
        ({}, {"type": "array"}, "not object"),
        ("c", {"enum": ["a", "b"]}, '`$` must be one of "a", "b"'),
        ("c", {"const": "a"}, '`$` must be "a"'),
        ({}, {"required": ["a"]}, "`a` is missing"),
        ({"a": {}}, {"properties": {"a": {"required": ["b"]}}}, "`a.b` is missing"),
        ({"a": 1}, {"additionalProperties": False}, "`a` is not a parameter"),
        ({"a": 1}, {"additionalProperties": {"type": "string"}}, "`a` must be string"),
        ([], {"minItems": 1}, "at least 1 items"),
        ([1, 2], {"maxItems": 1}, "at most 1 items"),
        ({"a": [1, "b"]}, {"properties": {"a": {"items": {"type": "integer"}}}}, "`a[1]` must be integer"),
        (0, {"minimum": 1}, "`$` must be at least 1"),
        (2, {"maximum": 1}, "`$` must be at most 1"),
        (1, {"exclusiveMinimum": 1}, "`$` must be more than 1"),
        (1, {"exclusiveMaximum": 1}, "`$` must be less than 1"),
        ("", {"minLength": 1}, "at least 1 characters"),
        ("ab", {"maxLength": 1}, "at most 1 characters"),
        ("ab", {"pattern": "^[0-9]+$"}, "must match ^[0-9]+$"),
        (1, {"allOf": [{"type": "integer"}, {"minimum": 2}]}, "at least 2"),
        (1, {"anyOf": [{"type": "string"}, {"type": "null"}]}, "fits none of the allowed forms"),
        (1, {"oneOf": [{"type": "string"}]}, "fits none of the allowed forms"),
        ({"to": 1}, REFERRING, "`to` must be string"),
        ({"count": "x"}, REFERRING, "`count` must be integer"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(value: JSON, schema: JSON, said: str) -> None:
    assert said in misfit(value, schema)


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        (1.0, {"type": "integer"}),
        (None, {"type": "string", "nullable": True}),
        (1, {"type": "rational"}),
        (1, {"type": ["string", 7, "integer"]}),
        ("a", {"enum": ["a"], "const": "a", "minLength": 1, "maxLength": 1, "pattern": "a"}),
        (1, {"minimum": True, "maximum": "9", "enum": "no list"}),
        ({"a": 1}, {"properties": {"a": True}, "additionalProperties": False}),
        ({"x1": 1}, {"patternProperties": {"^x": {}}, "additionalProperties": False}),
        ({"x1": 1}, {"patternProperties": {"^x": {}}, "additionalProperties": {"type": "string"}}),
        ({"b": 1}, {"properties": {"a": {}}, "required": [7]}),
        ([1, "b"], {"prefixItems": [{}, {}], "items": {"type": "integer"}}),
        ([1], {"items": {"type": "integer"}, "minItems": 1, "maxItems": 1}),
        (1, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        (1, {"$ref": "https://schemas.example/one.json"}),
        (1, {"$ref": "#/nowhere"}),
    ],
)
def test_what_fits_and_what_cannot_be_told_is_no_fault(value: JSON, schema: JSON) -> None:
    assert misfit(value, schema) == ""


@pytest.mark.parametrize("pattern", ["(a+)+$", "(", "a" * 300, "(?=a)b", "a*b*c*"])
def test_a_pattern_that_may_run_away_or_cannot_be_read_is_taken_as_met(pattern: str) -> None:
    assert misfit("z" * 40, {"pattern": pattern}) == ""


def test_a_schema_that_refers_to_itself_ends() -> None:
    assert misfit({"a": 1}, {"$ref": "#"}) == ""
    assert misfit(1, {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}) == ""
