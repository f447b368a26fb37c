"""Checks a document against one of the published schemas, and says what is wrong in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from agentport_harness.core.errors import InputError
from agentport_harness.core.json_values import JSON

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

_KINDS = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}


@cache
def published(name: str) -> Mapping[str, Any]:
    """The schema ``schemas/<name>.json`` of this package."""
    text = (files("agentport_harness") / "schemas" / f"{name}.json").read_text(encoding="utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema


@cache
def _validator(name: str) -> Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(published(name))


def check(document: JSON, schema: str, *, path: str, lines: Mapping[str, int]) -> None:
    """Raises `InputError` for the first fault in document order: what was expected, what is there, and where."""
    faults = sorted(_validator(schema).iter_errors(document), key=lambda error: _line(error, lines))
    if faults:
        fault = faults[0]
        line = _line(fault, lines)
        raise InputError(
            "bad-document", f"{_words(fault)} - at `{fault.json_path}`", at=f"{path}:{line}" if line else path
        )


def _line(error: ValidationError, lines: Mapping[str, int]) -> int:
    extra = _unknown_key(error)
    return lines.get(f"{error.json_path}.{extra}" if extra else error.json_path, 0)


def _unknown_key(error: ValidationError) -> str:
    if error.validator != "additionalProperties" or not isinstance(error.instance, Mapping):
        return ""
    schema: Any = error.schema
    return next((str(name) for name in error.instance if name not in schema.get("properties", {})), "")


def _words(error: ValidationError) -> str:
    instance: Any = error.instance
    wanted: Any = error.validator_value
    schema: Any = error.schema
    match error.validator:
        case "type":
            return f"Expected {wanted}, got {_kind(instance)}"
        case "additionalProperties":
            return f"Expected one of {', '.join(sorted(schema.get('properties', {})))}, got {_unknown_key(error)!r}"
        case "required":
            missing = next(name for name in wanted if name not in instance)
            return f"Expected {missing!r}, got only {', '.join(map(repr, instance)) or 'nothing'}"
        case "enum":
            return f"Expected one of {', '.join(map(str, wanted))}, got {instance!r}"
        case "const":
            return f"Expected {wanted!r}, got {instance!r}"
        case "pattern":
            return f"Expected a text like {wanted}, got {instance!r}"
        case "minItems" | "minProperties" | "minLength":
            return f"Expected at least {wanted}, got {len(instance)}"
        case _:
            return error.message


def _kind(value: object) -> str:
    return "null" if value is None else _KINDS.get(type(value), type(value).__name__)
