"""What a JSON Schema has against a value, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentport_harness.core.json_values import JSON


def schema_faults(value: JSON, schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Every fault of ``value``, each with its place; none when it fits or the schema itself is broken."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        return ()
    found = sorted(Draft202012Validator(schema).iter_errors(value), key=lambda error: error.json_path)
    return tuple(f"{error.message} - at `{error.json_path}`" for error in found)
