"""Whether a result keeps to the output schema that its tool publishes: clients refuse one that does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentport_harness.core.json_values import JSON


def schema_fault(published: Mapping[str, Any], structured: JSON) -> str:
    """The first fault as a path and a keyword, empty where there is none; an output schema that is none is a fault."""
    if not published:
        return ""
    if structured is None:
        return "there is no structured content"
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    schema = dict(published)
    kind = validator_for(schema)
    try:
        kind.check_schema(schema)
        # an empty registry: a `$ref` must not make the harness fetch an address
        fault = next(kind(schema, registry=Registry()).iter_errors(structured), None)
    except (SchemaError, Unresolvable) as error:
        return f"the schema is none: {type(error).__name__}"
    except RecursionError:
        return "schema or content is nested too deeply"
    return f"{fault.json_path} does not keep to {fault.validator}" if fault else ""
