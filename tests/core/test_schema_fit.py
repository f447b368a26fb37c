"""Arguments are held against a schema in bounded time, and nothing is fetched."""

from __future__ import annotations

import time
from typing import Any

import pytest

from agentport_harness.core.schema_fit import misfit


def deep(levels: int) -> Any:
    value: Any = {}
    for _ in range(levels):
        value = {"properties": {"a": value}, "type": "object"}
    return value


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ({"a": 1}, {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}),
        ({"a": 1.0}, {"properties": {"a": {"type": ["integer", "null"]}}}),
        ({"a": None}, {"properties": {"a": {"type": "string", "nullable": True}}}),
        ({"a": "x"}, {"properties": {"a": {"$ref": "#/$defs/s"}}, "$defs": {"s": {"type": "string"}}}),
        ({"a": "x"}, {"properties": {"a": {"$ref": "https://schemas.example/s.json"}}}),
        ({"a": "x"}, {"properties": {"a": {"$ref": "#/$defs/missing~1one"}}}),
        ({"a": [1, 2]}, {"properties": {"a": {"items": {"type": "integer"}, "minItems": 1, "maxItems": 2}}}),
        ({"a": [1, "b"]}, {"properties": {"a": {"prefixItems": [{"type": "integer"}], "items": {"type": "integer"}}}}),
        ({"a": "x"}, {"properties": {"a": {"anyOf": [{"type": "integer"}, {"type": "string"}]}}}),
        ({"a": "cus_1"}, {"properties": {"a": {"pattern": "^cus_", "minLength": 3, "maxLength": 9}}}),
        ({"a": "aaaa!"}, {"properties": {"a": {"pattern": "^(a+)+$"}}}),
        ({"a": "x"}, {"properties": {"a": {"pattern": "["}}}),
        ({"a": 5}, {"properties": {"a": {"minimum": 5, "exclusiveMaximum": 6, "const": 5}}}),
        ({"x_1": 1}, {"additionalProperties": False, "patternProperties": {"^x_": {}}}),
        ({"x": 1}, {"additionalProperties": {"type": "integer"}}),
        ({"a": 1}, {"type": "no such type"}),
        ({"a": 10**5_000}, {"properties": {"a": {"enum": [1]}}}),
        ({"a": 1}, True),
        ({"a": 1}, "no schema"),
    ],
)
def test_what_the_schema_allows_or_cannot_tell_fits(value: Any, schema: Any) -> None:
    assert misfit(value, schema) == ""


@pytest.mark.parametrize(
    ("value", "schema", "fault"),
    [
        ({}, {"required": ["a"]}, "`a` is missing"),
        ({"a": "1"}, {"properties": {"a": {"type": "integer"}}}, "`a` must be integer, not string"),
        ({"a": True}, {"properties": {"a": {"type": "number"}}}, "`a` must be number, not boolean"),
        ({"b": 1}, {"additionalProperties": False}, "`b` is not a parameter"),
        ({"b": "1"}, {"additionalProperties": {"type": "integer"}}, "`b` must be integer, not string"),
        ({"a": "x"}, {"properties": {"a": {"enum": ["y", "z"]}}}, '`a` must be one of "y", "z"'),
        ({"a": "x"}, {"properties": {"a": {"const": "y"}}}, '`a` must be "y"'),
        ({"a": 0}, {"properties": {"a": {"minimum": 1}}}, "`a` must be at least 1"),
        ({"a": 7}, {"properties": {"a": {"exclusiveMaximum": 7}}}, "`a` must be less than 7"),
        ({"a": "x"}, {"properties": {"a": {"minLength": 2}}}, "`a` must have at least 2 characters"),
        ({"a": "xyz"}, {"properties": {"a": {"maxLength": 2}}}, "`a` must have at most 2 characters"),
        ({"a": "x"}, {"properties": {"a": {"pattern": "^cus_"}}}, "`a` must match ^cus_"),
        ({"a": []}, {"properties": {"a": {"minItems": 1}}}, "`a` must have at least 1 items"),
        ({"a": [1, 2]}, {"properties": {"a": {"maxItems": 1}}}, "`a` must have at most 1 items"),
        ({"a": [1, "x"]}, {"properties": {"a": {"items": {"type": "integer"}}}}, "`a[1]` must be integer, not string"),
        ({"a": {}}, {"properties": {"a": {"required": ["b"]}}}, "`a.b` is missing"),
        ({"a": 1}, {"oneOf": [{"required": ["b"]}, {"required": ["c"]}]}, "`$` fits none of the allowed forms"),
        ({"a": 1}, {"allOf": [{"required": ["b"]}]}, "`b` is missing"),
        ({"a": 1}, {"properties": {"a": False}}, "`a` is not allowed"),
        ([], {"type": "object"}, "`$` must be object, not array"),
        (None, {"type": "object"}, "`$` must be object, not null"),
        ({"a": 1.5}, {"properties": {"a": {"type": "integer"}}}, "`a` must be integer, not number"),
    ],
)
def test_the_first_misfit_is_named_with_its_place(value: Any, schema: Any, fault: str) -> None:
    assert misfit(value, schema) == fault


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"anyOf": [{"$ref": "#"}, {"$ref": "#"}], "allOf": [{"$ref": "#"}, {"$ref": "#"}]},
        deep(300),
        {"properties": {"a": {"pattern": "(.*)*x"}}},
        {"properties": {"a": {"pattern": ".*.*.*.*.*=" * 9}}},
    ],
)
def test_a_hostile_schema_ends_soon_and_says_nothing(schema: Any) -> None:
    start = time.perf_counter()
    value: Any = "a" * 900
    for _ in range(300):
        value = {"a": value}
    misfit(value, schema)
    misfit({"a": "a" * 900}, schema)
    assert time.perf_counter() - start < 5


MANY = [f"v{number}" for number in range(20_000)]


@pytest.mark.parametrize(
    "asking", [{"required": ["v1"] * 20_000}, {"type": ["object"] * 20_000}, {"properties": {}}, {"const": 1}]
)
def test_the_work_is_limited_however_often_a_schema_asks_for_it(asking: Any) -> None:
    assert misfit(dict.fromkeys(MANY), {"allOf": [{"minItems": 1}, *([asking] * 20_000)]}) in {"", "`$` must be 1"}


def test_a_long_list_of_allowed_values_is_read_once() -> None:
    allowed = {"items": {"enum": MANY}}
    assert misfit(MANY, allowed) == ""
    assert misfit([*MANY, "w"], allowed).startswith('`[20000]` must be one of "v0", "v1"')
