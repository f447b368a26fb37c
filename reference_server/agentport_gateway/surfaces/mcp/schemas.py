"""The published output schemas of the meta tools. Results may carry more keys than these; never fewer."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_MODE = {"enum": ["allow", "require_approval", "deny"]}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def listing(name: str, item: dict[str, Any]) -> dict[str, Any]:
    """An object with one list: a bare array is not a result that every client takes."""
    return _object({name: {"type": "array", "items": item}})


INTEGRATION = _object(
    {
        "id": _TEXT,
        "name": _TEXT,
        "description": _TEXT,
        "type": {"enum": ["remote_mcp", "custom"]},
        "auth_methods": {"type": "array", "items": _TEXT},
        "docs_url": {"type": ["string", "null"]},
    }
)
INSTALLED = _object(
    {
        "integration_id": _TEXT,
        "type": _TEXT,
        "auth_method": _TEXT,
        "connected": {"type": "boolean"},
        "added_at": {"type": "string", "format": "date-time"},
    }
)
INSTALL_RESULT = _object(
    {
        "installed": {"type": "boolean"},
        "connected": {"type": "boolean"},
        "integration_id": _TEXT,
        "message": _TEXT,
    },
    {"authorization_url": _TEXT},
)
UNINSTALL_RESULT = _object({"integration_id": _TEXT, "uninstalled": {"type": "boolean"}, "message": _TEXT})
AUTH_STATUS = _object(
    {"integration_id": _TEXT, "auth_method": _TEXT, "connected": {"type": "boolean"}}, {"oauth_status": _TEXT}
)
OAUTH_FLOW = _object({"authorization_url": _TEXT, "message": _TEXT})
_SCHEMA = {"type": "object"}
TOOL_LISTING = _object(
    {
        "tools": {
            "type": "array",
            "items": _object(
                {"name": _TEXT, "description": _TEXT, "approval_mode": _MODE},
                {"integration_id": _TEXT, "inputSchema": _SCHEMA},
            ),
        }
    },
    {"integration_id": _TEXT},
)
TOOL_DESCRIPTION = _object(
    {
        "integration_id": _TEXT,
        "tool": _object({"name": _TEXT, "description": _TEXT, "inputSchema": _SCHEMA}),
        "approval": _object({"mode": _MODE, "source": {"enum": ["configured", "default"]}, "note": _TEXT}),
    }
)
