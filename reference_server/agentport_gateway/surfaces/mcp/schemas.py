"""The published output schemas of the meta tools. Results may carry more keys than these; never fewer.

Clients check errors against them too, so each admits a refusal beside what it promises.
"""

from __future__ import annotations

from typing import Any, get_args

from agentport_gateway.domain.outcomes import OutcomeName

_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_MODE = {"enum": ["allow", "require_approval", "deny"]}
_OUTCOME = {"enum": list(get_args(OutcomeName))}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def answer(promised: dict[str, Any]) -> dict[str, Any]:
    """What is promised, or a refusal that says its outcome and why."""
    return {
        "type": "object",
        "properties": {**promised["properties"], "outcome": _OUTCOME, "message": _TEXT},
        "anyOf": [{"required": promised["required"]}, {"required": ["outcome", "message"]}],
    }


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
        "connected": _FLAG,
        "added_at": {"type": "string", "format": "date-time"},
    }
)
INSTALL_RESULT = _object(
    {
        "installed": _FLAG,
        "connected": _FLAG,
        "integration_id": _TEXT,
        "message": _TEXT,
    },
    {"authorization_url": _TEXT},
)
UNINSTALL_RESULT = _object({"integration_id": _TEXT, "uninstalled": _FLAG, "message": _TEXT})
AUTH_STATUS = _object({"integration_id": _TEXT, "auth_method": _TEXT, "connected": _FLAG}, {"oauth_status": _TEXT})
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
OAUTH_FLOW = _object({"authorization_url": _TEXT, "message": _TEXT})

CALL_RESULT: dict[str, Any] = {
    "type": "object",
    "anyOf": [
        {
            "description": "What became of the call. A text-only result of the integration is in `text`.",
            **_object(
                {"outcome": _OUTCOME},
                {
                    "message": _TEXT,
                    "integration_id": _TEXT,
                    "tool_name": _TEXT,
                    "request_id": _TEXT,
                    "approval_url": _TEXT,
                    "expires_at": {"type": "string", "format": "date-time"},
                    "poll_budget_seconds": {"type": "number"},
                    "reason": _TEXT,
                    "note": _TEXT,
                    "replayed": _FLAG,
                    "approval_kept": _FLAG,
                    "faults": {"type": "array", "items": _TEXT},
                    "rule_id": _TEXT,
                    "limit": {"type": "integer"},
                    "text": _TEXT,
                    "blocks": {"type": "array", "items": _object({"type": _TEXT})},
                },
            ),
        },
        {
            "description": "The integration's own structured content, unchanged; the outcome is in `_meta`.",
            "type": "object",
        },
    ],
}
