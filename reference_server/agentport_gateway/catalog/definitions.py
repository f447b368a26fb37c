"""Definitions of integrations, from YAML or the database, to values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentport_gateway.domain.integrations import DeclaredTool, Integration, Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping


def from_definition(definition: Mapping[str, Any], *, custom: bool = False) -> Integration:
    """The integration that a definition describes. Raises KeyError where a required field is missing."""
    kind = definition["kind"]
    return Integration(
        id=definition["id"],
        name=definition["name"],
        description=definition.get("description", ""),
        type="remote_mcp" if kind == "remote_mcp" else "custom",
        kind=kind,
        auth_methods=tuple(definition.get("auth_methods", ("none",))),
        docs_url=definition.get("docs_url"),
        address=definition.get("url") or definition.get("base_url", ""),
        token_header=definition.get("token_header", "Authorization"),
        token_format=definition.get("token_format", "Bearer {token}"),
        tools=tuple(_tool(tool) for tool in definition.get("tools", ())),
        custom=custom,
    )


def _tool(tool: Mapping[str, Any]) -> DeclaredTool:
    parameters = tuple(
        Parameter(
            name=one["name"],
            place=one["in"],
            required=one.get("required", one["in"] == "path"),
            schema=one.get("schema", {"type": one.get("type", "string")}),
            description=one.get("description", ""),
        )
        for one in tool.get("parameters", ())
    )
    return DeclaredTool(
        name=tool["name"],
        description=tool.get("description", ""),
        input_schema=tool.get("input_schema") or schema_of(parameters),
        method=tool.get("method", "GET").upper(),
        path=tool.get("path", "/"),
        parameters=parameters,
        result=tool.get("result"),
    )


def schema_of(parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """The input schema that a list of parameters means: nothing undeclared is accepted."""
    return {
        "type": "object",
        "properties": {
            one.name: {**one.schema, **({"description": one.description} if one.description else {})}
            for one in parameters
        },
        "required": [one.name for one in parameters if one.required],
        "additionalProperties": False,
    }
