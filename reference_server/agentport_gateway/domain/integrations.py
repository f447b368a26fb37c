"""What an integration is: where its calls go, how it is signed in to, and which tools it declares."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["remote_mcp", "rest", "scripted"]
IntegrationType = Literal["remote_mcp", "custom"]
AuthMethod = Literal["token", "oauth", "none"]
Place = Literal["path", "query", "header", "body"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a REST endpoint."""

    name: str
    place: Place
    required: bool = False
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredTool:
    """A tool that the integration's definition declares: a REST endpoint or a scripted answer."""

    name: str
    description: str
    input_schema: dict[str, Any]
    method: str = "GET"
    path: str = "/"
    parameters: tuple[Parameter, ...] = ()
    result: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """Something that tools come from. `address` is the MCP endpoint or the REST API's base URL."""

    id: str
    name: str
    description: str
    type: IntegrationType
    kind: Kind
    auth_methods: tuple[AuthMethod, ...]
    docs_url: str | None = None
    address: str = ""
    token_header: str = "Authorization"  # noqa: S105 - a header's name
    token_format: str = "Bearer {token}"  # noqa: S105 - a template
    tools: tuple[DeclaredTool, ...] = ()
    custom: bool = False

    def as_listed(self) -> dict[str, Any]:
        """The fields that the catalogue shows."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "type": self.type,
            "auth_methods": list(self.auth_methods),
            "docs_url": self.docs_url,
        }


def target_of(integration: Integration, installation_id: str) -> str:
    """The fingerprint of where a call goes: another address, definition or installation is another target."""
    tools = [
        [tool.name, tool.method, tool.path, [p.place + ":" + p.name for p in tool.parameters]]
        for tool in integration.tools
    ]
    parts = [
        installation_id,
        integration.id,
        integration.kind,
        integration.address,
        integration.token_header,
        integration.token_format,
        tools,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def target_label(integration: Integration) -> str:
    """Where a call goes, as a human is shown it."""
    return integration.address or f"{integration.kind}:{integration.id}"


def matches_query(query: str | None, *texts: str) -> bool:
    """Whether every word of the query occurs in one of the texts, regardless of case."""
    if not query:
        return True
    haystack = "\n".join(texts).casefold()
    return all(word in haystack for word in query.casefold().split())
